// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace plumb {

struct ParityLine {
    std::string name;  ///< "losses/grpo/dapo", "train/sft"
    bool passed = false;
    double largest_error = 0;  ///< as a share of the tolerance allowed there; above 1 is a failure
    std::string detail;        ///< which quantity it was, or why the case could not be run
};

/// Checks this build against a folder of reference data (its README states the tolerances). parts
/// are folders or file stems below it ("losses/grpo", "train", "train/sft"); empty: everything. A
/// part that exists there but is not supported yet counts as failed, by name; one that does not
/// exist is an error. Each line is handed to report as soon as it is known.
Result<std::vector<ParityLine>> run_parity(const std::filesystem::path& folder,
                                           const std::vector<std::string>& parts,
                                           const std::function<void(const ParityLine&)>& report);

}  // namespace plumb
