// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/thinning.h"

#include <cmath>
#include <optional>
#include <set>

#include "base/check.h"

namespace plumb {

std::vector<MetricPoint> thin(std::span<const MetricPoint> points, std::size_t buckets) {
    PLUMB_CHECK(buckets > 0, "thinning needs a bucket");
    if (points.size() <= 2 * buckets) return {points.begin(), points.end()};
    std::vector<MetricPoint> result;
    result.reserve(3 * buckets + 2);
    for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
        const std::size_t begin = bucket * points.size() / buckets;
        const std::size_t end = (bucket + 1) * points.size() / buckets;
        std::optional<std::size_t> smallest, largest, gap;
        for (std::size_t i = begin; i < end; ++i) {
            const double value = points[i].value;
            if (!std::isfinite(value)) {
                if (!gap) gap = i;
                continue;
            }
            if (!smallest || value < points[*smallest].value) smallest = i;
            if (!largest || value > points[*largest].value) largest = i;
        }
        std::set<std::size_t> kept;
        for (const auto& index : {smallest, largest, gap})
            if (index) kept.insert(*index);
        if (bucket == 0) kept.insert(0);
        if (bucket + 1 == buckets) kept.insert(points.size() - 1);
        for (const std::size_t index : kept) result.push_back(points[index]);
    }
    return result;
}

}  // namespace plumb
