// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/multiple_testing.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "base/check.h"

namespace plumb {

std::vector<double> holm_adjusted(const std::vector<double>& p_values) {
    std::vector<std::size_t> order(p_values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p_values[i]; });
    std::vector<double> adjusted(p_values.size());
    double before = 0;
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        const double p = p_values[order[rank]];
        PLUMB_CHECK(p >= 0 && p <= 1, "a p-value lies between 0 and 1");
        before = std::max(before, std::min(1.0, p * static_cast<double>(order.size() - rank)));
        adjusted[order[rank]] = before;
    }
    return adjusted;
}

std::vector<std::optional<double>> holm_adjusted(
    const std::vector<std::optional<double>>& p_values) {
    std::vector<double> there;
    for (const auto& p : p_values)
        if (p) there.push_back(*p);
    const std::vector<double> adjusted = holm_adjusted(there);
    std::vector<std::optional<double>> all(p_values.size());
    std::size_t next = 0;
    for (std::size_t i = 0; i < p_values.size(); ++i)
        if (p_values[i]) all[i] = adjusted[next++];
    return all;
}

}  // namespace plumb
