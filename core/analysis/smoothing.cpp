// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/smoothing.h"

#include <cmath>

#include "base/check.h"

namespace plumb {
namespace {

class Average {
public:
    explicit Average(double weight) : weight_(weight) {
        PLUMB_CHECK(weight >= 0 && weight < 1, "a smoothing weight is at least 0 and below 1");
    }

    double add(double value) {
        if (!std::isfinite(value)) return value;
        sum_ = weight_ * sum_ + (1 - weight_) * value;
        remaining_ *= weight_;
        return sum_ / (1 - remaining_);
    }

private:
    double weight_;
    double sum_ = 0;
    double remaining_ = 1;  // weight^n after n values: the share of the start at 0
};

}  // namespace

std::vector<double> smooth(std::span<const double> values, double weight) {
    Average average(weight);
    std::vector<double> result;
    result.reserve(values.size());
    for (const double value : values) result.push_back(average.add(value));
    return result;
}

std::vector<MetricPoint> smooth(std::span<const MetricPoint> points, double weight) {
    Average average(weight);
    std::vector<MetricPoint> result;
    result.reserve(points.size());
    for (const MetricPoint& point : points)
        result.push_back({point.step, average.add(point.value)});
    return result;
}

double default_smoothing(std::size_t points) {
    constexpr std::size_t fine = 20;
    if (points <= fine) return 0;
    // An average over a span of n points has the weight 1 - 2 / (n + 1) (Brown).
    const double span = static_cast<double>(points) / fine;
    return 1 - 2 / (span + 1);
}

}  // namespace plumb
