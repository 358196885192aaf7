// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/settings.h"

namespace plumb {

/// A setting that names what a first start of the run reads.
struct NamedSource {
    std::string_view key;
    std::string Settings::*member;
    bool is_model = true;  ///< a folder or RUN[@STEP]; else a run

    /// Whether the value can mean a run, and which: what stands before an @.
    std::optional<std::string> run_of(const Settings& settings) const;
};

/// Those that are given and have an effect: model_name_or_path, reward_model, pairs_run,
/// eval_reward_model.
std::vector<NamedSource> named_sources(const Settings& settings);

/// The folders that they mean. Nothing where a setting is empty or has no effect.
struct SourceFolders {
    std::optional<std::filesystem::path> model, reward_model, pairs, eval_reward_model;
};
/// Errors name the setting: a run that is not there, or has no checkpoint or no pairs (yet), or
/// whose pairs are of another task.
Result<SourceFolders> find_sources(const Settings& settings,
                                   const std::filesystem::path& workspace);
/// One of them.
Result<std::filesystem::path> find_source(const NamedSource& source, const Settings& settings,
                                          const std::filesystem::path& workspace);

}  // namespace plumb
