// SPDX-License-Identifier: GPL-3.0-or-later
// The supervised start of the reviews task: one phase of fixed length, then a look at its texts.

#include "base/strings.h"
#include "train/evaluation.h"
#include "train/new_model.h"
#include "train/schedule.h"
#include "train/start_phases.h"

namespace plumb {
namespace {

// Of the texts that are looked at: the same for every run, so that starts compare.
constexpr std::uint64_t check_seed = 0;

Status imitation_phase(StartPhases& phases, Policy& policy, const Task& task,
                       const Settings& settings) {
    AdamW optimizer(policy.model, start_optimizer(settings));
    const std::int64_t steps = settings.start_max_steps;
    for (std::int64_t step = 0; step < steps; ++step) {
        const double rate = settings.start_learning_rate *
                            schedule_factor("cosine", step, settings.start_warmup_steps, steps, 0);
        PLUMB_TRY_STATUS(
            phases.step(task, optimizer, rate, "supervised: reviews", step + 1, steps));
    }
    return {};
}

/// The rarer parts of the gold reward are nearly silent on what a good start writes. A start that
/// still breaks the grammar would have its flaws corrected instead of its taste steered.
Status check_texts(StartPhases& phases, const Policy& policy, const Task& task,
                   const Settings& settings, RunMonitor& monitor) {
    PLUMB_TRY(const double share, well_formed_share(policy, task, settings.start_check_prompts,
                                                    settings, check_seed, monitor.stop_token()));
    phases.report("start/well_formed", share);
    if (share >= settings.start_check_accuracy) return {};
    return Error{
        ErrorCode::failed,
        "the supervised model writes " + format_fixed(share, 3) +
            " of its reviews without a mistake after " + std::to_string(settings.start_max_steps) +
            " steps, below start_check_accuracy " + format_number(settings.start_check_accuracy) +
            "; learning from preferences does not start from it. Raise start_max_steps "
            "or max_completion_length, or use a larger hidden_size"};
}

}  // namespace

Result<Policy> train_reviews_start(const Settings& given, at::Device device, RunMonitor& monitor) {
    Settings settings = given;
    settings.eval_prompts = given.start_check_prompts;
    PLUMB_TRY(const auto task, make_task(settings, true));
    PLUMB_TRY(Policy policy, new_policy(settings, task->tokenizer(), device));
    policy.model.enable_training();
    StartPhases phases(policy, settings, monitor);
    PLUMB_TRY_STATUS(imitation_phase(phases, policy, *task, settings));
    PLUMB_TRY_STATUS(check_texts(phases, policy, *task, settings, monitor));
    return policy;
}

}  // namespace plumb
