// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers of tokens that trainers record, against forward passes of the models that made them.
#include "train/token_report.h"

#include <cmath>

#include "core/session/small_run.h"
#include "data/prompts.h"
#include "small_policy.h"
#include "train/checkpoint.h"
#include "train/grpo_rollout.h"
#include "train/ppo_batch.h"
#include "train/run.h"

using namespace plumb;
namespace fs = std::filesystem;

namespace {

/// Keeps every checkpoint, completion and token of a run.
class KeepingMonitor : public RecordingMonitor {
public:
    explicit KeepingMonitor(fs::path folder) : folder_(std::move(folder)) {}

    void completions(std::int64_t step, std::vector<CompletionRecord> rows) override {
        for (CompletionRecord& row : rows) texts[{step, row.row}] = row;
    }
    bool wants_tokens(std::int64_t) const override { return wanted; }
    void tokens(std::int64_t step, std::vector<MeasuredTokens> rows) override {
        for (MeasuredTokens& row : rows) measured[{step, row.row}].push_back(row.tokens);
    }
    Status save(std::int64_t step, std::optional<double>, const CheckpointWriter& write) override {
        const fs::path folder = checkpoint(step);
        fs::create_directories(folder);
        return write(folder);
    }
    fs::path checkpoint(std::int64_t step) const { return folder_ / std::to_string(step); }

    using Place = std::pair<std::int64_t, std::int64_t>;
    bool wanted = true;
    std::map<Place, CompletionRecord> texts;
    std::map<Place, std::vector<TokenData>> measured;  ///< as often as they were told

private:
    fs::path folder_;
};

/// A run from start to end in a folder of its own.
struct TrainedRun {
    TemporaryFolder folder;
    KeepingMonitor monitor{folder.path() / "checkpoints"};

    explicit TrainedRun(const Settings& settings, bool tokens = true) {
        monitor.wanted = tokens;
        RunInputs inputs;
        inputs.settings = settings;
        inputs.cache = folder.path() / "cache";
        inputs.run_folder = folder.path() / "run";
        fs::create_directories(inputs.run_folder);
        const auto outcome = run_training(inputs, monitor);
        if (!outcome) qFatal("%s", outcome.error().message.c_str());
    }

    Policy policy_after(std::int64_t step) const { return load(monitor.checkpoint(step)); }
    Policy start() const { return load(folder.path() / "run" / "start"); }
    static Policy load(const fs::path& path) {
        auto policy = load_policy(path, at::kCPU);
        if (!policy) qFatal("%s", policy.error().message.c_str());
        return std::move(*policy);
    }
};

/// Log-probabilities of a completion's tokens under a policy.
std::vector<double> logprobs_of(const Policy& policy, const CompletionRecord& record,
                                const TokenIds& ids, double temperature) {
    const at::NoGradGuard no_gradient;
    const auto batch = make_completion_batch({policy.tokenizer->encode(record.prompt)}, {ids});
    const at::Tensor values =
        completion_logprobs(policy.model, batch, temperature, policy.suppressed_ids).logprobs[0];
    std::vector<double> result;
    for (std::size_t i = 0; i < ids.size(); ++i)
        result.push_back(values[static_cast<std::int64_t>(i)].item<double>());
    return result;
}

bool near(const std::vector<float>& recorded, const std::vector<double>& recomputed,
          double tolerance = 1e-4) {
    if (recorded.size() != recomputed.size()) return false;
    for (std::size_t i = 0; i < recorded.size(); ++i)
        if (!(std::abs(recorded[i] - recomputed[i]) <= tolerance)) return false;
    return true;
}

/// The pieces put together are the completion's text.
std::int64_t bytes_of(const TokenData& tokens) {
    std::int64_t sum = 0;
    for (const std::int64_t bytes : tokens.bytes) sum += bytes;
    return sum;
}

Settings three_steps(Settings settings) {
    settings.max_steps = 3;
    settings.save_steps = 1;
    settings.eval_steps = 0;
    settings.learning_rate = 0.01;
    settings.warmup_steps = 0;
    settings.temperature = 0.8;
    return settings;
}

}  // namespace

