// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/supervised.h"

#include <algorithm>
#include <string>

#include "data/tokens.h"
#include "text/chat_template.h"

namespace plumb {
namespace {

/// The row before it is cut.
SupervisedRow whole_row(const Demonstration& demonstration, const Tokenizer& tokenizer,
                        const SupervisedOptions& options) {
    SupervisedRow row;
    const std::string text = demonstration.prompt + demonstration.completion;
    row.ids = tokenizer.encode(text);
    if (demonstration.ended) row.ids = with_end(std::move(row.ids), tokenizer);
    row.labels = row.ids;
    if (!demonstration.prompt.empty() && options.completion_only_loss.value_or(true)) {
        const std::size_t border = common_prefix(tokenizer.encode(demonstration.prompt), row.ids);
        std::fill_n(row.labels.begin(), border, ignored_label);
    }
    if (demonstration.said) {
        const auto mask = assistant_mask({text, *demonstration.said}, row.ids, tokenizer);
        for (std::size_t i = 0; i < mask.size(); ++i)
            if (mask[i] == 0) row.labels[i] = ignored_label;
    }
    return row;
}

bool cut(SupervisedRow& row, std::int64_t max_length) {
    const auto limit = static_cast<std::size_t>(max_length);
    if (row.ids.size() <= limit) return false;
    row.ids.resize(limit);
    row.labels.resize(limit);
    return true;
}

}  // namespace

std::int64_t SupervisedRow::trained() const {
    if (labels.empty()) return 0;
    return std::count_if(labels.begin() + 1, labels.end(),
                         [](std::int64_t label) { return label != ignored_label; });
}

SupervisedRow tokenize_demonstration(const Demonstration& demonstration, const Tokenizer& tokenizer,
                                     const SupervisedOptions& options) {
    SupervisedRow row = whole_row(demonstration, tokenizer, options);
    cut(row, options.max_length);
    return row;
}

Result<SupervisedRows> tokenize_demonstrations(std::span<const Demonstration> demonstrations,
                                               const Tokenizer& tokenizer,
                                               const SupervisedOptions& options) {
    SupervisedRows result;
    for (std::size_t i = 0; i < demonstrations.size(); ++i) {
        SupervisedRow row = whole_row(demonstrations[i], tokenizer, options);
        result.shortened += cut(row, options.max_length);
        if (row.trained() == 0) {
            ++result.dropped;
            continue;
        }
        result.rows.push_back(std::move(row));
        result.sources.push_back(static_cast<std::int64_t>(i));
    }
    if (result.rows.empty())
        return invalid_input("None of the " + std::to_string(demonstrations.size()) +
                             " supervised rows has a token to train on within max_length " +
                             std::to_string(options.max_length) +
                             ". Raise max_length, or set completion_only_loss to false.");
    return result;
}

}  // namespace plumb
