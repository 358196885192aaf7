// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace plumb {

/// A file of resources/ that is built into the program.
struct Resource {
    std::string name;  ///< relative to resources/, "presets/grpo-arithmetic.yaml"
    std::string content;
};

const std::vector<Resource>& embedded_resources();

}  // namespace plumb
