// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "analysis/compare/compared_run.h"

namespace plumb {

/// What came before a run's first update.
struct Preparation {
    double seconds = 0, flops = 0, generated_tokens = 0;
    bool is_complete = true;         ///< false: a run that it builds on is not among those compared
    std::vector<std::string> parts;  ///< "supervised start 12.1 s", "reward model of run 3 4.0 s"
};

/// The phases of the run itself (phase/*) and those of the runs whose reward model or pairs it
/// uses: of a reward model all of that run, of pairs their sampling alone. A supervised start that
/// both began from is counted once.
Preparation preparation_of(const ComparedRun& run, const std::vector<ComparedRun>& all);

/// The run among them that NAME, NAME@STEP or its number means, the newest of equal names; null:
/// none.
const ComparedRun* run_named(const std::string& name, const std::vector<ComparedRun>& all);

}  // namespace plumb
