// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of files as preference pairs.
#include <array>
#include <cmath>
#include <deque>
#include <map>

#include "base/strings.h"
#include "data/chat_rows.h"
#include "data/column_access.h"
#include "data/preferences.h"
#include "data/row_values.h"
#include "text/jinja/operators.h"

namespace plumb {
namespace {

/// How many of the leading parts, characters or turns, are the prompt. The last part of the shorter
/// side always is completion.
template <class Part>
std::size_t shared_parts(std::span<const Part> chosen, std::span<const Part> rejected) {
    const std::size_t shorter = std::min(chosen.size(), rejected.size());
    std::size_t shared = 0;
    while (shared + 1 < shorter && chosen[shared] == rejected[shared]) ++shared;
    return shared;
}

Result<std::optional<double>> number_of(const Row& row, const char* column, const char* meaning) {
    const auto found = row.columns.find(column);
    if (found == row.columns.end()) return std::optional<double>();
    const auto number = found->second.is_text ? std::nullopt : parse_double(found->second.text);
    if (!number || !std::isfinite(*number))
        return unusable_value(
            row, column, "a number",
            "It says " + std::string(meaning) + "; leave it out where that is not known.");
    return number;
}

/// Whether an end token belongs behind the completion, which files of samples tell.
Result<bool> ended_of(const Row& row, const char* column) {
    const auto found = row.columns.find(column);
    if (found == row.columns.end()) return true;
    if (const auto flag = parse_flag(found->second.text)) return *flag;
    return unusable_value(row, column, "true or false",
                          "It says whether the completion came to an end by itself; leave it out "
                          "where it did.");
}

using Turns = std::vector<jinja::Value>;

bool same_turn(const jinja::Value& a, const jinja::Value& b) {
    jinja::Meter meter{jinja::Limits{}};
    return jinja::equal(a, b, meter);
}

/// The turns that both sides begin with, which leave them.
Turns take_prompt(Turns& chosen, Turns& rejected) {
    const std::size_t shorter = std::min(chosen.size(), rejected.size());
    std::size_t shared = 0;
    while (shared + 1 < shorter && same_turn(chosen[shared], rejected[shared])) ++shared;
    const auto count = static_cast<std::ptrdiff_t>(shared);
    Turns prompt(chosen.begin(), chosen.begin() + count);
    chosen.erase(chosen.begin(), chosen.begin() + count);
    rejected.erase(rejected.begin(), rejected.begin() + count);
    return prompt;
}

/// prompt: the column with the turns of the prompt; empty: both sides begin with them.
Result<Preference> chat_pair(const Row& row, const std::string& prompt, const Settings& settings,
                             const ChatFormat& chat) {
    PLUMB_TRY(Turns chosen, turns_of(row, settings.chosen_column));
    PLUMB_TRY(Turns rejected, turns_of(row, settings.rejected_column));
    Turns asked;
    if (prompt.empty()) {
        asked = take_prompt(chosen, rejected);
    } else {
        PLUMB_TRY(asked, turns_of(row, prompt));
    }
    if (asked.empty())
        return invalid_input(row.source() + ": columns " + settings.chosen_column + " and " +
                             settings.rejected_column +
                             " begin with different turns, so that there is no prompt. Let both "
                             "begin with the same turn, or give the prompt in a column.");
    PLUMB_TRY(ChatText good, chat.in_two(row, asked, chosen));
    PLUMB_TRY(ChatText bad, chat.in_two(row, asked, rejected));
    const std::size_t border = shared_bytes(good.prompt, bad.prompt);
    Preference pair;
    pair.prompt = good.prompt.substr(0, border);
    pair.chosen = good.prompt.substr(border) + good.completion;
    pair.rejected = bad.prompt.substr(border) + bad.completion;
    pair.chosen_ended = pair.rejected_ended = false;
    return pair;
}

/// prompt: its column; empty: both sides begin with it.
Result<Preference> text_pair(const Row& row, const std::string& prompt, const Settings& settings) {
    Preference pair;
    PLUMB_TRY(pair.chosen, required_text(row, settings.chosen_column));
    PLUMB_TRY(pair.rejected, required_text(row, settings.rejected_column));
    if (prompt.empty()) {
        PromptSplit split = extract_prompt(pair.chosen, pair.rejected);
        pair.prompt = std::move(split.prompt);
        pair.chosen = std::move(split.chosen);
        pair.rejected = std::move(split.rejected);
    } else {
        PLUMB_TRY(pair.prompt, required_text(row, prompt));
    }
    PLUMB_TRY(pair.chosen_ended, ended_of(row, "chosen_ended"));
    PLUMB_TRY(pair.rejected_ended, ended_of(row, "rejected_ended"));
    return pair;
}

Result<std::vector<Preference>> from_pairs(const std::vector<Row>& rows, const Settings& settings,
                                           const ChatFormat& chat) {
    std::string prompt = first_present(rows[0], prompt_names(settings));
    const bool is_chat = holds_turns(rows[0], settings.chosen_column);
    if (is_chat && !prompt.empty() && !holds_turns(rows[0], prompt)) prompt.clear();
    std::vector<Preference> pairs;
    pairs.reserve(rows.size());
    for (const Row& row : rows) {
        PLUMB_TRY(Preference pair, is_chat ? chat_pair(row, prompt, settings, chat)
                                           : text_pair(row, prompt, settings));
        pair.source = row.source();
        PLUMB_TRY(pair.margin,
                  number_of(row, "margin", "how much better the chosen completion is"));
        PLUMB_TRY(pair.gold_margin,
                  number_of(row, "gold_margin", "how much more gold reward the chosen one has"));
        pairs.push_back(std::move(pair));
    }
    return pairs;
}

Result<bool> label_of(const Row& row, const std::string& column) {
    const auto found = row.columns.find(column);
    if (found == row.columns.end())
        return missing_column(row, column, "The first row has it, so every row needs it.");
    if (const auto flag = parse_flag(found->second.text)) return *flag;
    return unusable_value(row, column, "true or false",
                          "It says whether the completion is a good one.");
}

/// Completions of one prompt that still wait for a partner: of one kind at any time.
struct Waiting {
    std::deque<Preference> good, bad;
};

/// Pairs each completion with the earliest one of the other kind that has none yet, which joins the
/// k-th good one with the k-th bad one.
Result<std::vector<Preference>> from_labels(const std::vector<Row>& rows, const Settings& settings,
                                            const ChatFormat& chat) {
    const std::string prompt = first_present(rows[0], prompt_names(settings));
    const bool is_chat = holds_turns(rows[0], prompt);
    std::map<std::string, Waiting> by_prompt;
    std::vector<Preference> pairs;
    for (const Row& row : rows) {
        Preference half;
        half.source = row.source();
        std::string completion;
        if (is_chat) {
            PLUMB_TRY(const Turns asked, turns_of(row, prompt));
            PLUMB_TRY(const Turns answer, turns_of(row, settings.completion_column));
            PLUMB_TRY(ChatText text, chat.in_two(row, asked, answer));
            half.prompt = std::move(text.prompt);
            completion = std::move(text.completion);
            half.chosen_ended = half.rejected_ended = false;
        } else {
            PLUMB_TRY(half.prompt, required_text(row, prompt));
            PLUMB_TRY(completion, required_text(row, settings.completion_column));
        }
        PLUMB_TRY(const bool good, label_of(row, settings.label_column));
        (good ? half.chosen : half.rejected) = completion;
        Waiting& waiting = by_prompt[half.prompt];
        std::deque<Preference>& partners = good ? waiting.bad : waiting.good;
        if (partners.empty()) {
            (good ? waiting.good : waiting.bad).push_back(std::move(half));
            continue;
        }
        Preference pair = std::move(partners.front());
        partners.pop_front();
        (good ? pair.chosen : pair.rejected) = completion;
        pairs.push_back(std::move(pair));
    }
    if (pairs.empty())
        return invalid_input("None of the " + std::to_string(rows.size()) + " rows of " +
                             *rows[0].file + " makes a pair: no prompt has a completion labelled " +
                             "true and another labelled false in column " + settings.label_column +
                             ". Add some, or give rows with " + settings.chosen_column + " and " +
                             settings.rejected_column + ".");
    return pairs;
}

}  // namespace

PromptSplit extract_prompt(std::string_view chosen, std::string_view rejected) {
    const auto a = utf8_characters(chosen), b = utf8_characters(rejected);
    std::size_t split = shared_parts<std::string_view>(a, b);
    const bool differs = split < std::min(a.size(), b.size()) && a[split] != b[split];
    if (differs && split > 0 && a[split - 1] == " ") --split;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < split; ++i) bytes += a[i].size();
    return {std::string(chosen.substr(0, bytes)), std::string(chosen.substr(bytes)),
            std::string(rejected.substr(bytes))};
}

