// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb {

using LabelQueueId = std::int64_t;
using LabelItemId = std::int64_t;
using VerdictId = std::int64_t;

/// What an annotator says of two answers, or of the one answer of an item (good, bad).
enum class Choice { a, b, tie, both_bad, skip, good, bad };
std::string_view to_string(Choice choice);
std::optional<Choice> parse_choice(std::string_view name);
/// Whether the choice can be made of an item with this many answers.
bool fits(Choice choice, bool has_two_answers);

/// A prompt with two answers to choose from, or with one.
struct LabelItem {
    LabelItemId id = 0;
    LabelQueueId queue = 0;
    std::int64_t place = 0;  ///< in its queue, from 1 on
    std::string prompt{};    ///< text, or chat turns as JSON
    std::string answer_a{};
    std::optional<std::string> answer_b{};
    bool prompt_is_chat = false;
    bool answers_are_chat = false;
    std::string origin{};  ///< JSON: file and line, or run, step, rows and how they were sampled

    // Set where an annotator's items are asked for (StoreReader::items_to_judge, items_to_repeat).
    std::int64_t rank = 0;     ///< in the order of its queue, from 1 on
    bool is_repeated = false;  ///< it is shown to the annotator a second time
};

/// One judgement. Never changed: a later one of the same annotator and round takes its place, and
/// taking one back is a row of its own.
struct Verdict {
    VerdictId id = 0;
    LabelItemId item = 0;
    std::string annotator{};
    Choice choice = Choice::skip;
    std::optional<std::int64_t> strength{};  ///< how much better, 1 to 3
    std::string note{};
    std::optional<double> seconds{};  ///< from the showing to the choice
    std::optional<bool> a_left{};     ///< whether answer A stood on the left
    std::int64_t round = 0;           ///< 0; above it where an item was shown again on purpose
    std::int64_t time_ms = 0;
};

/// A verdict as its annotator saw it: sides where two answers stood beside each other.
enum class SeenChoice { left, right, tie, both_bad, skip, good, bad };
/// Where nobody knows how the answers stood, answer A is taken to have been on the left.
SeenChoice seen_choice(const Verdict& verdict);

/// A verdict with the item that it is of.
struct PlacedVerdict {
    Verdict verdict{};
    std::int64_t place = 0;  ///< of the item in its queue
};

/// Which verdicts a list has: those of one annotator in one queue that stand.
struct VerdictFilter {
    LabelQueueId queue = 0;
    std::string annotator{};
    std::optional<SeenChoice> choice{};
    /// Part of the note, the prompt or an answer, letters A to Z in either case; empty: any.
    std::string search{};
    std::optional<LabelItemId> item{};
};

/// Who has judged items of a queue.
struct LabelAnnotator {
    std::string name{};
    std::int64_t verdicts = 0;  ///< that stand
};

/// What a reward says of the two answers of an item.
struct ItemReward {
    LabelItemId item = 0;
    std::string source{};  ///< gold_source, run_source, or a reward model (docs/labels.md)
    double reward_a = 0, reward_b = 0;
};
/// The gold reward of the task, and the reward of the run that sampled the answers.
inline constexpr const char* gold_source = "gold";
inline constexpr const char* run_source = "run";

/// What a reward model says of an item.
struct LabelScore {
    LabelItemId item = 0;
    double reward_a = 0;
    std::optional<double> reward_b{};  ///< empty: the item has one answer
};

/// In which order the items of a queue are shown.
struct LabelOrder {
    enum Kind : std::uint8_t {
        given,      ///< as they came
        random,     ///< by the seed
        uncertain,  ///< those whose rewards differ least first, by the source
    };
    Kind kind = given;
    std::int64_t seed = 0;
    std::string source{};  ///< as ItemReward::source
};
std::string_view to_string(LabelOrder::Kind kind);
std::optional<LabelOrder::Kind> parse_label_order(std::string_view name);

/// To whom the items of a queue are shown, and how often. Which ones is a matter of their ids
/// alone, and they are spread evenly.
struct LabelShares {
    double repeated = 0;  ///< shown a second time to the same annotator, as round 1
    double doubled = 1;   ///< judged by everybody; the others by whoever comes first
};

/// An item is not shown again before the annotator has given so many other verdicts in its queue,
/// unless nothing else is left: the first verdict is to be forgotten.
inline constexpr std::int64_t verdicts_until_repeat = 20;

/// Items that are judged together.
struct LabelQueue {
    LabelQueueId id = 0;
    std::string name{};
    std::string source{};  ///< JSON: what it was made from
    std::int64_t added_ms = 0;
    std::int64_t items = 0;
    LabelOrder order{};
    LabelShares shares{};
};

/// How far an annotator is with a queue. Repeats count: a repeated item makes two verdicts.
struct LabelProgress {
    std::int64_t judged = 0;  ///< verdicts that stand, skips included
    std::int64_t left = 0;    ///< verdicts that are still to be given
};

/// What an import brings of one row.
struct NewLabel {
    LabelItem item{};  ///< id, queue and place are not read
    std::optional<Verdict> verdict{};
};

/// What came of an import.
struct LabelImport {
    LabelQueueId queue = 0;
    std::int64_t items = 0;
    std::int64_t verdicts = 0;
    /// Positions (from 1 on, in the order they came) of those whose texts were there already.
    std::vector<std::int64_t> duplicates{};
};

}  // namespace plumb
