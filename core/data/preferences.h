// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "data/rows.h"
#include "text/tokenizer.h"

namespace plumb {

/// Two completions of one prompt, the first of which is the better one.
struct Preference {
    std::string prompt;  ///< may be empty
    std::string chosen;
    std::string rejected;
    bool chosen_ended = true;  ///< an end token belongs behind it: false for a sample that was cut
    bool rejected_ended = true;
    std::optional<double> margin = {};  ///< how much better it is, for a reward model
    /// Gold reward of chosen less that of rejected, where a built-in task's model wrote both.
    std::optional<double> gold_margin = {};
    std::string source = {};  ///< file and line, for messages; empty for a sampled one
};

/// A prompt that stood at the beginning of both completions, and what follows it.
struct PromptSplit {
    std::string prompt, chosen, rejected;
};

/// Finds the prompt as TRL's extract_prompt does: all characters before the first that differs,
/// without a blank at the end, which begins both completions instead. Where one text begins with
/// the whole of the other, that one keeps its last character as completion. Never splits a
/// character of UTF-8. (TRL lets texts that differ at once wrap around to the end of chosen; here
/// their prompt is empty.)
PromptSplit extract_prompt(std::string_view chosen, std::string_view rejected);
/// The same for conversations, a text for each turn (such as its JSON): how many turns are prompt.
std::size_t extract_prompt(std::span<const std::string> chosen,
                           std::span<const std::string> rejected);

/// Rows as preference pairs. The first row decides in which form:
/// - settings.chosen_column and rejected_column, with the prompt in prompt_column (else question)
///   or, where there is no such column, at the beginning of both (extract_prompt); columns margin
///   and gold_margin may hold a number, chosen_ended and rejected_ended true or false;
/// - a prompt, completion_column and label_column (true or false, also 0 or 1 and as text), one
///   completion a row: the k-th good completion of a prompt is paired with its k-th bad one. Rows
///   left without a partner are left out; no pair at all is an error.
/// Pairs stand in the order of the files (of the row that completes them). Errors name the row and
/// the column.
/// Sides, prompts and completions may be chat turns, which become the text that the model's
/// template writes; the template then ends them. The sides of a row may be whole conversations even
/// where its prompt is text, which is not read then, as in TRL.
Result<std::vector<Preference>> to_preferences(const std::vector<Row>& rows,
                                               const Settings& settings, const ChatFormat& chat);
Result<std::vector<Preference>> to_preferences(const std::vector<Row>& rows,
                                               const Settings& settings);

/// Whether these rows have two completions each, the first form of to_preferences.
bool has_pairs(const std::vector<Row>& rows, const Settings& settings);
/// Whether these rows have one labelled completion each, the second form of to_preferences.
bool has_labelled_completions(const std::vector<Row>& rows, const Settings& settings);

/// A pair as token ids: prompt + chosen and prompt + rejected are the two sides.
struct PreferenceRow {
    std::vector<std::int64_t> prompt, chosen, rejected;
    std::optional<double> margin;

    /// Tokens of the longer side.
    std::int64_t length() const;
};

/// What happens to a pair with a side of more than max_length tokens.
enum class OverLength {
    cut,   ///< DPO: the side loses its end; a pair is dropped where a side is left without a
           ///< completion token, or where there is no prompt token to predict the first one from
    drop,  ///< reward model: the pair is dropped, since the score is read at the end
};

/// The pair before anything is cut. The prompt ends where tokenising it alone and with a completion
/// first differ, at the smaller place of both sides, as in TRL: a token may reach over the border
/// and then belongs to the completion. An end token follows a completion unless it is there already
/// or the completion was cut when it was sampled.
PreferenceRow tokenize_preference(const Preference& preference, const Tokenizer& tokenizer);

/// What the limit does to a row.
enum class RowFate { kept, shortened, dropped, identical };
/// Applies max_length to the row. identical: both sides have the same tokens, at least within the
/// limit.
RowFate apply_limit(PreferenceRow& row, std::int64_t max_length, OverLength policy);

struct TokenizedPreferences {
    std::vector<PreferenceRow> rows;
    std::vector<std::int64_t> sources;  ///< of each row, its number in the input
    std::int64_t shortened = 0;         ///< pairs with a side that lost its end
    std::int64_t dropped = 0;           ///< pairs that do not fit, as OverLength says
    std::int64_t identical = 0;         ///< pairs without a difference
};

/// The pairs that a model can learn from; an error where there is none. A pair whose sides are the
/// same tokens is left out and counted: the gradient of every loss on differences is zero there, so
/// that it would only thin its batch out. (TRL keeps such pairs.)
Result<TokenizedPreferences> tokenize_preferences(std::span<const Preference> preferences,
                                                  const Tokenizer& tokenizer,
                                                  std::int64_t max_length, OverLength policy);

}  // namespace plumb
