// SPDX-License-Identifier: GPL-3.0-or-later
// The rules, one file each; diagnosis_rules() has their table.
#pragma once

#include "analysis/diagnosis.h"

namespace plumb {

extern const DiagnosisRule all_cut_rule;
extern const DiagnosisRule dead_groups_rule;
extern const DiagnosisRule kl_rule;
extern const DiagnosisRule entropy_rule;
extern const DiagnosisRule length_rule;
extern const DiagnosisRule non_finite_rule;
extern const DiagnosisRule reward_hacking_rule;
extern const DiagnosisRule chosen_falls_rule;
extern const DiagnosisRule memory_creep_rule;

}  // namespace plumb
