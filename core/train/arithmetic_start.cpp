// SPDX-License-Identifier: GPL-3.0-or-later
// The supervised start of the arithmetic task: a textbook phase, then a sloppy one.

#include <algorithm>

#include "base/strings.h"
#include "train/evaluation.h"
#include "train/new_model.h"
#include "train/start_phases.h"

namespace plumb {
namespace {

/// Flawless scratchpads until the model can add: the accuracy comes as a sudden transition whose
/// step differs by seed, so a fixed number of steps would be a lottery.
Status textbook_phase(StartPhases& phases, Policy& policy, const Task& task,
                      const Settings& settings, RunMonitor& monitor) {
    AdamW optimizer(policy.model, start_optimizer(settings));
    double accuracy = 0;
    for (std::int64_t step = 0; step < settings.start_max_steps; ++step) {
        const double warmup = std::min(
            1.0, static_cast<double>(step + 1) /
                     static_cast<double>(std::max<std::int64_t>(1, settings.start_warmup_steps)));
        PLUMB_TRY_STATUS(phases.step(task, optimizer, settings.start_learning_rate * warmup,
                                     "supervised: textbook", step + 1, settings.start_max_steps));
        if ((step + 1) % settings.start_check_steps != 0) continue;
        PLUMB_TRY(accuracy, greedy_accuracy(policy, task, settings.start_check_prompts, settings,
                                            monitor.stop_token()));
        phases.report("start/accuracy_greedy", accuracy);
        if (accuracy >= settings.start_check_accuracy) return {};
    }
    return Error{ErrorCode::failed,
                 "the supervised model reached a greedy accuracy of " + format_fixed(accuracy, 3) +
                     " after " + std::to_string(settings.start_max_steps) +
                     " steps, below start_check_accuracy " +
                     format_number(settings.start_check_accuracy) +
                     "; reinforcement learning does not start from it. Raise start_max_steps, use "
                     "another seed, or a larger hidden_size"};
}

/// Demonstrations as people write them: some without working, some wrong.
Status sloppy_phase(StartPhases& phases, Policy& policy, const Task& task,
                    const Settings& settings) {
    AdamW optimizer(policy.model, start_optimizer(settings));
    const std::int64_t steps = settings.start_sloppy_steps;
    for (std::int64_t step = 0; step < steps; ++step) {
        const double done =
            static_cast<double>(step) / static_cast<double>(std::max<std::int64_t>(1, steps - 1));
        const double rate = settings.start_sloppy_learning_rate * (1 - done) +
                            settings.start_sloppy_learning_rate_end * done;
        PLUMB_TRY_STATUS(phases.step(task, optimizer, rate, "supervised: sloppy", step + 1, steps));
    }
    return {};
}

}  // namespace

Result<Policy> train_arithmetic_start(const Settings& settings, at::Device device,
                                      RunMonitor& monitor) {
    Settings flawless = settings;
    flawless.arithmetic_cot_rate = 1.0;
    flawless.arithmetic_error_rate = 0.0;
    PLUMB_TRY(const auto textbook, make_task(flawless, true));
    PLUMB_TRY(const auto sloppy, make_task(settings, true));
    PLUMB_TRY(Policy policy, new_policy(settings, textbook->tokenizer(), device));
    policy.model.enable_training();
    StartPhases phases(policy, settings, monitor);
    PLUMB_TRY_STATUS(textbook_phase(phases, policy, *textbook, settings, monitor));
    PLUMB_TRY_STATUS(sloppy_phase(phases, policy, *sloppy, settings));
    return policy;
}

}  // namespace plumb
