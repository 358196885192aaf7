// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "data/order.h"
#include "data/preferences.h"
#include "train/pairs.h"
#include "train/preference_batches.h"

namespace plumb {

/// The run's pairs as tokens, in the order in which a run takes them.
class PreferenceRowSource {
public:
    explicit PreferenceRowSource(DataOrder taken_in) : order(std::move(taken_in)) {}

    std::vector<PreferenceRow> training, held_out;
    /// Of held_out: gold reward of chosen less that of rejected; empty where it is not known.
    std::vector<std::optional<double>> held_out_gold;
    std::vector<std::string> sources;  ///< of training: Preference::source
    DataOrder order;
    /// Where sides are free: the row whose rejected side meets the chosen one of `order`.
    std::optional<DataOrder> rejected_order;

    std::int64_t rows() const { return static_cast<std::int64_t>(training.size()); }
    /// Indices of the next `count` training pairs; moves next_row on.
    std::vector<std::size_t> take(std::int64_t count, std::int64_t& next_row);
    /// The next `count` training pairs; where sides are free, each epoch pairs them anew, from the
    /// seed and the epoch alone. Moves next_row on.
    std::vector<PreferenceRow> take_rows(std::int64_t count, std::int64_t& next_row);
    /// The sources of the pairs taken since the last call, those that have one.
    std::vector<std::string> sources_taken();
    double epoch(std::int64_t next_row) const {
        return static_cast<double>(next_row) / static_cast<double>(rows());
    }

private:
    std::vector<std::size_t> taken_;
};

/// Tokenises both sets and tells in the log what was cut or left out.
Result<PreferenceRowSource> make_row_source(const PreferenceSets& pairs, const Policy& policy,
                                            const Settings& settings, OverLength over_length);

/// The rows of these numbers.
std::vector<PreferenceRow> pick(const std::vector<PreferenceRow>& rows,
                                const std::vector<std::size_t>& numbers);

}  // namespace plumb
