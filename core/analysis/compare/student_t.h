// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace plumb {

/// Probability that a value of Student's t distribution is not above t. Degrees of freedom need not
/// be whole (Welch). By the regularised incomplete beta function, whose continued fraction is
/// evaluated by Lentz's method (Press et al., Numerical Recipes, 3rd ed., section 6.4).
/// Precondition: degrees_of_freedom > 0.
double student_cdf(double t, double degrees_of_freedom);

/// The value that is exceeded with probability 0.025, for intervals of 95 %.
/// Precondition: degrees_of_freedom > 0.
double student_quantile_95(double degrees_of_freedom);

}  // namespace plumb
