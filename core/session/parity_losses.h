// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What the checks of losses/* share; internal to run_parity().

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include "model/safetensors.h"
#include "session/parity_checks.h"

namespace plumb::parity {

using json = nlohmann::ordered_json;

/// losses/<stem>.json, and the tensors beside it where there are any.
struct LossData {
    json description;
    TensorMap tensors;
};

std::string case_name(const json& item);

/// Calls check with the data, or reports why the file cannot be read.
void check_cases(const std::filesystem::path& stem, const std::string& name, const Report& report,
                 const std::function<void(const LossData&)>& check);

/// Every metric of the reference must be among the actual ones and agree.
void compare_metrics(Comparison& comparison, const std::map<std::string, double>& actual,
                     const json& expected);

/// [n] float32 of a list of numbers; null is NaN.
at::Tensor number_list(const json& values);

}  // namespace plumb::parity
