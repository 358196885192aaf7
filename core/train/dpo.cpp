// SPDX-License-Identifier: GPL-3.0-or-later
// Direct preference optimisation (Rafailov et al. 2023) on fixed pairs, as TRL 1.16's DPOTrainer:
// supervised learning whose labels are the log-ratios of chosen and rejected to the reference.

#include "train/loop.h"
#include "train/policy_steps.h"
#include "train/preference_rows.h"
#include "train/trainer.h"

namespace plumb {
namespace {

/// The reference's log-probabilities of pairs: from a table made once, or of the moment.
class PairReference {
public:
    PairReference(const TrainerInputs& inputs, Reference& reference,
                  const PreferenceRowSource& source)
        : inputs_(inputs), reference_(reference), source_(source) {}

    /// Fills the table where the settings ask for it and the reference stays what it is.
    Status prepare() {
        const Settings& settings = inputs_.settings;
        if (!settings.precompute_ref_log_probs || settings.sync_ref_model) return {};
        inputs_.monitor.progress("reference", 0, source_.rows(), 0);
        PLUMB_TRY(const Decoder* model, reference_.get());
        PLUMB_TRY(table_, all_reference_logps(*model, source_.training, dpo_loss_config(settings),
                                              inputs_.policy.suppressed_ids,
                                              settings.per_device_train_batch_size,
                                              inputs_.monitor.stop_token()));
        return {};
    }

    /// [2B] of the batch with these training pairs.
    Result<at::Tensor> logps(const PreferenceBatch& batch,
                             const std::vector<std::size_t>& numbers) {
        if (table_.defined()) {
            std::vector<std::int64_t> rows(numbers.begin(), numbers.end());
            return table_.index_select(0, at::tensor(rows, at::kLong).to(table_.device()))
                .t()
                .reshape({-1});
        }
        PLUMB_TRY(const Decoder* model, reference_.get());
        return reference_logps(*model, batch, dpo_loss_config(inputs_.settings),
                               inputs_.policy.suppressed_ids);
    }

private:
    const TrainerInputs& inputs_;
    Reference& reference_;
    const PreferenceRowSource& source_;
    at::Tensor table_;  // [pairs, 2]
};

/// The loss and the metrics of the held-out pairs under eval/, means weighted by pairs.
Status evaluate_pairs(const TrainerInputs& inputs, Reference& reference,
                      const std::vector<PreferenceRow>& held_out, Metrics& metrics) {
    const at::NoGradGuard no_gradient;
    const DpoLossConfig config = dpo_loss_config(inputs.settings);
    const auto at_once = static_cast<std::size_t>(inputs.settings.per_device_train_batch_size);
    const std::span<const PreferenceRow> rows(held_out);
    PLUMB_TRY(const Decoder* model, reference.get());
    const auto add = [&](const std::string& key, double value, std::size_t pairs) {
        metrics["eval/" + key] +=
            value * static_cast<double>(pairs) / static_cast<double>(rows.size());
    };
    for (std::size_t first = 0; first < rows.size(); first += at_once) {
        if (inputs.monitor.stop_token().stop_requested()) return cancelled();
        const auto some = rows.subspan(first, std::min(at_once, rows.size() - first));
        const PreferenceBatch batch = make_preference_batch(some);
        const at::Tensor ref_logps =
            reference_logps(*model, batch, config, inputs.policy.suppressed_ids);
        const LossResult result =
            dpo_result(inputs.policy.model, batch, ref_logps, config, inputs.policy.suppressed_ids);
        add("loss", result.loss.item<double>(), some.size());
        for (const auto& [key, value] : result.metrics)
            if (key.starts_with("rewards/") || key.starts_with("logps/"))
                add(key, value, some.size());
    }
    return {};
}

}  // namespace

Result<Outcome> train_dpo(const TrainerInputs& inputs) {
    Settings& settings = inputs.settings;
    Policy& policy = inputs.policy;
    const std::stop_token stop = inputs.monitor.stop_token();
    PLUMB_TRY(PreferenceRowSource source,
              make_row_source(inputs.pairs, policy, settings, OverLength::cut));

    AdamW optimizer(policy.model, adamw_options(settings));
    Reference reference(inputs.start_model, policy.model);
    const Trained trained{policy, optimizer, nullptr, nullptr, &reference};
    TrainerState state;
    if (inputs.checkpoint) {
        PLUMB_TRY(state, read_checkpoint(*inputs.checkpoint, trained));
    }
    // Loss and accuracy of pairs look sound while the text falls apart: the policy is sampled too.
    const auto evaluate = [&]() -> Result<Metrics> {
        PLUMB_TRY(Metrics metrics, evaluate_beside(inputs, reference, state.step));
        PLUMB_TRY_STATUS(evaluate_pairs(inputs, reference, source.held_out, metrics));
        return metrics;
    };
    PairReference pair_reference(inputs, reference, source);
    PLUMB_TRY_STATUS(pair_reference.prepare());
    std::vector<std::string> scores = policy_score_keys();
    scores.emplace_back("eval/loss");
    TrainingLoop loop(inputs, trained, state, evaluate, scores);
    PLUMB_TRY_STATUS(loop.begin());

    Decision decision = Decision::go_on;
    while (!loop.is_over(updates_of(source.rows(), settings))) {
        PLUMB_TRY(decision, loop.before_step());
        if (decision != Decision::go_on) break;
        const std::int64_t total = updates_of(source.rows(), settings);

        MetricMeans means;
        double tokens = 0;
        for (std::int64_t micro = 0; micro < settings.gradient_accumulation_steps; ++micro) {
            if (stop.stop_requested()) return cancelled();
            const auto numbers = source.take(settings.per_device_train_batch_size, state.next_row);
            const PreferenceBatch batch = make_preference_batch(pick(source.training, numbers));
            PLUMB_TRY(const at::Tensor ref_logps, pair_reference.logps(batch, numbers));
            accumulate_dpo(policy.model, batch, ref_logps, dpo_loss_config(settings),
                           policy.suppressed_ids, settings.gradient_accumulation_steps, means);
            tokens += static_cast<double>(batch.rows.tokens);
        }
        Metrics metrics = means.result();
        PLUMB_TRY_STATUS(loop.update(metrics, total));
        state.num_tokens += tokens;
        metrics["epoch"] = source.epoch(state.next_row);
        inputs.monitor.batch(state.step + 1, source.sources_taken());
        PLUMB_TRY_STATUS(loop.after_step(std::move(metrics), tokens, total));
    }
    return loop.end(decision);
}

}  // namespace plumb
