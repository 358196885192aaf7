// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/completion_columns.h"

#include <algorithm>

#include "common/text.h"

namespace plumb::ui {
namespace {

/// What a cell can show; longer text is in the detail pane.
constexpr qsizetype most_characters = 400, most_tip_characters = 2000;

}  // namespace

QString numberText(const std::optional<double>& value) {
    if (!value) return "none";
    const QString text = QString::number(*value, 'f', 3);
    return text == "-0.000" ? "0.000" : text;
}

QString onOneLine(const std::string& text) {
    QString line = toQString(text);
    line.truncate(most_characters);
    return line.replace("\r", "").replace('\n', u'\u21B5').replace('\t', u'\u2192');
}

QString CompletionColumn::title() const {
    switch (kind) {
        case Kind::step: return "step";
        case Kind::reward: return "reward";
        case Kind::part: return toQString(part);
        case Kind::advantage: return "advantage";
        case Kind::kl: return "KL";
        case Kind::length: return "length";
        case Kind::end: return "end";
        case Kind::answer: return "answer";
        case Kind::prompt: return "prompt";
        case Kind::completion: return "completion";
    }
    return {};
}

QString CompletionColumn::help() const {
    switch (kind) {
        case Kind::step: return "Of the training; eval: an answer of the evaluation at this step";
        case Kind::reward: return "Weighted sum of the reward functions";
        case Kind::advantage:
            return "How much better than expected, which is what the update uses. GRPO and RLOO: "
                   "than the rest of its group. PPO: than the values, the mean over its tokens. "
                   "Online DPO: 1 for the preferred one of its group, -1 for the other.";
        case Kind::kl:
            return "Sum over the tokens of log policy - log reference, nats; none without a "
                   "reference";
        case Kind::length: return "Tokens, the end token included";
        case Kind::end: return "Cut: it reached max_completion_length";
        default: return {};
    }
}

bool CompletionColumn::isNumber() const { return number().has_value(); }

int CompletionColumn::alignment() const {
    return int((isNumber() ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
}

QString CompletionColumn::toolTip(const CompletionRecord& row) const {
    if (kind == Kind::prompt) return toQString(row.prompt).left(most_tip_characters);
    if (kind == Kind::completion) return toQString(row.completion).left(most_tip_characters);
    return {};
}

std::optional<CompletionNumber> CompletionColumn::number() const {
    switch (kind) {
        case Kind::step: return CompletionNumber{CompletionValue::step};
        case Kind::reward: return CompletionNumber{CompletionValue::reward};
        case Kind::part: return CompletionNumber{CompletionValue::part, part};
        case Kind::advantage: return CompletionNumber{CompletionValue::advantage};
        case Kind::kl: return CompletionNumber{CompletionValue::kl};
        case Kind::length: return CompletionNumber{CompletionValue::length};
        default: return std::nullopt;
    }
}

QString CompletionColumn::shown(const CompletionRecord& row) const {
    switch (kind) {
        case Kind::step: return QString::number(row.step) + QString(row.held_out() ? " eval" : "");
        case Kind::reward: return numberText(row.reward);
        case Kind::part: {
            const auto found = row.reward_parts.find(part);
            return found == row.reward_parts.end() ? QString() : numberText(found->second);
        }
        case Kind::advantage: return row.held_out() ? QString() : numberText(row.advantage);
        case Kind::kl: return numberText(row.kl);
        case Kind::length: return QString::number(row.length);
        case Kind::end: return row.ended ? "ended" : "cut";
        case Kind::answer: return onOneLine(row.answer);
        case Kind::prompt: return onOneLine(row.prompt);
        case Kind::completion: return onOneLine(row.completion);
    }
    return {};
}

std::vector<std::string> telling_parts(std::vector<std::string> names,
                                       const std::vector<CompletionRecord>& rows) {
    if (names.size() == 1) names.clear();
    // Beside gold the one reward of a run says what the sum of its rewards says.
    std::erase_if(names, [&rows](const std::string& name) {
        return std::ranges::all_of(rows, [&](const CompletionRecord& row) {
            const auto part = row.reward_parts.find(name);
            return part != row.reward_parts.end() && part->second == row.reward;
        });
    });
    return names;
}

}  // namespace plumb::ui
