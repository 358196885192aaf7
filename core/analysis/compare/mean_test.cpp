// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/mean_test.h"

#include <algorithm>
#include <cmath>

#include "analysis/compare/group_curves.h"
#include "analysis/compare/student_t.h"
#include "analysis/ticks.h"
#include "base/statistics.h"

namespace plumb {
namespace {

double two_sided(double t, double degrees_of_freedom) {
    return 2 * student_cdf(-std::abs(t), degrees_of_freedom);
}

}  // namespace

MeanTest mean_test(const std::vector<double>& values) {
    MeanTest result{.estimate = mean_estimate(values)};
    if (values.size() < 2) return result;
    const double mean = *result.estimate.value;
    const double error = std::sqrt(*sample_variance(values) / static_cast<double>(values.size()));
    // Equal values everywhere tell nothing about other seeds.
    if (error > 0) result.p_value = two_sided(mean / error, static_cast<double>(values.size() - 1));
    return result;
}

MeanTest welch_test(const std::vector<double>& a, const std::vector<double>& b) {
    MeanTest result;
    const Estimate of_a = mean_estimate(a), of_b = mean_estimate(b);
    if (!of_a.value || !of_b.value) return result;
    const double difference = *of_a.value - *of_b.value;
    result.estimate.value = difference;
    result.estimate.count = static_cast<std::int64_t>(std::min(a.size(), b.size()));
    if (a.size() < 2 || b.size() < 2) return result;
    const double part_a = *sample_variance(a) / static_cast<double>(a.size());
    const double part_b = *sample_variance(b) / static_cast<double>(b.size());
    const double sum = part_a + part_b;
    if (!(sum > 0)) return result;
    const double degrees = sum * sum /
                           (part_a * part_a / static_cast<double>(a.size() - 1) +
                            part_b * part_b / static_cast<double>(b.size() - 1));
    const double half = student_quantile_95(degrees) * std::sqrt(sum);
    result.estimate.interval = Interval{difference - half, difference + half};
    result.p_value = two_sided(difference / std::sqrt(sum), degrees);
    return result;
}

std::string p_text(double p_value) { return p_value < 0.001 ? "< 0.001" : short_number(p_value); }

}  // namespace plumb
