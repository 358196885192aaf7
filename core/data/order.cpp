// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/order.h"

#include <string>

#include "base/check.h"
#include "base/random.h"

namespace plumb {

DataOrder::DataOrder(std::uint64_t seed, std::int64_t count, bool shuffle)
    : seed_(derive_seed(seed, "data order")), count_(count), shuffle_(shuffle) {
    PLUMB_CHECK(count > 0, "an order of no rows");
}

std::int64_t DataOrder::next() {
    const std::int64_t epoch = position_ / count_;
    const std::int64_t within = position_++ % count_;
    if (!shuffle_) return within;
    load_epoch(epoch);
    return permutation_[static_cast<std::size_t>(within)];
}

std::vector<std::int64_t> DataOrder::next(std::int64_t n) {
    std::vector<std::int64_t> rows;
    rows.reserve(static_cast<std::size_t>(n));
    for (std::int64_t i = 0; i < n; ++i) rows.push_back(next());
    return rows;
}

std::int64_t DataOrder::at(std::int64_t position) {
    seek(position);
    return next();
}

void DataOrder::seek(std::int64_t position) {
    PLUMB_CHECK(position >= 0, "a position before the first row");
    position_ = position;
}

double DataOrder::epoch() const {
    return static_cast<double>(position_) / static_cast<double>(count_);
}

void DataOrder::load_epoch(std::int64_t epoch) {
    if (epoch == loaded_epoch_) return;
    permutation_ = Random(derive_seed(seed_, std::to_string(epoch))).permutation(count_);
    loaded_epoch_ = epoch;
}

}  // namespace plumb
