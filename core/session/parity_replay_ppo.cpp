// SPDX-License-Identifier: GPL-3.0-or-later
// Reference runs of PPO: the responses are given, everything else is computed.
#include <algorithm>
#include <stdexcept>

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include "session/parity_updates.h"
#include "train/ppo_update.h"

namespace plumb::parity {
namespace {

using json = nlohmann::ordered_json;

class PpoReplay {
public:
    PpoReplay(const ReferenceRun& run, const json& trajectory, Replay& replay)
        : run_(run),
          settings_(run.settings),
          trajectory_(trajectory),
          replay_(replay),
          tensors_(read_tensors(run, "batches.safetensors")),
          policy_(load_model(run.model_folder)),
          value_(load_model(run.value_folder)),
          reference_(load_model(run.reference_folder)),
          reward_(load_model(run.reward_folder)),
          pad_id_(trajectory.at("pad_token_id")),
          eos_id_(trajectory.at("eos_token_id")),
          config_(ppo_config(settings_, settings_.kl_coef)) {
        policy_.enable_training();
        value_.enable_training();
        policy_optimizer_.emplace(policy_, adamw_options(settings_));
        value_optimizer_.emplace(value_, adamw_options(settings_));
    }

    void repeat() {
        const json& steps = trajectory_.at("steps");
        for (std::size_t step = 0; step < steps.size(); ++step) run_step(step, steps[step]);
        for (Comparison& comparison : inputs_) replay_.comparisons.push_back(comparison);
        replay_.comparisons.push_back(minibatches_);
        replay_.comparisons.push_back(metrics_);
        add_parameter_norms(policy_, "policy ", replay_.parameter_norms);
        add_parameter_norms(value_, "value ", replay_.parameter_norms);
        compare_probe(run_, policy_, replay_);
    }

private:
    const at::Tensor& given(std::size_t step, const std::string& what) const {
        return tensor(tensors_, "step" + std::to_string(step) + "." + what);
    }

    /// The rows as they were sampled; lengths and ends are those after the cut at the first stop
    /// token.
    PpoSamples samples_of(std::size_t step) const {
        PpoSamples samples;
        const at::Tensor& queries = given(step, "queries");
        const at::Tensor& cut = given(step, "postprocessed");
        samples.prompts = masked_rows(queries, queries != pad_id_);
        samples.completions = masked_rows(given(step, "responses"), at::ones_like(cut));
        samples.lengths = (cut != pad_id_).sum(1);
        samples.ended = (cut == eos_id_).any(1);
        return samples;
    }

    /// The reward model's score at the last token that counts.
    at::Tensor score(const PpoSamples& samples) const {
        std::vector<TokenIds> rows;
        std::vector<std::int64_t> ends;
        for (std::size_t i = 0; i < samples.prompts.size(); ++i) {
            rows.push_back(samples.prompts[i]);
            const auto length = samples.lengths[static_cast<std::int64_t>(i)].item<std::int64_t>();
            const TokenIds& completion = samples.completions[i];
            rows.back().insert(rows.back().end(), completion.begin(), completion.begin() + length);
            ends.push_back(static_cast<std::int64_t>(rows.back().size()) - 1);
        }
        const at::Tensor scores = reward_.scores(reward_.hidden_states(pad_right(rows, pad_id_)));
        return scores.gather(1, at::tensor(ends, at::kLong).unsqueeze(1)).squeeze(1);
    }

    void run_step(std::size_t step, const json& expected) {
        PpoSamples samples = samples_of(step);
        const std::int64_t width = given(step, "responses").size(1);
        const auto count = static_cast<std::int64_t>(samples.prompts.size());
        {
            const at::NoGradGuard no_gradient;
            const PpoRows rows = make_ppo_rows(samples.prompts, samples.completions, width);
            samples.logprobs = ppo_logprobs(policy_, rows, settings_.temperature, {}).logprobs;
            samples.scores = score(samples);
        }
        const PpoModels models{policy_, value_, reference_, {}};
        auto experience = make_experience(std::move(samples), models, config_,
                                          settings_.temperature, width, count, {},
                                          /*keep_graph=*/settings_.num_mini_batches == 1);
        if (!experience.ok()) throw std::runtime_error(experience.error().message);
        compare_inputs(step, *experience);
        update(step, expected, models, *experience);
    }

