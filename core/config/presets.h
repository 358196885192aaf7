// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/settings.h"

namespace plumb {

/// A named set of settings known to learn. The YAML stands in resources/presets and is built into
/// the program.
struct Preset {
    std::string name;
    std::string title;    ///< "GRPO learns arithmetic"
    std::string summary;  ///< what the user will see and what it costs
    std::string yaml;
};

std::span<const Preset> presets();
/// The settings of the preset; an unknown name is an error with the nearest one.
Result<Settings> preset_settings(std::string_view name);

}  // namespace plumb
