// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/parity_replay.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <stdexcept>

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include "algorithms/controllers.h"
#include "model/safetensors.h"
#include "session/parity_updates.h"
#include "train/grpo_rollout.h"

namespace plumb::parity {
namespace {

using json = nlohmann::ordered_json;

json read_trajectory(const ReferenceRun& run) {
    return json::parse(read_text(run.folder / "trajectory.json"));
}

struct GivenRollout {
    ScoredCompletions scored;
    PreparedRollout prepared;
    Metrics completion_metrics;
};

/// The reward functions that the reference runs describe in words, by their names there.
double given_reward(const std::string& name, const TokenIds& completion) {
    const auto count = static_cast<double>(completion.size());
    if (name == "len") return -count / 16;
    if (name != "mod7") throw std::runtime_error("not supported yet: reward function " + name);
    double sum = 0;
    for (const std::int64_t id : completion) sum += static_cast<double>(id % 7) / 6;
    return sum / count;
}

GivenRollout read_rollout(const json& rollout, const json& reward_functions,
                          const Settings& settings, const ModelConfig& config) {
    GivenRollout given;
    ScoredCompletions& scored = given.scored;
    scored.prompts = rollout.at("prompt_ids").get<std::vector<TokenIds>>();
    scored.completions = rollout.at("completion_ids").get<std::vector<TokenIds>>();
    std::vector<float> values;
    for (const TokenIds& completion : scored.completions) {
        if (completion.empty()) throw std::runtime_error("a completion is empty");
        scored.ended.push_back(std::ranges::count(config.eos_token_ids, completion.back()) > 0);
        for (const auto& [name, description] : reward_functions.items())
            values.push_back(static_cast<float>(given_reward(name, completion)));
    }
    for (const auto& [name, description] : reward_functions.items())
        scored.reward_names.push_back("reward_" + name);
    scored.rewards = at::tensor(values).view({static_cast<std::int64_t>(scored.completions.size()),
                                              static_cast<std::int64_t>(reward_functions.size())});
    given.prepared = prepare_rollout(scored, settings);
    given.completion_metrics = completion_metrics(scored);
    return given;
}

/// For each row of a micro-batch as used, its place in the rollout: the trainer of the reference
/// permutes rows. Every place is given once.
std::vector<std::int64_t> find_rows(const GivenRollout& given, const std::vector<TokenIds>& prompts,
                                    const std::vector<TokenIds>& completions,
                                    std::vector<bool>& taken) {
    std::vector<std::int64_t> places;
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        std::size_t place = 0;
        while (place < taken.size() && (taken[place] || given.scored.prompts[place] != prompts[i] ||
                                        given.scored.completions[place] != completions[i]))
            ++place;
        if (place == taken.size())
            throw std::runtime_error("a row of a micro-batch is not in its rollout");
        taken[place] = true;
        places.push_back(static_cast<std::int64_t>(place));
    }
    return places;
}

/// Repeats a GRPO run on its given completions.
class GrpoReplay {
public:
    GrpoReplay(const ReferenceRun& run, Replay& replay)
        : settings_(run.settings),
          replay_(replay),
          updates_(run, run.settings.max_steps, replay),
          trajectory_(read_trajectory(run)),
          tensors_(read_tensors(run, "batches.safetensors")) {
        entropy_ = {settings_.entropy_coef, settings_.entropy_coef_min, settings_.entropy_coef_max,
                    settings_.entropy_coef_delta, settings_.entropy_target};
        if (settings_.beta != 0) reference_.emplace(load_model(run.model_folder));
    }

    void repeat() {
        for (std::int64_t step = 0; step < settings_.max_steps; ++step) {
            Metrics metrics;
            MetricMeans means;
            for (std::int64_t i = 0; i < settings_.gradient_accumulation_steps; ++i)
                train_on_next(metrics, means);
            metrics.merge(means.result());
            if (settings_.use_adaptive_entropy) {
                last_entropy_ = metrics.at("entropy");
                entropy_ = updated(entropy_, last_entropy_);
                metrics["entropy_coef"] = entropy_.coef;
            }
            updates_.apply(std::move(metrics));
        }
        replay_.comparisons = {advantages_, token_counts_};
        if (reference_) replay_.comparisons.push_back(ref_logprobs_);
        if (settings_.num_iterations > 1) replay_.comparisons.push_back(old_logprobs_);
        updates_.finish();
    }

private:
    const at::Tensor& used(const std::string& what) const {
        return tensor(tensors_, "step" + std::to_string(micro_batch_) + "." + what);
    }

    /// The next rollout, cut into micro-batches with the rows in the reference's order.
    void start_rollout(Metrics& metrics) {
        const json& rollouts = trajectory_.at("rollouts");
        if (next_rollout_ >= rollouts.size())
            throw std::runtime_error("max_steps needs more rollouts than the " +
                                     std::to_string(rollouts.size()) + " given");
        given_ = read_rollout(rollouts[next_rollout_++], trajectory_.at("reward_functions"),
                              settings_, updates_.model().config());
        metrics.merge(given_.prepared.metrics);
        metrics.merge(given_.completion_metrics);
        updates_.add_tokens(given_.prepared.tokens);
        rollout_ = std::move(given_.prepared.rollout);

        std::vector<bool> taken(given_.scored.prompts.size(), false);
        const std::int64_t first = micro_batch_;
        for (RolloutSlice& slice : rollout_.slices) {
            slice = used_slice(taken);
            ++micro_batch_;
        }
        micro_batch_ = first;
        const Status status = add_fixed_logprobs(
            rollout_, updates_.policy(), reference_ ? &*reference_ : nullptr, settings_, {});
        if (!status.ok()) throw std::runtime_error(status.error().message);
    }

