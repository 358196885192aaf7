// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>

#include "base/clock.h"
#include "base/energy.h"
#include "base/result.h"
#include "train/optimizer.h"
#include "train/trainer.h"

namespace plumb {

/// What the loops of all trainers share around an update: asking the monitor, evaluating, saving.
class TrainingLoop {
public:
    /// evaluate gives the metrics of the policy as it stands; "best" compares the first of
    /// score_keys that is among them (larger is better, but for eval/loss).
    TrainingLoop(const TrainerInputs& inputs, const Trained& trained, TrainerState& state,
                 std::function<Result<Metrics>()> evaluate, std::vector<std::string> score_keys);

    /// Before the first update: evaluates a fresh run at step 0.
    Status begin();
    /// Whether the run is over: it has made `total` updates, or its budget is used up.
    bool is_over(std::int64_t total) const;
    /// Asks the monitor whether to go on with the next update.
    Result<Decision> before_step();
    /// The learning rate of the next update, `total` of them in the whole run at most.
    double learning_rate(std::int64_t total) const;
    /// One update of the policy from its gradients as they are, at that learning rate. Adds
    /// grad_norm to the step's metrics, which have its loss; where the run ends by it
    /// (check_gradient), they are recorded.
    Status update(Metrics& metrics, std::int64_t total);
    /// After the updates of a step: lets a reference follow, records the metrics, evaluates and
    /// saves where those are due. total: updates of the whole run as it stands now, which a budget
    /// may end before.
    Status after_step(Metrics metrics, double tokens, std::int64_t total);
    /// After the last update, or when told to stop.
    Result<Outcome> end(Decision decision);

private:
    Status evaluate_now();
    Status save_now();

    const TrainerInputs& inputs_;
    const Trained trained_;
    TrainerState& state_;
    std::function<Result<Metrics>()> evaluate_;
    std::vector<std::string> score_keys_;
    std::optional<double> score_;  ///< of the current step, where it was evaluated
    std::int64_t evaluated_step_ = -1, saved_step_ = -1;
    Stopwatch step_watch_;
    EnergyMeter energy_;
    Work work_before_step_;
};

/// The learning rate of the update after `step` of `total`; used: see schedule_factor().
double learning_rate_at(std::int64_t step, std::int64_t total, const Settings& settings,
                        double used = 0);

/// Updates of a whole run over rows that end: settings.max_steps, or num_train_epochs passes.
std::int64_t updates_of(std::int64_t rows, const Settings& settings);

}  // namespace plumb
