// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/supervised_rows.h"

#include <algorithm>
#include <limits>

namespace plumb {

SupervisedOptions supervised_options(const Policy& policy, const Settings& settings) {
    return {std::min(settings.max_length, policy.model.config().max_position_embeddings),
            settings.completion_only_loss};
}

SupervisedOptions training_options(const Policy& policy, const Settings& settings) {
    SupervisedOptions options = supervised_options(policy, settings);
    if (settings.packing && settings.packing_strategy != "bfd")
        options.max_length = std::numeric_limits<std::int64_t>::max();
    return options;
}

std::vector<SupervisedRow> supervised_rows(std::span<const Demonstration> demonstrations,
                                           const Policy& policy, const Settings& settings) {
    const SupervisedOptions options = supervised_options(policy, settings);
    std::vector<SupervisedRow> rows;
    for (const Demonstration& demonstration : demonstrations) {
        SupervisedRow row = tokenize_demonstration(demonstration, *policy.tokenizer, options);
        if (row.trained() > 0) rows.push_back(std::move(row));
    }
    return rows;
}

LabelledBatch to_batch(std::span<const SupervisedRow> rows) {
    std::vector<TokenIds> ids, labels;
    for (const SupervisedRow& row : rows) {
        ids.push_back(row.ids);
        labels.push_back(row.labels);
    }
    return make_labelled_batch(ids, labels);
}

}  // namespace plumb