    RolloutSlice used_slice(std::vector<bool>& taken) {
        const auto prompts = masked_rows(used("prompt_ids"), used("prompt_mask"));
        const auto completions = masked_rows(used("completion_ids"), used("completion_mask"));
        const auto places = find_rows(given_, prompts, completions, taken);
        RolloutSlice slice;
        slice.batch = make_completion_batch(prompts, completions);
        slice.mask = used("completion_mask").narrow(1, 0, slice.batch.width).to(at::kFloat);
        slice.advantages =
            given_.prepared.advantages.index_select(0, at::tensor(places, at::kLong));
        return slice;
    }

    void compare_inputs(const RolloutSlice& slice) {
        const std::string name = "micro-batch " + std::to_string(micro_batch_);
        advantages_.close(name, slice.advantages, used("advantages"), log_tolerance);
        token_counts_.close(name, rollout_.num_items, used("num_items_in_batch").item<double>(),
                            Tolerance{});
        const auto compare = [&](Comparison& comparison, const at::Tensor& own, const char* theirs,
                                 Tolerance tolerance) {
            const at::Tensor expected = used(theirs).narrow(1, 0, slice.batch.width);
            comparison.close(name, own * slice.mask, expected * slice.mask, tolerance);
        };
        if (reference_)
            compare(ref_logprobs_, slice.ref_logprobs, "ref_per_token_logps", logprobs_tolerance);
        // A policy that was updated may differ as far as the probe after training may.
        if (settings_.num_iterations > 1)
            compare(old_logprobs_, slice.old_logprobs, "old_per_token_logps",
                    replay_.metrics.empty() ? logprobs_tolerance : probe_tolerance);
    }

    void train_on_next(Metrics& metrics, MetricMeans& means) {
        if (rollout_.used_up()) start_rollout(metrics);
        const auto count = static_cast<std::int64_t>(rollout_.slices.size());
        RolloutSlice& slice = rollout_.slices[static_cast<std::size_t>(rollout_.used % count)];
        GrpoUpdateOptions options;
        options.loss = grpo_loss_config(settings_);
        options.temperature = settings_.temperature;
        options.accumulation = settings_.gradient_accumulation_steps;
        options.max_completion_length = settings_.max_completion_length;
        options.num_items = rollout_.num_items * static_cast<double>(options.accumulation) /
                            static_cast<double>(count);
        if (settings_.use_adaptive_entropy) {
            options.loss.entropy_coef = applied_coef(entropy_, last_entropy_);
            options.loss.report_policy_loss = true;
        }
        MetricMeans own;
        accumulate_grpo(updates_.model(), slice, options, own);
        collect(own, means, replay_);
        compare_inputs(slice);
        ++rollout_.used;
        ++micro_batch_;
    }

    const Settings& settings_;
    Replay& replay_;
    Updates updates_;
    const json trajectory_;
    const TensorMap tensors_;
    std::optional<Decoder> reference_;
    GivenRollout given_;
    RolloutInUse rollout_;
    std::size_t next_rollout_ = 0;
    std::int64_t micro_batch_ = 0;
    EntropyController entropy_;
    double last_entropy_ = std::numeric_limits<double>::infinity();
    Comparison advantages_{"advantages"}, token_counts_{"num_items_in_batch"},
        ref_logprobs_{"ref_logprobs"}, old_logprobs_{"old_logprobs"};
};

}  // namespace

Replay replay_sft(const ReferenceRun& run) {
    Replay replay;
    Updates updates(run, run.settings.max_steps, replay);
    const Settings& settings = run.settings;
    const json trajectory = read_trajectory(run);
    const json& rows = trajectory.at("rows");
    std::size_t next = 0;
    const auto next_batch = [&] {
        std::vector<TokenIds> ids, labels;
        for (std::int64_t i = 0; i < settings.per_device_train_batch_size; ++i) {
            const json& row = rows.at(next++ % rows.size());
            ids.push_back(row.at("input_ids").get<TokenIds>());
            labels.push_back(row.at("labels").get<TokenIds>());
        }
        return make_labelled_batch(ids, labels);
    };
    for (std::int64_t step = 0; step < settings.max_steps; ++step) {
        std::vector<LabelledBatch> micro_batches;
        double labels = 0;
        for (std::int64_t i = 0; i < settings.gradient_accumulation_steps; ++i) {
            micro_batches.push_back(next_batch());
            labels += static_cast<double>(micro_batches.back().labels.numel());
            updates.add_tokens(static_cast<double>(micro_batches.back().tokens.tokens()));
        }
        MetricMeans means;
        for (const LabelledBatch& batch : micro_batches) {
            MetricMeans own;
            accumulate_sft(updates.model(), batch, labels, sft_loss_type(settings), own);
            collect(own, means, replay);
        }
        Metrics metrics = means.result();
        metrics["epoch"] = static_cast<double>(next) / static_cast<double>(rows.size());
        updates.apply(std::move(metrics));
    }
    updates.finish();
    return replay;
}

Replay replay_grpo(const ReferenceRun& run) {
    Replay replay;
    GrpoReplay(run, replay).repeat();
    return replay;
}

}  // namespace plumb::parity
