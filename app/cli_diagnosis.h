// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "analysis/diagnosis.h"
#include "cli_output.h"

namespace plumb::cli {

/// What people are told of a diagnosis, by lines: what it is and its evidence, and with the remedy
/// what to do and to set.
std::vector<std::string> diagnosis_lines(const Diagnosis& diagnosis, bool with_remedy = true);
/// The same for programs.
JsonLine diagnosis_json(const Diagnosis& diagnosis);

}  // namespace plumb::cli
