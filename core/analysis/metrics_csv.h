// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "store/records.h"

namespace plumb {

/// Metrics in the order in which people look for them: evaluation, reward, loss, then the rest.
std::vector<std::string> ordered_keys(std::vector<std::string> keys);

/// A line for every step with a column for each key: numbers that read back as the same, nan and
/// inf as such, nothing where a step has no value.
std::string metrics_csv(const std::vector<std::string>& keys,
                        const std::vector<std::pair<std::int64_t, Metrics>>& steps);

}  // namespace plumb