class TestTokenReport : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void grpo_records_what_a_forward_pass_says() {
        Settings settings = three_steps(small_grpo());
        settings.beta = 0.1;
        const TrainedRun run(settings);
        const Policy start = run.start();
        QCOMPARE(run.monitor.measured.size(), std::size_t{24});
        for (std::int64_t step = 1; step <= 3; ++step) {
            const Policy policy = run.policy_after(step - 1);
            for (std::int64_t row = 0; row < 8; ++row) {
                const CompletionRecord& text = run.monitor.texts.at({step, row});
                const auto& told = run.monitor.measured.at({step, row});
                QCOMPARE(told.size(), std::size_t{1});
                const TokenData& tokens = told.front();
                QCOMPARE(tokens.ids.size(), std::size_t(text.length));
                QCOMPARE(bytes_of(tokens), std::int64_t(text.completion.size()));
                QVERIFY(near(tokens.logprob, logprobs_of(policy, text, tokens.ids, 0.8)));
                QVERIFY(near(tokens.ref_logprob, logprobs_of(start, text, tokens.ids, 0.8)));
                // One update a rollout: the policy is still the one that sampled.
                for (std::size_t i = 0; i < tokens.ids.size(); ++i) {
                    QCOMPARE(tokens.ratio[i], 1.0f);
                    QCOMPARE(int(tokens.clipped[i]), 0);
                    QCOMPARE(tokens.advantage[i], float(text.advantage));
                }
                QVERIFY(tokens.value.empty());
                double kl = 0;
                for (std::size_t i = 0; i < tokens.ids.size(); ++i)
                    kl += tokens.logprob[i] - tokens.ref_logprob[i];
                QVERIFY(text.kl && std::abs(*text.kl - kl) < 1e-3);
            }
        }
    }

    void a_run_without_a_reference_has_none() {
        const TrainedRun run(three_steps(small_grpo()));
        const TokenData& tokens = run.monitor.measured.at({1, 0}).front();
        QVERIFY(tokens.ref_logprob.empty() && !tokens.logprob.empty());
        QVERIFY(!run.monitor.texts.at({1, 0}).kl);
    }

    void a_rollout_that_is_used_again_has_the_ratios_of_its_last_pass() {
        Settings settings = three_steps(small_grpo());
        settings.num_iterations = 2;
        settings.max_steps = 2;
        settings.epsilon = 0.01;
        // A reward with spread and a step that is far enough to leave the clip range.
        settings.reward_funcs = {"length_target"};
        settings.reward_length = 4;
        settings.learning_rate = 0.01;
        settings.warmup_steps = 0;
        const TrainedRun run(settings);
        const Policy sampled = run.policy_after(0), updated = run.policy_after(1);
        bool moved = false, clipped = false;
        for (std::int64_t row = 0; row < 8; ++row) {
            const auto& told = run.monitor.measured.at({1, row});
            QCOMPARE(told.size(), std::size_t{2});
            const CompletionRecord& text = run.monitor.texts.at({1, row});
            const TokenData& first = told[0];
            const TokenData& last = told[1];
            QCOMPARE(first.ratio, std::vector<float>(first.ids.size(), 1.0f));
            QVERIFY(last.logprob == first.logprob);
            const auto before = logprobs_of(sampled, text, last.ids, 0.8),
                       after = logprobs_of(updated, text, last.ids, 0.8);
            for (std::size_t i = 0; i < last.ids.size(); ++i) {
                const double ratio = std::exp(after[i] - before[i]);
                QVERIFY(std::abs(last.ratio[i] - ratio) < 1e-3);
                moved |= std::abs(ratio - 1) > 1e-3;
                const float advantage = last.advantage[i];
                if (std::abs(std::abs(ratio - 1) - 0.01) < 1e-4) continue;
                const int sign = ratio > 1.01 && advantage > 0   ? 1
                                 : ratio < 0.99 && advantage < 0 ? -1
                                                                 : 0;
                QCOMPARE(int(last.clipped[i]), sign);
                clipped |= sign != 0;
            }
        }
        QVERIFY(moved && clipped);
    }

    void ppo_records_values_and_an_advantage_for_each_token() {
        Settings settings = three_steps(small_reviews_run("ppo"));
        settings.temperature = 1.0;
        settings.max_steps = 1;
        settings.num_ppo_epochs = 2;
        const TrainedRun run(settings);
        const Policy policy = run.policy_after(0);
        const auto value = Decoder::load(run.monitor.checkpoint(0) / "value", at::kCPU);
        VERIFY_OK(value);
        bool moved = false;
        for (std::int64_t row = 0; row < 8; ++row) {
            const CompletionRecord& text = run.monitor.texts.at({1, row});
            const TokenData& tokens = run.monitor.measured.at({1, row}).front();
            QVERIFY(near(tokens.logprob, logprobs_of(policy, text, tokens.ids, 1.0)));
            QVERIFY(near(tokens.ref_logprob, logprobs_of(policy, text, tokens.ids, 1.0)));
            const at::NoGradGuard no_gradient;
            const PpoRows rows = make_ppo_rows({policy.tokenizer->encode(text.prompt)},
                                               {tokens.ids}, text.length + 1);
            const at::Tensor values = ppo_values(*value, rows)[0];
            double mean = 0;
            QCOMPARE(tokens.value.size(), tokens.ids.size());
            for (std::size_t i = 0; i < tokens.ids.size(); ++i) {
                const auto at = static_cast<std::int64_t>(i);
                QVERIFY(std::abs(tokens.value[i] - values[at].item<double>()) < 1e-4);
                mean += tokens.advantage[i] / static_cast<double>(tokens.ids.size());
                // Of the second pass over the rollout.
                moved |= std::abs(tokens.ratio[i] - 1) > 1e-3;
            }
            QVERIFY(std::abs(mean - text.advantage) < 1e-4);
            QVERIFY(text.kl && std::abs(*text.kl) < 1e-3);
        }
        QVERIFY(moved);
    }

    void rloo_has_the_ratio_of_the_whole_completion() {
        Settings settings = three_steps(small_grpo());
        settings.algorithm = "rloo";
        settings.beta = 0.05;
        settings.num_iterations = 2;
        settings.max_steps = 2;
        const TrainedRun run(settings);
        const TokenData& tokens = run.monitor.measured.at({1, 3}).back();
        const CompletionRecord& text = run.monitor.texts.at({1, 3});
        const auto before = logprobs_of(run.policy_after(0), text, tokens.ids, 0.8),
                   after = logprobs_of(run.policy_after(1), text, tokens.ids, 0.8);
        double log_ratio = 0;
        for (std::size_t i = 0; i < before.size(); ++i) log_ratio += after[i] - before[i];
        QCOMPARE(tokens.ratio.size(), tokens.ids.size());
        for (const float ratio : tokens.ratio)
            QVERIFY(std::abs(ratio / std::exp(log_ratio) - 1) < 1e-3);
        QVERIFY(!tokens.ref_logprob.empty());
    }

    void online_dpo_has_the_reference_of_its_pairs() {
        Settings settings = three_steps(small_reviews_run("dpo"));
        settings.online_dpo = true;
        settings.max_steps = 2;
        const TrainedRun run(settings);
        const Policy start = run.start(), sampled = run.policy_after(1);
        int paired = 0, alone = 0;
        for (const auto& [place, told] : run.monitor.measured) {
            if (place.first != 2) continue;
            const TokenData& tokens = told.front();
            const CompletionRecord& text = run.monitor.texts.at(place);
            QVERIFY(near(tokens.logprob, logprobs_of(sampled, text, tokens.ids, 0.8)));
            QVERIFY(tokens.ratio.empty() && tokens.clipped.empty() && tokens.value.empty());
            QCOMPARE(tokens.ref_logprob.empty(), text.advantage == 0);
            QCOMPARE(text.kl.has_value(), text.advantage != 0);
            ++(text.advantage == 0 ? alone : paired);
            if (text.advantage != 0)
                QVERIFY(near(tokens.ref_logprob, logprobs_of(start, text, tokens.ids, 0.8)));
        }
        QVERIFY(paired > 0 && paired % 2 == 0 && alone > 0);
    }

    void recording_changes_no_number() {
        const Settings settings = three_steps(small_grpo());
        const TrainedRun with(settings, true), without(settings, false);
        QVERIFY(without.monitor.measured.empty() && !with.monitor.measured.empty());
        for (const auto& [step, metrics] : with.monitor.steps)
            for (const auto& [key, value] : metrics)
                if (!depends_on_the_clock(key) && !key.starts_with("start/"))
                    QVERIFY2(without.monitor.steps.at(step).at(key) == value, key.c_str());
        const auto weights = [](const TrainedRun& run) {
            return read_file(run.monitor.checkpoint(3) / "model.safetensors").value();
        };
        QVERIFY(weights(with) == weights(without));
    }

    void evaluations_hand_over_their_answers() {
        Settings settings = three_steps(small_grpo());
        settings.eval_steps = 2;
        const TrainedRun run(settings);
        // At the start, after two steps and at the end, on the same prompts.
        for (const std::int64_t step : {0, 2, 3})
            for (std::int64_t row = -1; row >= -settings.eval_prompts; --row) {
                const CompletionRecord& answer = run.monitor.texts.at({step, row});
                COMPARE_TEXT(answer.prompt, run.monitor.texts.at({0, row}).prompt);
                QVERIFY(answer.held_out() && answer.reward && answer.kl);
                if (step == 0) QVERIFY(std::abs(*answer.kl) < 1e-3);
            }
        QVERIFY(!run.monitor.texts.contains({1, -1}));
        double reward = 0;
        for (std::int64_t row = 1; row <= settings.eval_prompts; ++row)
            reward += *run.monitor.texts.at({3, -row}).reward / double(settings.eval_prompts);
        QVERIFY(std::abs(reward - run.monitor.steps.at(3).at("eval/reward")) < 1e-9);
    }
};

PLUMB_REGISTER_TEST(TestTokenReport)
#include "token_report_test.moc"
