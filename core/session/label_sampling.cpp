// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/label_sampling.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "analysis/edit_history.h"
#include "base/random.h"
#include "config/fields.h"
#include "config/yaml.h"
#include "session/label_origin.h"

namespace plumb {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::int64_t page_size = 1000;

using Pair = std::pair<CompletionRecord, CompletionRecord>;  ///< the most reward, the least

bool contains(std::string_view text, std::string_view part) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return !std::ranges::search(text, part, {}, lower, lower).empty() || part.empty();
}

bool passes(const CompletionRecord& row, const SamplesToJudge& samples) {
    return row.reward && (!samples.ended || row.ended == *samples.ended) &&
           contains(row.prompt, samples.prompt);
}

using Texts = std::set<std::array<std::string, 3>>;  ///< prompt, the most reward, the least

/// Of each prompt of a step, in the order in which they come. A pair whose texts came before, as
/// those of a narrow policy do, is left out: it would be judged again, with its sides drawn anew.
void add_pairs(const std::vector<CompletionRecord>& rows, const SamplesToJudge& samples,
               Texts& known, std::vector<Pair>& pairs) {
    std::map<std::string, std::pair<const CompletionRecord*, const CompletionRecord*>> ends;
    std::vector<const std::string*> prompts;
    for (const CompletionRecord& row : rows) {
        if (!passes(row, samples)) continue;
        const auto [entry, first] = ends.try_emplace(row.prompt, &row, &row);
        if (first) prompts.push_back(&entry->first);
        if (*row.reward > *entry->second.first->reward) entry->second.first = &row;
        if (*row.reward < *entry->second.second->reward) entry->second.second = &row;
    }
    for (const std::string* prompt : prompts) {
        const auto& [most, least] = ends.at(*prompt);
        const bool far = *most->reward - *least->reward >= samples.least_difference;
        if (far && most->completion != least->completion &&
            known.insert({*prompt, most->completion, least->completion}).second)
            pairs.emplace_back(*most, *least);
    }
}

Json origin_of(const CompletionRecord& row) {
    Json json;
    json["row"] = row.row;
    if (row.reward) json["reward"] = *row.reward;
    const auto gold = row.reward_parts.find("gold");
    if (gold != row.reward_parts.end() && gold->second) json["gold"] = *gold->second;
    json["ended"] = row.ended;
    return json;
}

/// How the run samples, edit by edit.
class SamplingOfRun {
public:
    SamplingOfRun(const RunRecord& run, std::vector<EditRecord> edits) : edits_(std::move(edits)) {
        // Settings of another version tell nothing.
        const auto settings = parse_settings(run.settings, "settings", {});
        if (settings) settings_ = *settings;
    }

    /// Of the completions of the step; steps are asked for by rising number.
    Json at(std::int64_t step) {
        if (!settings_) return nullptr;
        for (; next_ < edits_.size() && held_at(edits_[next_], step); ++next_)
            (void)set_field(edits_[next_].key, *settings_, edits_[next_].new_value);
        Json json;
        json["temperature"] = settings_->temperature;
        json["max_tokens"] = settings_->max_completion_length;
        if (settings_->top_k > 0) json["top_k"] = settings_->top_k;
        if (settings_->top_p < 1) json["top_p"] = settings_->top_p;
        if (settings_->min_p) json["min_p"] = *settings_->min_p;
        if (settings_->repetition_penalty != 1)
            json["repetition_penalty"] = settings_->repetition_penalty;
        json["seed"] = settings_->seed;
        return json;
    }

private:
    std::optional<Settings> settings_;
    std::vector<EditRecord> edits_;
    std::size_t next_ = 0;
};

NewLabel label_of(const Pair& pair, RunId run, bool most_first, const Json& sampling) {
    const CompletionRecord& a = most_first ? pair.first : pair.second;
    const CompletionRecord& b = most_first ? pair.second : pair.first;
    NewLabel label;
    label.item.prompt = a.prompt;
    label.item.answer_a = a.completion;
    label.item.answer_b = b.completion;
    Json origin;
    origin["run"] = run;
    origin["step"] = a.step;
    origin["a"] = origin_of(a);
    origin["b"] = origin_of(b);
    if (!sampling.is_null()) origin["sampling"] = sampling;
    label.item.origin = origin.dump(-1, ' ', false, Json::error_handler_t::replace);
    return label;
}