std::size_t extract_prompt(std::span<const std::string> chosen,
                           std::span<const std::string> rejected) {
    return shared_parts(chosen, rejected);
}

bool has_pairs(const std::vector<Row>& rows, const Settings& settings) {
    if (rows.empty()) return false;
    const auto& columns = rows[0].columns;
    return columns.contains(settings.chosen_column) && columns.contains(settings.rejected_column);
}

bool has_labelled_completions(const std::vector<Row>& rows, const Settings& settings) {
    if (rows.empty() || has_pairs(rows, settings)) return false;
    const auto& columns = rows[0].columns;
    return !first_present(rows[0], prompt_names(settings)).empty() &&
           columns.contains(settings.completion_column) && columns.contains(settings.label_column);
}

Result<std::vector<Preference>> to_preferences(const std::vector<Row>& rows,
                                               const Settings& settings) {
    return to_preferences(rows, settings, ChatFormat());
}

Result<std::vector<Preference>> to_preferences(const std::vector<Row>& rows,
                                               const Settings& settings, const ChatFormat& chat) {
    if (rows.empty()) return std::vector<Preference>();
    if (has_pairs(rows, settings)) return from_pairs(rows, settings, chat);
    if (has_labelled_completions(rows, settings)) return from_labels(rows, settings, chat);
    const std::string &chosen = settings.chosen_column, &rejected = settings.rejected_column;
    return missing_column(
        rows[0], rows[0].columns.contains(chosen) ? rejected : chosen,
        "Preference pairs need " + chosen + " and " + rejected + ", with or without " +
            settings.prompt_column + ", or else " + settings.prompt_column + ", " +
            settings.completion_column + " and " + settings.label_column +
            "; set chosen_column, rejected_column, prompt_column, completion_column or "
            "label_column.");
}

}  // namespace plumb
