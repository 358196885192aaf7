// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/thinning.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "base/check.h"

namespace plumb {
namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);

/// Where a bucket's values are smallest and largest, and where the first gap is.
struct Extremes {
    std::size_t smallest = none, largest = none, gap = none;

    template <class ValueAt>
    Extremes(std::size_t begin, std::size_t end, const ValueAt& value_at) {
        double low = 0, high = 0;
        for (std::size_t i = begin; i < end; ++i) {
            const double value = value_at(i);
            if (!std::isfinite(value)) {
                if (gap == none) gap = i;
                continue;
            }
            if (smallest == none || value < low) {
                smallest = i;
                low = value;
            }
            if (largest == none || value > high) {
                largest = i;
                high = value;
            }
        }
    }
};

/// Appends those of the indices that there are, each once and in their order.
template <std::size_t Count>
void keep(std::array<std::size_t, Count> indices, std::vector<std::size_t>& kept) {
    std::ranges::sort(indices);
    for (const std::size_t index : indices)
        if (index != none && (kept.empty() || kept.back() != index)) kept.push_back(index);
}

}  // namespace

std::vector<MetricPoint> thin(std::span<const MetricPoint> points, std::size_t buckets) {
    std::vector<MetricPoint> result;
    for (const std::size_t index : thinned(points, 0, points.size(), buckets))
        result.push_back(points[index]);
    return result;
}

std::vector<std::size_t> thinned(std::span<const MetricPoint> points, std::size_t begin,
                                 std::size_t end, std::size_t buckets,
                                 std::span<const double> places) {
    PLUMB_CHECK(buckets > 0, "thinning needs a bucket");
    PLUMB_CHECK(begin <= end && end <= points.size(), "a range of the points");
    PLUMB_CHECK(places.empty() || places.size() == points.size(), "a place for each point");
    std::vector<std::size_t> kept;
    if (end - begin <= 2 * buckets) {
        kept.resize(end - begin);
        for (std::size_t i = begin; i < end; ++i) kept[i - begin] = i;
        return kept;
    }
    const std::size_t size = std::bit_ceil((end - begin + buckets - 1) / buckets);
    kept.reserve(3 * ((end - begin) / size + 2) + 2);
    kept.push_back(begin);
    for (std::size_t first = begin; first < end;) {
        const std::size_t next = std::min(end, (first / size + 1) * size);
        const Extremes values(first, next, [&](std::size_t i) { return points[i].value; });
        if (places.empty()) {
            keep<3>({values.smallest, values.largest, values.gap}, kept);
        } else {
            const Extremes across(first, next, [&](std::size_t i) { return places[i]; });
            keep<5>({values.smallest, values.largest, values.gap, across.smallest, across.largest},
                    kept);
        }
        first = next;
    }
    if (kept.back() != end - 1) kept.push_back(end - 1);
    return kept;
}

}  // namespace plumb
