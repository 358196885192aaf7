// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"

namespace plumb {

struct FieldProblem {
    std::string key;      ///< the field beside which the message stands
    std::string message;  ///< what is wrong and what to do
};

/// Checks each field's range and choices, and what fields ask of each other (the batch must be a
/// multiple of num_generations, hidden_size of num_attention_heads, ...). Reads no file.
std::vector<FieldProblem> find_problems(const Settings& settings);
/// The same as one error that names every problem.
Status validate(const Settings& settings);

}  // namespace plumb
