// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"
#include "store/store.h"

namespace plumb {

struct CheckpointSource {
    RunId run = 0;
    std::string run_name{};
    std::int64_t step = 0;

    /// NAME/RUN@STEP. Names alone need not be unique, numbers say nothing to a reader.
    std::string identity() const;
};

/// What a model's name means: a folder with config.json, or RUN[@STEP|@best] of the workspace.
struct ModelSource {
    std::filesystem::path folder;
    std::optional<RunId> run;  ///< set where the name was that of a run without a step
    /// Whose checkpoint it is; nothing of a folder.
    std::optional<CheckpointSource> checkpoint = {};

    /// What tells this model from all others: NAME/RUN@STEP, the path of a folder.
    std::string identity() const;
};

/// RUN alone means its newest checkpoint. Errors say what was looked for and what there is.
Result<ModelSource> find_model(const std::string& name, const std::filesystem::path& workspace);

}  // namespace plumb
