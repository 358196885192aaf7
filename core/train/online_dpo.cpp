// SPDX-License-Identifier: GPL-3.0-or-later
// Online DPO (Guo et al. 2024, Direct Language Model Alignment from Online AI Feedback): in every
// step the policy writes num_generations completions of each prompt, and the best by the run's
// rewards is preferred to the worst. Prompts whose completions all score the same teach nothing.

#include <algorithm>
#include <limits>

#include "algorithms/advantages.h"
#include "train/loop.h"
#include "train/policy_steps.h"
#include "train/preference_batches.h"
#include "train/token_report.h"
#include "train/trainer.h"

namespace plumb {
namespace {

/// The best against the worst of each group, and 1, -1 or 0 for each completion: what it became.
struct RankedPairs {
    std::vector<PreferenceRow> pairs;
    std::vector<std::int64_t> best, worst;  ///< their rows
    at::Tensor roles;                       ///< [N]
};

RankedPairs rank(const SampledBatch& sampled, const at::Tensor& totals, std::int64_t per_prompt) {
    RankedPairs ranked;
    ranked.roles = at::zeros_like(totals);
    const auto& scored = sampled.scored;
    for (std::int64_t first = 0; first < totals.size(0); first += per_prompt) {
        std::int64_t best = -1, worst = -1;
        const auto value = [&](std::int64_t row) { return totals[row].item<double>(); };
        for (std::int64_t row = first; row < first + per_prompt; ++row) {
            if (value(row) != value(row)) continue;  // no reward had an opinion
            if (best < 0 || value(row) > value(best)) best = row;
            if (worst < 0 || value(row) < value(worst)) worst = row;
        }
        if (best < 0 || value(best) == value(worst)) continue;
        const auto at = [](std::int64_t row) { return static_cast<std::size_t>(row); };
        ranked.pairs.push_back({scored.prompts[at(best)], scored.completions[at(best)],
                                scored.completions[at(worst)], std::nullopt});
        ranked.best.push_back(best);
        ranked.worst.push_back(worst);
        ranked.roles[best] = 1;
        ranked.roles[worst] = -1;
    }
    return ranked;
}

/// Puts what the reference says of the pairs from `first` on, [2B, width], into its rows of
/// references.
void keep_rows(const at::Tensor& logps, const RankedPairs& ranked, std::size_t first,
               at::Tensor& references) {
    const at::Tensor tokens = logps.to(at::kCPU);
    const std::int64_t pairs = tokens.size(0) / 2, width = tokens.size(1);
    for (std::int64_t i = 0; i < pairs; ++i) {
        const std::size_t pair = first + static_cast<std::size_t>(i);
        for (const auto& [row, from] :
             {std::pair(ranked.best[pair], i), std::pair(ranked.worst[pair], pairs + i)}) {
            references[row].zero_();
            references[row].narrow(0, 0, width).copy_(tokens[from]);
        }
    }
}

/// What the token view shows of the sampled completions. references [N, longest]:
/// log-probabilities, NaN in rows that are in no pair.
void report_sampled_tokens(const TrainerInputs& inputs, std::int64_t step,
                           const SampledBatch& sampled, const RankedPairs& ranked,
                           const at::Tensor& references) {
    for (const bool paired : {true, false}) {
        std::vector<TokenIds> completions;
        std::vector<std::int64_t> rows;
        for (std::int64_t row = 0; row < ranked.roles.size(0); ++row) {
            if ((ranked.roles[row].item<double>() != 0) != paired) continue;
            rows.push_back(row);
            completions.push_back(sampled.scored.completions[static_cast<std::size_t>(row)]);
        }
        const at::Tensor index = at::tensor(rows, at::kLong);
        report_tokens(inputs, step, completions, rows,
                      {.logprobs = sampled.logprobs.index_select(0, index),
                       .ref_logprobs = paired ? references.index_select(0, index) : at::Tensor(),
                       .advantages = ranked.roles.index_select(0, index).unsqueeze(1)});
    }
}

}  // namespace

Result<Outcome> train_online_dpo(const TrainerInputs& inputs) {
    Settings& settings = inputs.settings;
    Policy& policy = inputs.policy;
    const std::stop_token stop = inputs.monitor.stop_token();

    AdamW optimizer(policy.model, adamw_options(settings));
    Reference reference(inputs.start_model, policy.model);
    const Trained trained{policy, optimizer, nullptr, nullptr, &reference};
    TrainerState state;
    if (inputs.checkpoint) {
        PLUMB_TRY(state, read_checkpoint(*inputs.checkpoint, trained));
    }
    const auto evaluate = [&] { return evaluate_beside(inputs, reference, state.step); };
    TrainingLoop loop(inputs, trained, state, evaluate, policy_score_keys());
    PLUMB_TRY_STATUS(loop.begin());

    Decision decision = Decision::go_on;
    while (!loop.is_over(settings.max_steps)) {
        PLUMB_TRY(decision, loop.before_step());
        if (decision != Decision::go_on) break;

        StepTimes times;
        const std::int64_t at_once = settings.per_device_train_batch_size;
        PLUMB_TRY(const SampledBatch sampled,
                  sample_batch(policy, inputs.task, inputs.scorers, settings,
                               at_once * settings.gradient_accumulation_steps,
                               settings.num_generations, state, stop));
        const at::Tensor& rewards = sampled.scored.rewards;
        const GroupAdvantages groups = group_advantages(
            rewards, reward_weights(settings, rewards.size(1)), settings.num_generations,
            RewardScaling::none, RewardAggregation::sum_then_normalize);
        const RankedPairs ranked = rank(sampled, groups.rewards, settings.num_generations);
        times.add(sampled, 0);
        at::Tensor references =
            at::full_like(sampled.logprobs, std::numeric_limits<float>::quiet_NaN());

        Metrics metrics = sampled.metrics;
        MetricMeans means;
        const std::span<const PreferenceRow> pairs(ranked.pairs);
        const auto size = static_cast<std::size_t>(at_once);
        const auto parts = static_cast<std::int64_t>((pairs.size() + size - 1) / size);
        for (std::size_t first = 0; first < pairs.size(); first += size) {
            if (stop.stop_requested()) return cancelled();
            const PreferenceBatch batch =
                make_preference_batch(pairs.subspan(first, std::min(size, pairs.size() - first)));
            const DpoLossConfig config = dpo_loss_config(settings);
            PLUMB_TRY(const Decoder* model, reference.get());
            const ReferenceLogps reference_logps = reference_token_logps(
                *model, batch, config, settings.temperature, policy.suppressed_ids);
            keep_rows(reference_logps.tokens, ranked, first, references);
            accumulate_dpo(policy.model, batch, reference_logps.sums, config, policy.suppressed_ids,
                           parts, means);
            times.tokens += static_cast<double>(batch.rows.tokens);
        }
        report_completions(inputs, state.step + 1, sampled, groups.rewards, ranked.roles,
                           sampled.logprobs.sum(1) - references.sum(1));
        report_sampled_tokens(inputs, state.step + 1, sampled, ranked, references);
        metrics.merge(means.result());
        // Without pairs AdamW would go on by its momentum alone.
        if (!pairs.empty()) PLUMB_TRY_STATUS(loop.update(metrics, settings.max_steps));
        metrics["reward"] = groups.reward_mean;
        metrics["reward_std"] = groups.reward_std;
        metrics["frac_all_best"] = groups.frac_all_best;
        metrics["frac_all_worst"] = groups.frac_all_worst;
        metrics["frac_reward_zero_std"] =
            1.0 - static_cast<double>(pairs.size()) / static_cast<double>(sampled.prompts.size());
        state.num_tokens += times.tokens;
        metrics["epoch"] = inputs.task.epoch(state.next_row);
        times.report(metrics);
        PLUMB_TRY_STATUS(loop.after_step(std::move(metrics), times.tokens, settings.max_steps));
    }
    return loop.end(decision);
}

}  // namespace plumb
