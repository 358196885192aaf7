// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/reward_refresh.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/log.h"
#include "base/random.h"
#include "base/strings.h"
#include "model/memory_ledger.h"
#include "tasks/data_pairs.h"
#include "train/checkpoint.h"
#include "train/phase_cost.h"
#include "train/preference_rows.h"
#include "train/reward_model.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view refreshed_prefix = "reward-model-";

/// The share of the pairs whose chosen side the model scores above the rejected one.
Result<std::optional<double>> share_agreed_with(const Policy& model,
                                                const std::vector<Preference>& pairs,
                                                const Settings& settings,
                                                const std::stop_token& stop) {
    const at::NoGradGuard no_gradient;
    if (pairs.empty()) return std::optional<double>();
    const std::int64_t limit =
        std::min(settings.max_length, model.model.config().max_position_embeddings);
    PLUMB_TRY(const TokenizedPreferences tokens,
              tokenize_preferences(pairs, *model.tokenizer, limit, OverLength::drop));
    PLUMB_TRY(const at::Tensor scores,
              all_preference_scores(model.model, tokens.rows, settings.per_device_train_batch_size,
                                    stop));
    return std::optional((scores[0] > scores[1]).to(at::kDouble).mean().item<double>());
}

}  // namespace

Result<std::vector<Preference>> read_refresh_pairs(const Settings& settings,
                                                   const fs::path& workspace) {
    Settings columns;  // labels are written with the usual names, whatever the run's files have
    columns.eval_prompts = 0;
    const fs::path file = workspace / settings.reward_refresh_file;
    // Labels are on texts that the run sampled, in which its template is written down already.
    const auto pairs = read_pairs({file.string()}, {}, columns, ChatFormat(), true);
    if (!pairs) return Error{pairs.error().code, "reward_refresh_file: " + pairs.error().message};
    if (pairs->training.empty())
        return invalid_input("reward_refresh_file: " + file.string() +
                             " has no pairs; label some and export them");
    return pairs->training;
}

fs::path refreshed_reward_model(const fs::path& run_folder, std::int64_t step) {
    return run_folder / (std::string(refreshed_prefix) + std::to_string(step));
}

std::optional<fs::path> newest_refreshed_model(const fs::path& run_folder,
                                               std::int64_t checkpoint_step) {
    std::optional<fs::path> newest;
    std::int64_t newest_step = -1;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(run_folder, ignored)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(refreshed_prefix)) continue;
        const auto step = parse_int(name.substr(refreshed_prefix.size()));
        if (!step || *step >= checkpoint_step || *step <= newest_step) continue;
        newest_step = *step;
        newest = entry.path();
    }
    return newest;
}

PreferenceSets RewardRefresher::mixed(const std::vector<Preference>& labels,
                                      const Settings& settings, std::int64_t step) const {
    PreferenceSets sets{labels, {}};
    const std::vector<Preference>& earlier = parts_.earlier.training;
    const double wanted = settings.reward_refresh_mix * static_cast<double>(labels.size());
    const auto count =
        std::min(earlier.size(), static_cast<std::size_t>(std::llround(std::max(0.0, wanted))));
    const auto order = Random(derive_seed(static_cast<std::uint64_t>(settings.seed),
                                          "refresh " + std::to_string(step)))
                           .permutation(std::ssize(earlier));
    for (std::size_t i = 0; i < count; ++i)
        sets.training.push_back(earlier[static_cast<std::size_t>(order[i])]);
    return sets;
}

Status RewardRefresher::refresh(const Settings& settings, std::int64_t step) {
    const std::stop_token stop = parts_.monitor.stop_token();
    const Policy& before = *parts_.reward_model;
    PLUMB_TRY(const auto labels, read_refresh_pairs(settings, parts_.workspace));
    const PreferenceSets pairs = mixed(labels, settings, step);
    const std::vector<Preference>& held_out = parts_.earlier.held_out;
    PLUMB_TRY(const auto agreed, share_agreed_with(before, labels, settings, stop));
    PLUMB_TRY(const auto held_out_agreed, share_agreed_with(before, held_out, settings, stop));

    const PhaseMeter meter;
    PLUMB_TRY(Policy after,
              refresh_reward_model(before, pairs, parts_.task, settings, parts_.monitor));
    const PhaseCost cost = meter.cost();
    PLUMB_TRY(const auto agrees, share_agreed_with(after, labels, settings, stop));
    PLUMB_TRY(const auto held_out_agrees, share_agreed_with(after, held_out, settings, stop));
    PLUMB_TRY_STATUS(publish_policy(refreshed_reward_model(parts_.run_folder, step), after));

    Metrics metrics{
        {"reward_refresh/pairs", static_cast<double>(labels.size())},
        {"reward_refresh/mixed_pairs", static_cast<double>(pairs.training.size() - labels.size())},
        {"reward_refresh/seconds", cost.seconds},
        {"reward_refresh/flops", cost.work.flops},
        {"reward_refresh/accuracy_before", *agreed},
        {"reward_refresh/accuracy_after", *agrees}};
    if (held_out_agreed) {
        metrics["reward_refresh/held_out_before"] = *held_out_agreed;
        metrics["reward_refresh/held_out_after"] = *held_out_agrees;
    }
    parts_.monitor.metrics(step, metrics);
    log_info("step " + std::to_string(step) + ": the reward model was refreshed from " +
             std::to_string(labels.size()) + " labels and " +
             std::to_string(pairs.training.size() - labels.size()) +
             " earlier pairs; it agrees with " + format_fixed(*agrees, 2) +
             " of the labels, before with " + format_fixed(*agreed, 2));
    put_in_place(std::move(after), settings);
    return {};
}

void RewardRefresher::put_in_place(Policy model, const Settings& settings) {
    account_as(model.model, MemoryOwner::reward_model);
    parts_.reward_model = std::make_shared<const Policy>(std::move(model));
    for (auto& reward : parts_.scorers.rewards)
        if (reward->name() == learned_reward_name)
            reward = make_learned_reward(parts_.reward_model, parts_.policy.tokenizer,
                                         settings.per_device_train_batch_size);
}

}  // namespace plumb
