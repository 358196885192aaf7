// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "analysis/diagnoses/series.h"

namespace plumb {

/// "0.0123", "12.3", "1230": as many significant digits, without a trailing 0.
std::string rounded(double value, int digits = 3);
/// "97 %"
std::string percent(double share);
/// "since step 12", or "from step 12 to 30" where that is over.
std::string when(const Episode& episode);

/// A diagnosis of this stretch without its words; the evidence reaches `before` steps further back.
Diagnosis diagnosis_of(const Episode& episode, std::string id, std::string title,
                       std::int64_t before = 0);

}  // namespace plumb
