// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/forecast.h"

#include <algorithm>
#include <cmath>

#include "config/roles.h"
#include "rollout/portions.h"
#include "train/adapter.h"

namespace plumb {
namespace {

double number(std::int64_t count) { return static_cast<double>(count); }
std::int64_t rounded(double count) { return static_cast<std::int64_t>(std::llround(count)); }

/// Numbers that a loss holds at once for each place of its grid, masks and metrics included.
constexpr double loss_numbers = 24;
constexpr double float_bytes = 4, id_bytes = 8;

RunShape with_precision(RunShape shape, const Settings& settings) {
    shape.policy.dtype = shape.reward_model.dtype =
        settings.bf16 ? WeightType::bfloat16 : WeightType::float32;
    return shape;
}

ModelConfig with_score_head(ModelConfig config) {
    config.score_head = true;
    return config;
}

/// Of the adapter that the settings put on such a model. Names that mean no module are told when
/// the run starts; here they add nothing.
std::optional<AdapterSize> adapter_of(const ModelConfig& config, const Settings& settings) {
    if (!settings.use_peft) return std::nullopt;
    const auto plan = plan_adapter(config, lora_config(settings));
    return plan ? adapter_size(config, *plan) : AdapterSize{};
}

/// The run's phases in their order.
class Rehearsal {
public:
    Rehearsal(const Settings& settings, const RunShape& shape)
        : settings_(settings),
          shape_(with_precision(shape, settings)),
          scorer_(with_score_head(shape_.policy), settings.threads,
                  adapter_of(with_score_head(shape_.policy), settings)),
          policy_(settings.algorithm == "reward" ? scorer_
                                                 : Footprint(shape_.policy, settings.threads,
                                                             adapter_of(shape_.policy, settings))),
          start_(shape_.policy, settings.threads),
          reward_(shape_.reward_model, settings.threads) {
        policy_.set_gradient_checkpointing(settings.gradient_checkpointing);
    }

    RunMemory run() {
        if (has_supervised_start(settings_)) supervised_start();
        load();
        if (samples_pairs(settings_) && settings_.pairs_run.empty()) sample_pairs();
        if (makes_reward_model(settings_)) train_reward_model();
        if (uses_reward_model(settings_)) load_reward_model();
        begin_training();
        evaluate();
        for (int i = 0; i < 2; ++i) {
            step();
        }
        result_.step = account_;
        end_phase("training");
        result_.models = models();
        return result_;
    }

private:
    void end_phase(const char* name) {
        if (account_.peak() > result_.run_peak) {
            result_.run_peak = account_.peak();
            result_.run_peak_phase = name;
        }
        account_.reset_peaks();
    }

    std::int64_t models() const {
        std::int64_t count = 0;
        for (const MemoryOwner owner : {MemoryOwner::policy, MemoryOwner::reference,
                                        MemoryOwner::reward_model, MemoryOwner::value_model})
            count += account_.now(owner) > 0;
        return count;
    }

    /// Prompt and completion.
    std::int64_t text_length() const { return shape_.prompt.longest + shape_.completion.longest; }
    PassShape texts(std::int64_t rows) const {
        return ragged({rows, text_length(), rounded(number(rows) * shape_.completion.mean)},
                      shape_.prompt.mean + shape_.completion.mean);
    }
    /// Rows of that mean length: they take no padding.
    static PassShape ragged(PassShape shape, double mean) {
        const double absent = number(shape.rows) * (number(shape.length) - mean);
        shape.absent = std::max<std::int64_t>(0, rounded(absent));
        return shape;
    }
    /// The same of which `together` rows have one prompt.
    PassShape groups(std::int64_t rows, std::int64_t together) const {
        PassShape shape = texts(rows);
        shape.shared =
            rounded(number(rows - (rows + together - 1) / together) * shape_.prompt.mean);
        return shape;
    }
    /// Of the texts' last tokens.
    PassShape scored_texts(std::int64_t rows) const {
        PassShape shape = texts(rows);
        shape.outputs = rows;
        return shape;
    }

    bool pairs_are_sampled() const { return samples_pairs(settings_) || settings_.online_dpo; }
    /// 2 rows a pair.
    PassShape pairs(std::int64_t count) const {
        if (pairs_are_sampled()) return groups(2 * count, 2);
        return ragged(
            {2 * count, shape_.pair.longest, rounded(2 * number(count) * shape_.chosen.mean),
             rounded(number(count) * shape_.pair_prompt.mean)},
            shape_.pair_prompt.mean + shape_.chosen.mean);
    }
    PassShape scored_pairs(std::int64_t count) const {
        PassShape shape = pairs(count);
        shape.outputs = 2 * count;
        shape.shared = 0;
        return shape;
    }

    /// Ids of a batch, and what its loss is made of: width places a row.
    void take_batch(const PassShape& batch, std::int64_t width) {
        account_.take(batch_bytes(batch, width));
    }
    void give_batch(const PassShape& batch, std::int64_t width) {
        account_.give(batch_bytes(batch, width));
    }
    static double batch_bytes(const PassShape& batch, std::int64_t width) {
        return id_bytes * number(batch.rows * batch.length + 3 * batch.outputs) +
               loss_numbers * float_bytes * number(batch.rows * width);
    }

