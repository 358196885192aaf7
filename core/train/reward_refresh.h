// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "data/preferences.h"
#include "tasks/task.h"
#include "train/evaluation.h"
#include "train/pairs.h"

namespace plumb {

/// The pairs of settings.reward_refresh_file. Errors name the file, the row or the column.
Result<std::vector<Preference>> read_refresh_pairs(const Settings& settings,
                                                   const std::filesystem::path& workspace);

/// Below a run's folder: the reward model as it was refreshed after so many steps.
std::filesystem::path refreshed_reward_model(const std::filesystem::path& run_folder,
                                             std::int64_t step);
/// Of a run that goes on from the checkpoint of this step: the newest that was refreshed before it,
/// or nothing. What was refreshed at that step or later is made anew, since its edit is replayed.
std::optional<std::filesystem::path> newest_refreshed_model(const std::filesystem::path& run_folder,
                                                            std::int64_t checkpoint_step);

/// Lets the learned reward of a run learn anew from labels, and puts the new model in its place.
class RewardRefresher {
public:
    /// Everything outlives the refresher. reward_model and its functions among the scorers are
    /// replaced by a refresh; earlier: the pairs that it was made from, maybe none.
    struct Parts {
        std::shared_ptr<const Policy>& reward_model;
        Scorers& scorers;
        const Policy& policy;
        const PreferenceSets& earlier;
        const Task& task;
        std::filesystem::path run_folder, workspace;
        RunMonitor& monitor;
    };
    explicit RewardRefresher(Parts parts) : parts_(std::move(parts)) {}

    /// A copy of the reward model trains for settings.reward_refresh_epochs on the pairs of
    /// settings.reward_refresh_file and on reward_refresh_mix times as many earlier ones, drawn
    /// from the seed and the step; it is kept in the run's folder. Reports at `step`
    /// reward_refresh/pairs, /mixed_pairs, /seconds, /flops, /accuracy_before and /accuracy_after
    /// (the share of the labels that the model agrees with) and, where there are earlier held-out
    /// pairs, /held_out_before and /held_out_after. On an error everything stays as it was.
    Status refresh(const Settings& settings, std::int64_t step);

private:
    PreferenceSets mixed(const std::vector<Preference>& labels, const Settings& settings,
                         std::int64_t step) const;
    void put_in_place(Policy model, const Settings& settings);

    Parts parts_;
};

}  // namespace plumb
