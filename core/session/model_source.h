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
    bool is_start = false;  ///< the model that the run started from instead

    /// NAME/RUN@STEP or NAME/RUN@start. Names alone need not be unique, numbers say nothing to a
    /// reader.
    std::string identity() const;
};

/// What a model's name means: a folder with config.json, or RUN[@STEP|@best|@start] of the workspace.
struct ModelSource {
    std::filesystem::path folder;
    std::optional<RunId> run;  ///< set where the name was that of a run without a step
    /// Whose checkpoint it is; nothing of a folder.
    std::optional<CheckpointSource> checkpoint = {};

    /// What tells this model from all others: NAME/RUN@STEP, the path of a folder.
    std::string identity() const;
};

/// RUN alone means its newest checkpoint, RUN@start the model that it started from. Errors say what
/// was looked for and what there is.
Result<ModelSource> find_model(const std::string& name, const std::filesystem::path& workspace);

/// The same for a reward model. RUN alone means the one that the run has made or was given, where
/// it has one, since the policy that it trains has no scores.
Result<ModelSource> find_reward_model(const std::string& name,
                                      const std::filesystem::path& workspace);

/// Whether the run has a reward model beside what it trains: made for its own use, or a copy of one
/// that it was given, that of its evaluations left out. Looks at files.
bool has_own_reward_model(RunId run, const std::filesystem::path& workspace);

}  // namespace plumb
