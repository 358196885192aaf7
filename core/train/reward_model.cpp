// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/reward_model.h"

#include <algorithm>

#include "base/random.h"
#include "train/adapter.h"
#include "train/batches.h"
#include "train/new_model.h"
#include "train/trainer.h"

namespace plumb {
namespace {

/// The score of whole texts.
class LearnedReward : public RewardFunction {
public:
    LearnedReward(std::shared_ptr<const Policy> model, bool shares_tokens,
                  std::int64_t rows_at_once)
        : model_(std::move(model)),
          shares_tokens_(shares_tokens),
          rows_at_once_(static_cast<std::size_t>(rows_at_once)) {}

    const std::string& name() const override {
        static const std::string name(learned_reward_name);
        return name;
    }

private:
    Result<Scores> compute(std::span<const RewardInput> rows,
                           const std::stop_token& stop) override {
        const at::NoGradGuard no_gradient;
        Scores scores;
        for (std::size_t first = 0; first < rows.size(); first += rows_at_once_) {
            if (stop.stop_requested()) return cancelled();
            const auto some = rows.subspan(first, std::min(rows_at_once_, rows.size() - first));
            std::vector<TokenIds> texts;
            for (const RewardInput& row : some) texts.push_back(tokens_of(row));
            const at::Tensor values = text_scores(model_->model, texts).cpu();
            for (std::size_t i = 0; i < texts.size(); ++i)
                scores.emplace_back(values[static_cast<std::int64_t>(i)].item<double>());
        }
        return scores;
    }

    TokenIds tokens_of(const RewardInput& row) const {
        const Tokenizer& tokenizer = *model_->tokenizer;
        TokenIds ids;
        if (shares_tokens_) {
            ids = tokenizer.encode(row.prompt);
            ids.insert(ids.end(), row.completion_ids.begin(), row.completion_ids.end());
        } else {
            ids = tokenizer.encode(std::string(row.prompt) + std::string(row.completion));
            if (row.ended && tokenizer.special().eos) ids.push_back(*tokenizer.special().eos);
        }
        // What came last decides the score, so a text that is too long loses its beginning.
        const auto most = static_cast<std::size_t>(model_->model.config().max_position_embeddings);
        if (ids.size() > most)
            ids.erase(ids.begin(), ids.end() - static_cast<std::ptrdiff_t>(most));
        if (ids.empty()) ids.push_back(padding_id(*model_));
        return ids;
    }

    std::shared_ptr<const Policy> model_;
    bool shares_tokens_;
    std::size_t rows_at_once_;
};

/// Lets a trainer run as a phase of another run: its metrics get a prefix (without one they are not
/// told), nothing is saved, and it goes on until it is done or the whole run is cancelled.
class PhaseMonitor : public RunMonitor {
public:
    PhaseMonitor(RunMonitor& run, std::string phase, std::string prefix)
        : run_(run), phase_(std::move(phase)), prefix_(std::move(prefix)) {}

