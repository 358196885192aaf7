// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/loop.h"

#include <cmath>

#include "base/random.h"
#include "model/memory_ledger.h"
#include "train/budget.h"
#include "train/schedule.h"
#include "train/update.h"

namespace plumb {
namespace {

/// What all updates so far have cost.
void add_work(const Work& work, Metrics& metrics) {
    metrics["cost/generated_tokens"] = work.generated_tokens;
    metrics["cost/scored_tokens"] = work.scored_tokens;
    metrics["cost/trained_tokens"] = work.trained_tokens;
    metrics["cost/flops"] = work.flops;
}

/// Splits the step's seconds: what went neither into sampling nor into scores was the update. Adds
/// them to those of all updates so far.
void add_seconds(double seconds, UpdateSeconds& so_far, Metrics& metrics) {
    const auto part = [&](const char* key) {
        const auto found = metrics.find(key);
        return found == metrics.end() ? 0.0 : found->second;
    };
    const double generate = part("time/generate"), score = part("time/score");
    so_far.generate += generate;
    so_far.score += score;
    so_far.update += seconds - generate - score;
    metrics["step_time"] = seconds;
    metrics["time/update"] = seconds - generate - score;
    metrics["time/update_total"] = so_far.update;
    if (!metrics.contains("time/generate")) return;
    metrics["time/generate_total"] = so_far.generate;
    metrics["time/score_total"] = so_far.score;
}

/// Megabytes by owner: what is held between steps, and the most that the step itself needed.
void add_memory(Metrics& metrics) {
    constexpr double megabyte = 1e6;
    const MemoryUse use = memory_use();
    double models = 0;
    for (const MemoryOwner owner : {MemoryOwner::policy, MemoryOwner::reference,
                                    MemoryOwner::reward_model, MemoryOwner::value_model}) {
        const auto bytes = static_cast<double>(use.of(owner));
        metrics["memory/" + std::string(memory_owner_name(owner))] = bytes / megabyte;
        models += bytes > 0;
    }
    for (const MemoryOwner owner : {MemoryOwner::gradients, MemoryOwner::optimizer,
                                    MemoryOwner::cache, MemoryOwner::activations})
        metrics["memory/" + std::string(memory_owner_name(owner))] =
            static_cast<double>(use.peak_of(owner)) / megabyte;
    metrics["memory/models"] = models;
    metrics["memory/peak"] = static_cast<double>(use.peak_of_all) / megabyte;
    metrics["memory/run_peak"] = static_cast<double>(use.run_peak) / megabyte;
    const ProcessMemory process = process_memory();
    metrics["memory/resident"] = static_cast<double>(process.resident) / megabyte;
    metrics["memory/growth"] = static_cast<double>(process.growth) / megabyte;
}

}  // namespace

TrainingLoop::TrainingLoop(const TrainerInputs& inputs, const Trained& trained, TrainerState& state,
                           std::function<Result<Metrics>()> evaluate,
                           std::vector<std::string> score_keys)
    : inputs_(inputs),
      trained_(trained),
      state_(state),
      evaluate_(std::move(evaluate)),
      score_keys_(std::move(score_keys)) {}

Status TrainingLoop::begin() {
    if (state_.step > 0) {
        evaluated_step_ = saved_step_ = state_.step;
        return {};
    }
    PLUMB_TRY_STATUS(evaluate_now());
    return save_now();
}

bool TrainingLoop::is_over(std::int64_t total) const {
    return state_.step >= total || budget_used(inputs_.settings, state_) >= 1;
}

double TrainingLoop::learning_rate(std::int64_t total) const {
    return learning_rate_at(state_.step, total, inputs_.settings,
                            budget_used(inputs_.settings, state_));
}

Result<Decision> TrainingLoop::before_step() {
    const std::string labels = inputs_.settings.reward_refresh_file;
    PLUMB_TRY(const Decision decision,
              inputs_.monitor.between_steps(state_.step, inputs_.settings, inputs_.policy));
    // An edit at this step. A run that ends here makes it when it goes on, as the edit is replayed.
    if (decision == Decision::go_on && inputs_.refresh_reward &&
        inputs_.settings.reward_refresh_file != labels &&
        !inputs_.settings.reward_refresh_file.empty())
        PLUMB_TRY_STATUS(inputs_.refresh_reward(state_.step));
    trained_.policy.model.set_dropout_key(
        derive_seed(static_cast<std::uint64_t>(inputs_.settings.seed),
                    "dropout " + std::to_string(state_.step)));
    step_watch_.restart();
    energy_.restart();
    work_before_step_ = work_done();
    reset_memory_peaks();
    return decision;
}

Status TrainingLoop::update(Metrics& metrics, std::int64_t total) {
    const Settings& settings = inputs_.settings;
    const GradientNorm norm = apply_update(trained_.policy.model, trained_.optimizer,
                                           learning_rate(total), settings.max_grad_norm);
    const Status sound = check_gradient(norm, state_.step, settings, metrics);
    if (!sound) inputs_.monitor.metrics(state_.step + 1, metrics);
    return sound;
}

Status TrainingLoop::after_step(Metrics metrics, double tokens, std::int64_t total) {
    metrics["learning_rate"] = learning_rate(total);
    ++state_.step;
    score_.reset();
    if (trained_.reference)
        PLUMB_TRY_STATUS(
            trained_.reference->follow(trained_.policy.model, inputs_.settings, state_.step));
    const double seconds = step_watch_.seconds();
    state_.work += work_done() - work_before_step_;
    add_work(state_.work, metrics);
    add_memory(metrics);
    add_seconds(seconds, state_.seconds, metrics);
    if (const auto joules = energy_.joules()) metrics["cost/energy"] = *joules;
    metrics["time/tokens_per_second"] = tokens / seconds;
    metrics["num_tokens"] = state_.num_tokens;
    inputs_.monitor.metrics(state_.step, metrics);
    const double used = budget_used(inputs_.settings, state_);
    inputs_.monitor.progress("train", state_.step, expected_updates(state_.step, total, used),
                             tokens / seconds);
    const auto due = [&](std::int64_t every) {
        return every > 0 && state_.step % every == 0 && !is_over(total);
    };
    if (due(inputs_.settings.eval_steps)) PLUMB_TRY_STATUS(evaluate_now());
    const bool best = score_ && (!state_.best_score || *score_ > *state_.best_score);
    if (best || due(inputs_.settings.save_steps)) return save_now();
    return {};
}

Result<Outcome> TrainingLoop::end(Decision decision) {
    if (decision != Decision::keep && evaluated_step_ != state_.step)
        PLUMB_TRY_STATUS(evaluate_now());
    if (saved_step_ != state_.step) PLUMB_TRY_STATUS(save_now());
    return decision == Decision::keep ? Outcome::kept : Outcome::finished;
}

Status TrainingLoop::evaluate_now() {
    inputs_.monitor.progress("evaluate", state_.step, 0, 0);
    PLUMB_TRY(const Metrics metrics, evaluate_());
    evaluated_step_ = state_.step;
    for (const auto& key : score_keys_) {
        if (score_ || !metrics.contains(key)) continue;
        const double value = metrics.at(key);
        if (std::isfinite(value)) score_ = key == "eval/loss" ? -value : value;
    }
    if (!metrics.empty()) inputs_.monitor.metrics(state_.step, metrics);
    return {};
}

Status TrainingLoop::save_now() {
    if (score_ && (!state_.best_score || *score_ > *state_.best_score)) state_.best_score = score_;
    saved_step_ = state_.step;
    return inputs_.monitor.save(state_.step, score_, [&](const std::filesystem::path& folder) {
        return write_checkpoint(folder, trained_, state_);
    });
}

double learning_rate_at(std::int64_t step, std::int64_t total, const Settings& settings,
                        double used) {
    return settings.learning_rate * schedule_factor(settings.lr_scheduler_type, step,
                                                    settings.warmup_steps, total,
                                                    settings.lr_min_ratio, used);
}

std::int64_t updates_of(std::int64_t rows, const Settings& settings) {
    if (settings.max_steps > 0) return settings.max_steps;
    const double batch = static_cast<double>(settings.per_device_train_batch_size *
                                             settings.gradient_accumulation_steps);
    return static_cast<std::int64_t>(
        std::ceil(std::ceil(static_cast<double>(rows) / batch) * settings.num_train_epochs));
}

}  // namespace plumb