    void compare_inputs(std::size_t step, const PpoExperience& experience) {
        const auto& [tokens, value_mask] = experience.targets.masks;
        const std::string name = "step " + std::to_string(step);
        const auto compare = [&](std::size_t i, const at::Tensor& own, const char* theirs,
                                 const at::Tensor& mask) {
            const at::Tensor& reference = given(step, theirs);
            inputs_[i].close(name, mask.defined() ? own * mask : own,
                             mask.defined() ? reference * mask : reference, log_tolerance);
        };
        compare(0, experience.rollout.scores, "raw_scores", {});
        compare(1, experience.rollout.logprobs, "logprobs", tokens);
        compare(2, experience.rollout.ref_logprobs, "ref_logprobs", tokens);
        compare(3, experience.targets.values, "values", {});
        compare(4, experience.targets.rewards, "rewards", {});
        compare(5, experience.targets.advantages, "advantages", {});
        compare(6, experience.targets.returns, "returns", {});
    }

    void update(std::size_t step, const json& expected, const PpoModels& models,
                PpoExperience& experience) {
        const auto count = static_cast<std::int64_t>(experience.prompts.size());
        const auto size = static_cast<std::size_t>(count / settings_.num_mini_batches);
        std::vector<std::map<std::string, double>> all;
        for (const json& order : expected.at("minibatch_orders")) {
            const auto rows = order.get<std::vector<std::int64_t>>();
            for (std::size_t first = 0; first < rows.size(); first += size) {
                auto result = update_on_rows(
                    experience, std::span(rows).subspan(first, size), models, *policy_optimizer_,
                    *value_optimizer_, config_, settings_.temperature,
                    learning_rate_at(static_cast<std::int64_t>(step), total_steps(), settings_),
                    settings_.max_grad_norm, count, {});
                if (!result.ok()) throw std::runtime_error(result.error().message);
                all.push_back(result->metrics);
            }
        }
        compare_minibatches(step, expected.at("minibatch_stats"), all);
        auto metrics = ppo_step_metrics(all);
        metrics.merge(std::map<std::string, double>(experience.targets.metrics));
        for (const auto& [key, value] : expected.at("metrics").items()) {
            const auto found = metrics.find(key);
            if (found == metrics.end())
                metrics_.fail("not supported yet: metric " + key);
            else
                metrics_.close("step " + std::to_string(step) + " " + key, found->second,
                               value.get<double>(), log_tolerance);
        }
    }

    void compare_minibatches(std::size_t step, const json& expected,
                             const std::vector<std::map<std::string, double>>& all) {
        static const std::map<std::string, std::string> names = {
            {"policy_loss", "loss/policy_avg"},
            {"value_loss", "loss/value_avg"},
            {"loss", "loss"},
            {"clipfrac", "policy/clipfrac_avg"},
            {"vf_clipfrac", "val/clipfrac_avg"},
            {"approxkl", "policy/approxkl_avg"},
            {"ratio_mean", "val/ratio"},
            {"entropy", "policy/entropy_avg"}};
        if (expected.size() != all.size())
            throw std::runtime_error("minibatch_stats of " + std::to_string(expected.size()) +
                                     " minibatches, the step has " + std::to_string(all.size()));
        for (std::size_t i = 0; i < all.size(); ++i)
            for (const auto& [key, value] : expected[i].items()) {
                const auto name = names.find(key);
                if (name == names.end()) throw std::runtime_error("not supported yet: " + key);
                minibatches_.close(
                    "step " + std::to_string(step) + " minibatch " + std::to_string(i) + " " + key,
                    all[i].at(name->second), value.get<double>(), log_tolerance);
            }
    }

    std::int64_t total_steps() const {
        return static_cast<std::int64_t>(trajectory_.at("steps").size());
    }

    const ReferenceRun& run_;
    const Settings& settings_;
    const json& trajectory_;
    Replay& replay_;
    const TensorMap tensors_;
    Decoder policy_, value_;
    const Decoder reference_, reward_;
    const std::int64_t pad_id_, eos_id_;
    const PpoConfig config_;
    std::optional<AdamW> policy_optimizer_, value_optimizer_;
    std::vector<Comparison> inputs_{Comparison("raw_scores"),   Comparison("logprobs"),
                                    Comparison("ref_logprobs"), Comparison("values"),
                                    Comparison("rewards"),      Comparison("advantages"),
                                    Comparison("returns")};
    Comparison minibatches_{"minibatch_stats"}, metrics_{"metrics"};
};

}  // namespace

Replay replay_ppo(const ReferenceRun& run) {
    Replay replay;
    const json trajectory = json::parse(read_text(run.folder / "trajectory.json"));
    PpoReplay(run, trajectory, replay).repeat();
    return replay;
}

}  // namespace plumb::parity