    void train(const Footprint& model, const PassShape& batch, std::int64_t width) {
        take_batch(batch, width);
        model.forward(account_, batch);
        model.backward(account_, batch);
        give_batch(batch, width);
    }
    void infer(const Footprint& model, const PassShape& batch, std::int64_t width) {
        take_batch(batch, width);
        model.infer(account_, batch);
        give_batch(batch, width);
    }

    void generate(const Footprint& model, std::int64_t prompts, std::int64_t per_prompt) {
        const std::int64_t portion = prompts_at_once(per_prompt);
        model.generate(account_, std::min(prompts, portion), per_prompt, shape_.prompt.longest,
                       settings_.max_completion_length);
    }

    void drop_packed_copy() { account_.give(account_.now(MemoryOwner::cache), MemoryOwner::cache); }

    void supervised_start() {
        account_.take(start_.model(), MemoryOwner::policy);
        account_.take(start_.parameters(), MemoryOwner::gradients);
        account_.take(2 * start_.parameters(), MemoryOwner::optimizer);
        const std::int64_t rows = settings_.start_batch_size;
        train(start_, {rows, shape_.row.longest, rounded(number(rows) * shape_.trained.mean)}, 1);
        generate(start_, settings_.start_check_prompts, 1);
        account_.give(2 * start_.parameters(), MemoryOwner::optimizer);
        account_.give(start_.parameters(), MemoryOwner::gradients);
        account_.give(start_.model(), MemoryOwner::policy);
        drop_packed_copy();
        end_phase("supervised start");
    }

    void load() {
        start_.load(account_, MemoryOwner::policy);
        end_phase("loading");
    }

    void sample_pairs() {
        generate(start_, settings_.pairs_prompts, settings_.pairs_per_prompt);
        end_phase("preference pairs");
    }

    /// What a model beside the policy holds: all of it, or on the policy's memory its adapter.
    double beside(const Footprint& model) const {
        return settings_.use_peft ? model.trained() : model.model();
    }

    /// Beside the model that it is made from, and a copy of it for a moment.
    void train_reward_model() {
        const double held = beside(scorer_), trained = scorer_.trained();
        if (!settings_.use_peft) account_.touch(start_.model() + held, MemoryOwner::reward_model);
        account_.take(held, MemoryOwner::reward_model);
        account_.take(trained, MemoryOwner::gradients);
        account_.take(scorer_.optimizer(), MemoryOwner::optimizer);
        train(scorer_, scored_pairs(settings_.reward_model_batch_size), 1);
        account_.give(scorer_.optimizer(), MemoryOwner::optimizer);
        account_.touch(held, MemoryOwner::reward_model);
        account_.give(trained, MemoryOwner::gradients);
        account_.give(held, MemoryOwner::reward_model);
        end_phase("reward model");
    }

    void load_reward_model() {
        if (settings_.use_peft && makes_reward_model(settings_))
            account_.take(scorer_.trained(), MemoryOwner::reward_model);
        else
            reward_.load(account_, MemoryOwner::reward_model);
        end_phase("loading");
    }

    void begin_training() {
        if (settings_.algorithm == "reward" && !shape_.policy.score_head) {
            if (!settings_.use_peft) {
                account_.touch(policy_.model(), MemoryOwner::policy);
                account_.take(policy_.model() - start_.model(), MemoryOwner::policy);
            }
            drop_packed_copy();
        }
        if (settings_.use_peft) account_.take(policy_.trained(), MemoryOwner::policy);
        account_.take(policy_.trained(), MemoryOwner::gradients);
        account_.take(policy_.optimizer(), MemoryOwner::optimizer);
        if (settings_.algorithm == "ppo") {
            account_.take(beside(scorer_), MemoryOwner::value_model);
            account_.take(scorer_.trained(), MemoryOwner::gradients);
            account_.take(scorer_.optimizer(), MemoryOwner::optimizer);
        }
        if (has_reference(settings_) && !settings_.use_peft)
            start_.load(account_, MemoryOwner::reference);
        end_phase("loading");
    }

    void score_texts(std::int64_t rows) {
        if (!uses_reward_model(settings_)) return;
        infer(reward_, scored_texts(std::min(rows, settings_.per_device_train_batch_size)), 0);
    }

    void evaluate() {
        const std::int64_t batch = settings_.per_device_train_batch_size;
        if (is_supervised(settings_) && shape_.eval_rows > 0)
            infer(policy_, supervised_batch(std::min(batch, shape_.eval_rows)), 1);
        if (learns_from_pairs(settings_) && shape_.eval_pairs > 0) {
            const std::int64_t count = std::min(batch, shape_.eval_pairs);
            if (settings_.algorithm == "reward")
                infer(policy_, scored_pairs(count), 1);
            else
                infer(policy_, pairs(count), shape_.completion.longest);
        }
        const bool samples =
            settings_.algorithm != "reward" && (!is_supervised(settings_) || shape_.judges_samples);
        if (samples && shape_.eval_prompts > 0) evaluate_samples();
        end_phase("evaluation");
    }

