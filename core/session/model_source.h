// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"
#include "store/store.h"

namespace plumb {

/// What a model's name means: a folder with config.json, or RUN[@STEP] of the workspace.
struct ModelSource {
    std::filesystem::path folder;
    std::optional<RunId> run;  ///< set where the name was that of a run without a step
};

/// RUN alone means its newest checkpoint. Errors say what was looked for and what there is.
Result<ModelSource> find_model(const std::string& name, const std::filesystem::path& workspace);

}  // namespace plumb
