// SPDX-License-Identifier: GPL-3.0-or-later
#include "tasks/data_pairs.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "data/hold_out.h"
#include "tasks/held_out_rows.h"

namespace plumb {
namespace {

Result<std::vector<Preference>> read(const std::vector<std::string>& files,
                                     const Settings& settings) {
    PLUMB_TRY(const auto rows, read_rows(files, settings.dataset_text_field));
    return to_preferences(rows, settings);
}

/// For each pair the number of its prompt; a pair without a prompt has one of its own.
std::vector<std::int64_t> number_prompts(const std::vector<Preference>& pairs) {
    std::map<std::string_view, std::int64_t> numbers;
    std::vector<std::int64_t> of_pairs;
    std::int64_t next = 0;
    for (const Preference& pair : pairs) {
        if (pair.prompt.empty()) {
            of_pairs.push_back(next++);
            continue;
        }
        const auto [found, fresh] = numbers.emplace(pair.prompt, next);
        next += fresh;
        of_pairs.push_back(found->second);
    }
    return of_pairs;
}

}  // namespace

Result<DataPairs> read_pairs(const std::vector<std::string>& files,
                             const std::vector<std::string>& eval_files, const Settings& settings,
                             bool may_hold_out_none) {
    DataPairs pairs;
    PLUMB_TRY(pairs.training, read(files, settings));
    if (!eval_files.empty()) {
        PLUMB_TRY(const auto given, read(eval_files, settings));
        pairs.held_out = pick_rows(given, spread_rows(std::ssize(given), settings.eval_prompts));
        return pairs;
    }
    if (settings.eval_prompts < 1) return pairs;
    const auto numbers = number_prompts(pairs.training);
    const std::int64_t prompts = *std::ranges::max_element(numbers) + 1;
    if (prompts < 2 && may_hold_out_none) return pairs;
    if (prompts < 2)
        return invalid_input(files.front() +
                             " has pairs of a single prompt, which leaves none to train on. Add "
                             "pairs of other prompts, or name eval_files.");
    const auto held = hold_out(prompts, settings.eval_prompts, hold_out_seed).held_out;
    const std::set<std::int64_t> held_out(held.begin(), held.end());
    DataPairs parts;
    for (std::size_t i = 0; i < numbers.size(); ++i)
        (held_out.contains(numbers[i]) ? parts.held_out : parts.training)
            .push_back(std::move(pairs.training[i]));
    return parts;
}

std::vector<Prompt> distinct_prompts(const std::vector<Preference>& pairs) {
    std::set<std::string_view> seen;
    std::vector<Prompt> prompts;
    for (const Preference& pair : pairs)
        if (!pair.prompt.empty() && seen.insert(pair.prompt).second)
            prompts.push_back({.text = pair.prompt, .answer = {}, .source = pair.source});
    return prompts;
}

}  // namespace plumb
