// SPDX-License-Identifier: GPL-3.0-or-later
#include "tasks/data_pairs.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "base/random.h"
#include "data/good_and_bad.h"
#include "data/hold_out.h"
#include "tasks/held_out_rows.h"

namespace plumb {
namespace {

Result<std::vector<Preference>> read(const std::vector<std::string>& files,
                                     const Settings& settings, const ChatFormat& chat) {
    PLUMB_TRY(const auto rows, read_rows(files, settings.dataset_text_field));
    return to_preferences(rows, settings, chat);
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

/// Takes the texts that are held out from those of one kind.
Result<std::vector<PlacedText>> take_held_out(std::vector<PlacedText>& texts,
                                              const std::string& file, std::int64_t wanted) {
    if (texts.size() < 2)
        return invalid_input(file +
                             " has a single text, which leaves none to train on. Add texts, or set "
                             "eval_prompts to 0.");
    const HoldOut parts = hold_out(std::ssize(texts), wanted, hold_out_seed);
    std::vector<PlacedText> held_out = pick_rows(texts, parts.held_out);
    texts = pick_rows(texts, parts.training);
    return held_out;
}

}  // namespace

Result<DataPairs> read_pairs(const std::vector<std::string>& files,
                             const std::vector<std::string>& eval_files, const Settings& settings,
                             const ChatFormat& chat, bool may_hold_out_none) {
    DataPairs pairs;
    PLUMB_TRY(pairs.training, read(files, settings, chat));
    if (!eval_files.empty()) {
        PLUMB_TRY(const auto given, read(eval_files, settings, chat));
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

Result<DataPairs> read_good_and_bad(const Settings& settings) {
    PLUMB_TRY(const auto good_rows, read_rows(settings.good_files, settings.dataset_text_field));
    PLUMB_TRY(const auto bad_rows, read_rows(settings.bad_files, settings.dataset_text_field));
    PLUMB_TRY(GoodAndBad texts, to_good_and_bad(good_rows, bad_rows, settings));
    DataPairs pairs;
    pairs.sides_are_free = true;
    if (settings.eval_prompts > 0) {
        GoodAndBad held_out;
        PLUMB_TRY(held_out.good,
                  take_held_out(texts.good, settings.good_files.front(), settings.eval_prompts));
        PLUMB_TRY(held_out.bad,
                  take_held_out(texts.bad, settings.bad_files.front(), settings.eval_prompts));
        // Files are often in an order of their own, and in the same one.
        const auto order = Random(derive_seed(hold_out_seed, "held-out pairs"))
                               .permutation(std::ssize(held_out.bad));
        held_out.bad = pick_rows(held_out.bad, order);
        pairs.held_out = pair_in_order(held_out);
    }
    pairs.training = pair_in_order(texts);
    return pairs;
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
