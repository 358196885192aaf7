// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/answer_queue.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/random.h"
#include "base/strings.h"

namespace plumb {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// A prompt on which two models are compared.
struct Comparison {
    std::size_t prompt = 0, first = 0, second = 0;
};
Json to_json(const Comparison& of) { return {of.prompt, of.first, of.second}; }

/// Every pair of models on every prompt: one prompt of each pair, then the next of each. Neighbours
/// begin at different prompts, so that the first items are spread over both.
std::vector<Comparison> in_order(std::size_t models, std::size_t prompts, std::uint64_t seed) {
    const auto order =
        Random(derive_seed(seed, "judged prompts")).permutation(static_cast<std::int64_t>(prompts));
    std::vector<Comparison> all;
    for (std::size_t round = 0; round < prompts; ++round) {
        std::size_t pair = 0;
        for (std::size_t a = 0; a < models; ++a)
            for (std::size_t b = a + 1; b < models; ++b)
                all.push_back({static_cast<std::size_t>(order[(round + pair++) % prompts]), a, b});
    }
    return all;
}

/// Two texts of one prompt, and all comparisons that they decide. The first of each gave answer A.
struct Item {
    std::size_t prompt = 0;
    std::string a, b;
    std::vector<Comparison> compares;
};

struct Items {
    std::vector<Item> items;
    std::vector<Comparison> equal;
};

/// Walks the comparisons until another one would need an item too many. Those that stand behind are
/// left out even where an item shows their texts: what is compared must not depend on the answers.
Items choose_items(const std::vector<Comparison>& comparisons, const AnswerTexts& texts,
                   std::size_t most, std::uint64_t seed) {
    Items chosen;
    std::map<std::tuple<std::size_t, std::string, std::string>, std::size_t> known;
    const std::uint64_t sides = derive_seed(seed, "judged sides");
    for (Comparison of : comparisons) {
        const auto text = [&](std::size_t model) -> const std::string& {
            return texts.answers[model][of.prompt].completion;
        };
        if (text(of.first) == text(of.second)) {
            chosen.equal.push_back(of);
            continue;
        }
        const auto& [low, high] = std::minmax(text(of.first), text(of.second));
        const auto [found, is_new] =
            known.try_emplace(std::tuple(of.prompt, low, high), chosen.items.size());
        if (is_new) {
            if (chosen.items.size() == most) break;
            const bool as_named = keyed_uniform(sides, 0, chosen.items.size(), 0) < 0.5;
            Item& item = chosen.items.emplace_back();
            item.prompt = of.prompt;
            item.a = text(as_named ? of.first : of.second);
            item.b = text(as_named ? of.second : of.first);
        }
        Item& item = chosen.items[found->second];
        if (text(of.first) != item.a) std::swap(of.first, of.second);
        item.compares.push_back(of);
    }
    return chosen;
}

NewLabel label_of(const Item& item, const AnswerSet& set, const AnswerTexts& texts) {
    NewLabel label;
    label.item.prompt = texts.prompts[item.prompt].text;
    label.item.answer_a = item.a;
    label.item.answer_b = item.b;
    const auto side = [&](std::size_t model) {
        Json json;
        json["model"] = set.models[model].identity;
        if (set.models[model].run) {
            json["run"] = *set.models[model].run;
            json["step"] = set.models[model].step;
        }
        json["ended"] = texts.answers[model][item.prompt].ended;
        return json;
    };
    Json origin;
    if (const std::string& source = texts.prompts[item.prompt].source; !source.empty())
        origin["prompt"] = source;
    else
        origin["prompt"] = {{"answer_set", set.id}, {"prompt", item.prompt}};
    origin["answer_set"] = set.id;
    for (const Comparison& of : item.compares) origin["compares"].push_back(to_json(of));
    origin["a"] = side(item.compares.front().first);
    origin["b"] = side(item.compares.front().second);
    label.item.origin = text_of(origin);
    return label;
}

}  // namespace

Result<QueueAnswersReply> queue_answers(Store& store, StoreReader& reader,
                                        const QueueAnswersRequest& request) {
    if (request.items < 1) return invalid_input("ask for at least one item to be judged");
    PLUMB_TRY(const AnswerSet set, reader.answer_set(request.set));
    if (set.models.size() < 2)
        return invalid_input("answer set " + std::to_string(set.id) +
                             " has the answers of one model alone; there is nothing to compare");
    PLUMB_TRY(const AnswerTexts texts, reader.answer_texts(set));
    const Items chosen =
        choose_items(in_order(set.models.size(), texts.prompts.size(), request.seed), texts,
                     static_cast<std::size_t>(request.items), request.seed);
    if (chosen.items.empty())
        return invalid_input("all models of answer set " + std::to_string(set.id) + " (" +
                             set.name + ") gave equal answers; there is nothing to judge");
    QueueAnswersReply reply;
    reply.name = trim(request.name).empty() ? set.name : request.name;
    reply.equal = std::ssize(chosen.equal);
    Json source = {{"answer_set", set.id}, {"name", set.name}, {"seed", request.seed}};
    source["equal"] = Json::array();
    for (const Comparison& of : chosen.equal) source["equal"].push_back(to_json(of));
    std::size_t next = 0;
    PLUMB_TRY(
        reply.done,
        store.import_labels(reply.name, text_of(source), [&]() -> Result<std::optional<NewLabel>> {
            if (next == chosen.items.size()) return std::optional<NewLabel>();
            return std::optional(label_of(chosen.items[next++], set, texts));
        }));
    return reply;
}

}  // namespace plumb