    void evaluate_samples() {
        const bool passing = !is_supervised(settings_) && settings_.eval_kl &&
                             !has_reference(settings_) && !settings_.use_peft;
        if (passing) start_.load(account_, MemoryOwner::reference);
        generate(policy_, shape_.eval_prompts, 1);
        score_texts(shape_.eval_prompts);
        if (settings_.eval_kl && !is_supervised(settings_))
            infer(start_,
                  texts(std::min(shape_.eval_prompts, settings_.per_device_train_batch_size)),
                  shape_.completion.longest);
        if (passing) account_.give(start_.model(), MemoryOwner::reference);
    }

    PassShape supervised_batch(std::int64_t rows) const {
        return ragged({rows, shape_.row.longest, rounded(number(rows) * shape_.trained.mean)},
                      shape_.row.mean);
    }

    /// Documents of similar lengths together, as batch_documents() puts them.
    PassShape packed_batch(std::int64_t rows) const {
        const std::int64_t most = rows * packed_length();
        const std::int64_t longest = std::min(shape_.row.longest, packed_length());
        const std::int64_t length =
            settings_.packing_strategy == "wrapped" ? packed_length() : longest;
        const auto documents = settings_.packing_strategy == "wrapped"
                                   ? rows
                                   : rounded(number(rows) * shape_.documents);
        const std::int64_t count =
            std::clamp<std::int64_t>(documents, 1, std::max<std::int64_t>(1, most / length));
        const double share = shape_.row.mean > 0 ? shape_.trained.mean / shape_.row.mean : 1.0;
        return {count, length, rounded(number(count * length) * share)};
    }
    std::int64_t packed_length() const {
        return std::min(settings_.max_length, shape_.policy.max_position_embeddings);
    }

    void step() {
        account_.reset_peaks();
        const std::int64_t batch = settings_.per_device_train_batch_size;
        const std::int64_t width = shape_.completion.longest;
        if (is_supervised(settings_)) {
            train(policy_, settings_.packing ? packed_batch(batch) : supervised_batch(batch), 1);
        } else if (settings_.algorithm == "reward") {
            train(policy_, scored_pairs(batch), 1);
        } else if (settings_.algorithm == "ppo") {
            ppo_step();
        } else if (settings_.algorithm == "dpo") {
            const std::int64_t prompts = batch * settings_.gradient_accumulation_steps;
            if (settings_.online_dpo) sample(prompts, settings_.num_generations);
            if (settings_.online_dpo || !settings_.precompute_ref_log_probs ||
                settings_.sync_ref_model)
                infer(start_, pairs(batch), width);
            train(policy_, pairs(batch), width);
        } else {
            const std::int64_t prompts = rollout_prompts();
            sample(prompts, settings_.num_generations);
            const std::int64_t rows = std::min(batch, prompts * settings_.num_generations);
            if (has_reference(settings_))
                infer(start_, groups(rows, settings_.num_generations), width);
            if (rollout_slices() > settings_.gradient_accumulation_steps)
                infer(policy_, groups(rows, settings_.num_generations), width);
            train(policy_, groups(rows, settings_.num_generations), width);
        }
    }

    std::int64_t rollout_slices() const {
        return settings_.steps_per_generation > 0 ? settings_.steps_per_generation
                                                  : settings_.gradient_accumulation_steps;
    }
    std::int64_t rollout_prompts() const {
        return settings_.per_device_train_batch_size * rollout_slices() / settings_.num_generations;
    }

    void sample(std::int64_t prompts, std::int64_t per_prompt) {
        policy_.generate(account_, prompts, per_prompt, shape_.prompt.longest,
                         settings_.max_completion_length);
        score_texts(prompts * per_prompt);
    }

    void ppo_step() {
        const std::int64_t batch = settings_.per_device_train_batch_size;
        const std::int64_t rollout = batch * settings_.gradient_accumulation_steps;
        const std::int64_t width = shape_.completion.longest;
        sample(rollout, 1);
        const double experience = 16 * float_bytes * number(rollout * width);
        account_.take(experience);
        infer(start_, texts(batch), width);
        const auto states = [&](std::int64_t rows) {
            PassShape shape = texts(rows);
            shape.outputs += rows;
            return shape;
        };
        // With one update of all rows its forward pass gives the rollout's values too.
        infer(scorer_, states(batch), width);
        const std::int64_t rows = std::min(batch, rollout / settings_.num_mini_batches);
        take_batch(texts(rows), width);
        scorer_.forward(account_, states(rows));
        scorer_.backward(account_, states(rows));
        policy_.forward(account_, texts(rows));
        policy_.backward(account_, texts(rows));
        give_batch(texts(rows), width);
        account_.give(experience);
    }

    const Settings& settings_;
    const RunShape shape_;
    Footprint scorer_, policy_, start_, reward_;
    MemoryAccount account_;
    RunMemory result_;
};

}  // namespace

RunMemory forecast_run(const Settings& settings, const RunShape& shape) {
    return Rehearsal(settings, shape).run();
}

}  // namespace plumb
