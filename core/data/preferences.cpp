// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/preferences.h"

#include <algorithm>

#include "data/tokens.h"

namespace plumb {
namespace {

using Ids = std::vector<std::int64_t>;

/// Prompt and completion as one text.
Ids whole_side(const std::string& text, bool ended, const Tokenizer& tokenizer) {
    Ids ids = tokenizer.encode(text);
    return ended ? with_end(std::move(ids), tokenizer) : ids;
}

bool cut(Ids& completion, std::int64_t room) {
    if (std::ssize(completion) <= room) return false;
    completion.resize(static_cast<std::size_t>(room));
    return true;
}

/// Applies the limit alone; false where the pair does not fit.
bool fit(PreferenceRow& row, std::int64_t max_length, OverLength policy, bool& shortened) {
    if (policy == OverLength::drop) {
        const bool has_tokens =
            !row.prompt.empty() || (!row.chosen.empty() && !row.rejected.empty());
        return has_tokens && row.length() <= max_length;
    }
    if (row.prompt.empty()) return false;
    const std::int64_t room = std::max<std::int64_t>(0, max_length - std::ssize(row.prompt));
    const bool chosen_cut = cut(row.chosen, room), rejected_cut = cut(row.rejected, room);
    shortened = chosen_cut || rejected_cut;
    return !row.chosen.empty() && !row.rejected.empty();
}

}  // namespace

std::int64_t PreferenceRow::length() const {
    return std::ssize(prompt) + std::max(std::ssize(chosen), std::ssize(rejected));
}

PreferenceRow tokenize_preference(const Preference& preference, const Tokenizer& tokenizer) {
    const Ids prompt = tokenizer.encode(preference.prompt);
    const Ids chosen =
        whole_side(preference.prompt + preference.chosen, preference.chosen_ended, tokenizer);
    const Ids rejected =
        whole_side(preference.prompt + preference.rejected, preference.rejected_ended, tokenizer);
    const auto border = static_cast<std::ptrdiff_t>(
        std::min(common_prefix(prompt, chosen), common_prefix(prompt, rejected)));
    return {.prompt = {prompt.begin(), prompt.begin() + border},
            .chosen = {chosen.begin() + border, chosen.end()},
            .rejected = {rejected.begin() + border, rejected.end()},
            .margin = preference.margin};
}

RowFate apply_limit(PreferenceRow& row, std::int64_t max_length, OverLength policy) {
    bool shortened = false;
    if (!fit(row, max_length, policy, shortened)) return RowFate::dropped;
    if (row.chosen == row.rejected) return RowFate::identical;
    return shortened ? RowFate::shortened : RowFate::kept;
}

Result<TokenizedPreferences> tokenize_preferences(std::span<const Preference> preferences,
                                                  const Tokenizer& tokenizer,
                                                  std::int64_t max_length, OverLength policy) {
    TokenizedPreferences result;
    for (std::size_t i = 0; i < preferences.size(); ++i) {
        PreferenceRow row = tokenize_preference(preferences[i], tokenizer);
        const RowFate fate = apply_limit(row, max_length, policy);
        result.shortened += fate == RowFate::shortened;
        result.dropped += fate == RowFate::dropped;
        result.identical += fate == RowFate::identical;
        if (fate == RowFate::dropped || fate == RowFate::identical) continue;
        result.rows.push_back(std::move(row));
        result.sources.push_back(static_cast<std::int64_t>(i));
    }
    if (result.rows.empty())
        return invalid_input(
            "None of the " + std::to_string(preferences.size()) +
            " preference pairs can be learned from: " + std::to_string(result.dropped) +
            (policy == OverLength::cut ? " have no prompt, or no room for a completion within"
                                       : " are empty or longer than") +
            " max_length " + std::to_string(max_length) + ", and " +
            std::to_string(result.identical) +
            " have the same tokens on both sides. Raise max_length, or give pairs that differ.");
    return result;
}

}  // namespace plumb