bool is_filtered(const SamplesToJudge& samples) {
    return samples.ended || !samples.prompt.empty() || samples.least_difference > 0;
}

/// So many of them, spread evenly.
std::vector<Pair> spread(std::vector<Pair> pairs, std::int64_t most) {
    const auto count = static_cast<std::int64_t>(pairs.size());
    if (most <= 0 || count <= most) return pairs;
    std::vector<Pair> some;
    for (std::int64_t i = 0; i < most; ++i)
        some.push_back(std::move(pairs[static_cast<std::size_t>(i * count / most)]));
    return some;
}

std::optional<Choice> choice_by_gold(const LabelItem& item) {
    const auto [a, b] = answer_origins(item);
    if (!a.gold || !b.gold) return std::nullopt;
    return *a.gold > *b.gold ? Choice::a : *b.gold > *a.gold ? Choice::b : Choice::tie;
}

}  // namespace

Result<LabelImport> queue_samples(Store& store, StoreReader& reader, const std::string& name,
                                  const SamplesToJudge& samples) {
    PLUMB_TRY(const RunRecord record, reader.run(samples.run));
    PLUMB_TRY(const std::vector<std::int64_t> steps, reader.completion_steps(samples.run));
    Texts known;
    std::vector<Pair> pairs;
    for (const std::int64_t step : steps) {
        if (step < samples.first_step || step > samples.last_step) continue;
        PLUMB_TRY(const auto rows, reader.completions(samples.run, {.step = step}));
        add_pairs(rows, samples, known, pairs);
    }
    if (pairs.empty())
        return invalid_input("run " + std::to_string(samples.run) + ", " + record.name +
                             ", has no prompt in these steps with two different answers that have "
                             "rewards" +
                             (is_filtered(samples) ? " and pass the filters; choose other steps or "
                                                     "filters"
                                                   : "; choose other steps"));
    Json source;
    source["run"] = samples.run;
    source["name"] = record.name;
    source["first_step"] = samples.first_step;
    source["last_step"] = std::min(samples.last_step, record.step);
    if (samples.ended) source["ended"] = *samples.ended;
    if (!samples.prompt.empty()) source["prompt"] = samples.prompt;
    if (samples.least_difference > 0) source["least_difference"] = samples.least_difference;
    pairs = spread(std::move(pairs), samples.most);
    Random random(derive_seed(samples.seed, "label sides"));
    PLUMB_TRY(auto edits, reader.edits(samples.run));
    SamplingOfRun sampling(record, std::move(edits));
    std::size_t next = 0;
    return store.import_labels(
        name, source.dump(-1, ' ', false, Json::error_handler_t::replace),
        [&]() -> Result<std::optional<NewLabel>> {
            if (next == pairs.size()) return std::optional<NewLabel>();
            const Pair& pair = pairs[next++];
            return std::optional(
                label_of(pair, samples.run, random.chance(0.5), sampling.at(pair.first.step)));
        });
}

Result<std::int64_t> judge_by_gold(Store& store, StoreReader& reader, LabelQueueId queue,
                                   const std::string& annotator, std::int64_t most) {
    std::int64_t judged = 0, unknown = 0;
    for (std::int64_t behind = 0; most <= 0 || judged < most;) {
        PLUMB_TRY(const auto items, reader.items_to_judge(queue, annotator, behind, page_size));
        if (items.empty()) break;
        behind = items.back().rank;
        for (const LabelItem& item : items) {
            const auto choice = choice_by_gold(item);
            if (!choice) ++unknown;
            if (!choice || (most > 0 && judged == most)) continue;
            Verdict verdict;
            verdict.item = item.id;
            verdict.annotator = annotator;
            verdict.choice = *choice;
            if (const auto added = store.add_verdict(verdict); !added) return added.error();
            ++judged;
        }
    }
    if (judged == 0 && unknown > 0)
        return invalid_input(
            "no item that is left in the label queue knows its gold reward, which answers of runs "
            "on a built-in task with a gold reward have");
    return judged;
}

}  // namespace plumb
