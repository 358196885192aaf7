// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <QString>

#include "store/completion_filter.h"

namespace plumb::ui {

/// A column of a table of completions.
struct CompletionColumn {
    enum class Kind { step, reward, part, advantage, kl, length, end, answer, prompt, completion };

    Kind kind = Kind::step;
    std::string part{};  ///< name of the reward function; of Kind::part alone

    QString title() const;
    QString help() const;
    bool isNumber() const;
    /// For Qt::TextAlignmentRole.
    int alignment() const;
    /// What an order by the column goes by; nothing where there is no such order.
    std::optional<CompletionNumber> number() const;
    QString shown(const CompletionRecord& row) const;
    /// The whole of a long text.
    QString toolTip(const CompletionRecord& row) const;

    bool operator==(const CompletionColumn&) const = default;
};

/// Names of the reward functions that say more than the sum of all does, by these rows.
std::vector<std::string> telling_parts(std::vector<std::string> names,
                                       const std::vector<CompletionRecord>& rows);

/// With three digits after the point; "none" where there is no number.
QString numberText(const std::optional<double>& value);

/// Text on one line: line breaks and tabs become visible signs.
QString onOneLine(const std::string& text);

}  // namespace plumb::ui
