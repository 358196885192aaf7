// SPDX-License-Identifier: GPL-3.0-or-later
// data/: packing, prompt extraction, rewards by rule.
#include <nlohmann/json.hpp>

#include "data/packing.h"
#include "data/preferences.h"
#include "reward/rules.h"
#include "session/parity_checks.h"

namespace plumb::parity {
namespace {

using json = nlohmann::json;
using Ids = std::vector<std::int64_t>;

json read_json(const std::filesystem::path& stem) {
    std::filesystem::path file = stem;
    file += ".json";
    return json::parse(read_text(file));
}

/// What reading the file throws makes a failed line of the item itself.
void with_json(const std::filesystem::path& stem, const std::string& name, const Report& report,
               const std::function<void(const json&)>& check) {
    if (const auto why = failure_of([&] { check(read_json(stem)); })) report(failed(name, *why));
}

void check_packing_case(const json& data, const json& item, Comparison& comparison) {
    refuse_unknown_keys(item, {"seq_length", "strategy", "input_ids", "seq_lengths"});
    const auto strategy_name = item.at("strategy").get<std::string>();
    const auto strategy = packing_strategy(strategy_name);
    if (!strategy) throw std::runtime_error("not supported yet: strategy " + strategy_name);
    std::vector<SupervisedRow> rows;
    for (const json& ids : data.at("input_ids")) {
        const Ids values = ids.get<Ids>();
        rows.push_back({.ids = values, .labels = values});
    }
    const auto packed = pack_rows(rows, item.at("seq_length").get<std::int64_t>(), *strategy);
    const auto expected = item.at("input_ids").get<std::vector<Ids>>();
    const json lengths = item.value("seq_lengths", json());
    comparison.equal("number of rows", {std::ssize(packed)}, {std::ssize(expected)});
    for (std::size_t i = 0; i < std::min(packed.size(), expected.size()); ++i) {
        const std::string row = "row " + std::to_string(i + 1);
        comparison.equal(row, packed[i].tokens.ids, expected[i]);
        if (!lengths.is_null())
            comparison.equal("lengths of " + row, packed[i].seq_lengths, lengths.at(i).get<Ids>());
    }
}

std::vector<std::string> turns(const json& conversation) {
    std::vector<std::string> texts;
    for (const json& turn : conversation) texts.push_back(turn.dump());
    return texts;
}

json turns_between(const json& conversation, std::size_t begin, std::size_t end) {
    json turns = json::array();
    for (std::size_t i = begin; i < end; ++i) turns.push_back(conversation.at(i));
    return turns;
}

/// The pair split as the reference has it: texts, or lists of turns.
json split_of(const json& input) {
    const json &chosen = input.at("chosen"), &rejected = input.at("rejected");
    if (chosen.is_string()) {
        const PromptSplit split =
            extract_prompt(chosen.get<std::string>(), rejected.get<std::string>());
        return {{"prompt", split.prompt}, {"chosen", split.chosen}, {"rejected", split.rejected}};
    }
    const std::size_t prompt = extract_prompt(turns(chosen), turns(rejected));
    return {{"prompt", turns_between(chosen, 0, prompt)},
            {"chosen", turns_between(chosen, prompt, chosen.size())},
            {"rejected", turns_between(rejected, prompt, rejected.size())}};
}

void check_split(const json& item, Comparison& comparison) {
    refuse_unknown_keys(item.at("input"), {"chosen", "rejected"});
    const json split = split_of(item.at("input"));
    for (const auto& [key, expected] : item.at("output").items()) {
        const bool same = split.contains(key) && split.at(key) == expected;
        if (same)
            comparison.equal(key, {}, {});
        else
            comparison.fail(key + " is " + split.value(key, json()).dump() + ", not " +
                            expected.dump());
    }
}

void check_think_format(const json& data, Comparison& comparison) {
    refuse_unknown_keys(data, {"completions", "rewards"});
    const json &completions = data.at("completions"), &rewards = data.at("rewards");
    for (std::size_t i = 0; i < completions.size(); ++i) {
        const auto text = completions.at(i).get<std::string>();
        RewardInput row;
        row.completion = text;
        comparison.close("completion " + std::to_string(i + 1), think_format_rule(row),
                         rewards.at(i).get<double>(), reward_tolerance);
    }
}

/// The rule is the penalty with a largest one of -1; another is a weight on it.
void check_repetition(const json& data, Comparison& comparison) {
    refuse_unknown_keys(data, {"ngram_size", "max_penalty", "completion_ids", "rewards"});
    const auto n = data.at("ngram_size").get<std::int64_t>();
    const double weight = -data.at("max_penalty").get<double>();
    const json &completions = data.at("completion_ids"), &rewards = data.at("rewards");
    for (std::size_t i = 0; i < completions.size(); ++i)
        comparison.close("completion " + std::to_string(i + 1),
                         weight * repetition_rule(completions.at(i).get<Ids>(), n),
                         rewards.at(i).get<double>(), reward_tolerance);
}

void check_overlong(const json& data, Comparison& comparison) {
    refuse_unknown_keys(
        data, {"max_completion_len", "soft_punish_cache", "completion_ids_lengths", "rewards"});
    const auto limit = data.at("max_completion_len").get<std::int64_t>();
    const auto buffer = data.at("soft_punish_cache").get<std::int64_t>();
    const json &lengths = data.at("completion_ids_lengths"), &rewards = data.at("rewards");
    for (std::size_t i = 0; i < lengths.size(); ++i)
        comparison.close("completion " + std::to_string(i + 1),
                         overlong_rule(lengths.at(i).get<std::int64_t>(), limit, buffer),
                         rewards.at(i).get<double>(), reward_tolerance);
}

}  // namespace

void check_packing(const std::filesystem::path& stem, const std::string& name,
                   const Report& report) {
    with_json(stem, name, report, [&](const json& data) {
        for (const json& item : data.at("cases"))
            run_case(name + "/" + item.at("strategy").get<std::string>() + "_" +
                         item.at("seq_length").dump(),
                     report,
                     [&](Comparison& comparison) { check_packing_case(data, item, comparison); });
    });
}

void check_prompt_extraction(const std::filesystem::path& stem, const std::string& name,
                             const Report& report) {
    with_json(stem, name, report, [&](const json& data) {
        std::size_t number = 0;
        for (const json& item : data)
            run_case(name + "/" + std::to_string(++number), report,
                     [&](Comparison& comparison) { check_split(item, comparison); });
    });
}

void check_rewards(const std::filesystem::path& stem, const std::string& name,
                   const Report& report) {
    using Check = void (*)(const json&, Comparison&);
    const std::map<std::string, Check> checks = {{"think_format", check_think_format},
                                                 {"repetition_penalty", check_repetition},
                                                 {"soft_overlong", check_overlong}};
    with_json(stem, name, report, [&](const json& data) {
        for (const auto& [rule, part] : data.items()) {
            const auto check = checks.find(rule);
            if (check == checks.end()) {
                report(not_supported(name + "/" + rule));
                continue;
            }
            run_case(name + "/" + rule, report,
                     [&, &values = part](Comparison& c) { check->second(values, c); });
        }
    });
}

}  // namespace plumb::parity
