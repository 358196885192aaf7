// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include <ATen/ATen.h>

namespace plumb {

/// What a loss function returns: a scalar to differentiate, and its health as numbers by metric key.
struct LossResult {
    at::Tensor loss;
    std::map<std::string, double> metrics;
};

}  // namespace plumb