    void progress(std::string_view phase, std::int64_t done, std::int64_t total,
                  double tokens_per_second) override {
        if (phase == "train") run_.progress(phase_, done, total, tokens_per_second);
    }
    void metrics(std::int64_t step, const Metrics& metrics) override {
        if (prefix_.empty()) return;
        Metrics renamed;
        for (const auto& [key, value] : metrics) {
            if (key.starts_with("time/") || key.starts_with("memory/") ||
                key.starts_with("cost/") || key == "step_time" || key == "epoch")
                continue;
            std::string name = key;
            std::ranges::replace(name, '/', '_');
            renamed[prefix_ + name] = value;
        }
        run_.metrics(step, renamed);
    }
    void completions(std::int64_t, std::vector<CompletionRecord>) override {}
    Result<Decision> between_steps(std::int64_t, Settings&, const Policy&) override {
        if (stop_token().stop_requested()) return cancelled();
        return Decision::go_on;
    }
    Status save(std::int64_t, std::optional<double>, const CheckpointWriter&) override {
        return {};
    }
    std::stop_token stop_token() const override { return run_.stop_token(); }

private:
    RunMonitor& run_;
    std::string phase_, prefix_;
};

/// Settings of the reward model's own training.
Settings phase_settings(const Settings& settings, double epochs, double learning_rate) {
    Settings own = settings;
    own.algorithm = "reward";
    own.max_steps = -1;
    own.num_train_epochs = epochs;
    own.budget_tokens = 0;
    own.budget_seconds = own.budget_flops = 0;
    own.per_device_train_batch_size = settings.reward_model_batch_size;
    own.gradient_accumulation_steps = 1;
    own.learning_rate = learning_rate;
    own.lr_scheduler_type = "linear";
    own.warmup_steps = 0;
    own.max_grad_norm = 1.0;
    own.weight_decay = 0.0;
    own.eval_steps = 0;
    own.shuffle_dataset = true;
    return own;
}

/// Trains the model within another run and returns a copy without what training needed.
Result<Policy> train_within(Policy model, const PreferenceSets& pairs, const Task& task,
                            Settings own, PhaseMonitor phase) {
    model.model.enable_training();
    const Scorers none;
    const TrainerInputs inputs{own, task, model, none, pairs, nullptr, {}, std::nullopt, phase};
    if (const auto outcome = train_reward(inputs); !outcome) return outcome.error();
    return make_policy(model.model.frozen_copy(), model.tokenizer);
}

}  // namespace

Policy to_reward_model(Policy model, std::uint64_t seed, bool shares_layers) {
    if (model.model.config().score_head) return model;
    const std::uint64_t head_seed = derive_seed(seed, "score head");
    if (!shares_layers) return make_policy(model.model.with_score_head(head_seed), model.tokenizer);
    Decoder scorer = model.model.sharing_with_score_head(head_seed);
    if (!model.model.is_shared()) scorer.own_parameters();
    return make_policy(std::move(scorer), model.tokenizer);
}

bool same_vocabulary(const Tokenizer& a, const Tokenizer& b) {
    if (&a == &b) return true;
    if (a.vocab_size() != b.vocab_size()) return false;
    for (std::int64_t id = 0; id < a.vocab_size(); ++id)
        if (a.token(id) != b.token(id)) return false;
    return a.special().eos == b.special().eos && a.special().pad == b.special().pad;
}

std::unique_ptr<RewardFunction> make_learned_reward(std::shared_ptr<const Policy> model,
                                                    std::shared_ptr<const Tokenizer> policy_tokens,
                                                    std::int64_t rows_at_once) {
    const bool shares = same_vocabulary(*model->tokenizer, *policy_tokens);
    return std::make_unique<LearnedReward>(std::move(model), shares, rows_at_once);
}

Result<Policy> train_reward_model(const Policy& first, const PreferenceSets& pairs,
                                  const Task& task, const Settings& settings, RunMonitor& monitor) {
    const Settings own =
        phase_settings(settings, settings.reward_model_epochs, settings.reward_model_learning_rate);
    Policy model = to_reward_model(
        make_policy(settings.use_peft ? first.model.sharing() : first.model.frozen_copy(),
                    first.tokenizer),
        static_cast<std::uint64_t>(settings.seed), settings.use_peft);
    if (settings.use_peft) PLUMB_TRY_STATUS(add_new_adapter(model.model, own, "reward model"));
    return train_within(std::move(model), pairs, task, own,
                        PhaseMonitor(monitor, "reward model", "reward_model/"));
}

Result<Policy> refresh_reward_model(const Policy& model, const PreferenceSets& pairs,
                                    const Task& task, const Settings& settings,
                                    RunMonitor& monitor) {
    return train_within(make_policy(model.model.frozen_copy(), model.tokenizer), pairs, task,
                        phase_settings(settings, settings.reward_refresh_epochs,
                                       settings.reward_refresh_learning_rate),
                        PhaseMonitor(monitor, "refresh the reward model", ""));
}

}  // namespace plumb
