// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/pairs.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "data/preference_file.h"
#include "rollout/portions.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

constexpr const char* training_file = "pairs.jsonl";
constexpr const char* held_out_file = "held-out-pairs.jsonl";
/// Training prompts whose draws have one name: another number would give other pairs.
constexpr std::size_t completions_a_name = 512;

/// Samples and pairs completions of prompts.
class PairSampler {
public:
    PairSampler(const Policy& policy, const PairJudge& judge, const Settings& settings,
                std::string_view purpose)
        : policy_(policy),
          judge_(judge),
          settings_(settings),
          sampling_(plain_sampling(policy, settings)),
          seed_(derive_seed(static_cast<std::uint64_t>(settings.seed), purpose)) {}

    Status add(const std::vector<Prompt>& prompts, const std::stop_token& stop,
               std::vector<Preference>& pairs) {
        PLUMB_TRY(const auto ids, encode_prompts(policy_, prompts, settings_));
        const std::int64_t per_prompt = settings_.pairs_per_prompt;
        PLUMB_TRY(const Rollout rollout,
                  generate_in_portions(policy_.model, ids, per_prompt, sampling_,
                                       DrawKey{seed_, prompts_, 0}, padding_id(policy_), stop));
        const std::vector<SampledText> texts = to_text(rollout, *policy_.tokenizer);
        PLUMB_TRY(const auto parts,
                  score_completions(judge_.rewards, prompts, texts, per_prompt, stop));
        const auto totals = weighted_sums(parts, judge_.weights);
        for (std::size_t i = 0; i < prompts.size(); ++i)
            add_pairs(prompts[i], texts, totals, i * static_cast<std::size_t>(per_prompt), pairs);
        return {};
    }

private:
    /// Pairs of the next prompt, whose completions begin at number `first`.
    void add_pairs(const Prompt& prompt, const std::vector<SampledText>& texts,
                   const std::vector<std::optional<double>>& totals, std::size_t first,
                   std::vector<Preference>& pairs) {
        std::vector<std::size_t> scored;
        std::vector<double> rewards;
        for (std::size_t k = first;
             k < first + static_cast<std::size_t>(settings_.pairs_per_prompt); ++k) {
            if (!totals[k]) continue;
            scored.push_back(k);
            rewards.push_back(*totals[k]);
        }
        for (const auto& [chosen, rejected] :
             pair_up(rewards, settings_.pairs_label_temperature, seed_, prompts_)) {
            const SampledText &a = texts[scored[chosen]], &b = texts[scored[rejected]];
            Preference& pair = pairs.emplace_back();
            pair.prompt = prompt.text;
            pair.chosen = a.completion;
            pair.rejected = b.completion;
            pair.chosen_ended = a.ended;
            pair.rejected_ended = b.ended;
            if (judge_.is_gold) pair.gold_margin = rewards[chosen] - rewards[rejected];
        }
        ++prompts_;
    }

    const Policy& policy_;
    const PairJudge& judge_;
    const Settings& settings_;
    SamplingSettings sampling_;
    std::uint64_t seed_;
    std::uint64_t prompts_ = 0;  ///< sampled for so far; names the draws
};

}  // namespace

std::vector<std::pair<std::size_t, std::size_t>> pair_up(const std::vector<double>& rewards,
                                                         double label_temperature,
                                                         std::uint64_t seed,
                                                         std::uint64_t prompt_number) {
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    if (label_temperature > 0) {
        for (std::size_t a = 0; a + 1 < rewards.size(); a += 2) {
            const double lead = (rewards[a] - rewards[a + 1]) / label_temperature;
            const double draw = keyed_uniform(seed, prompt_number, a, 1);
            const bool prefers_first = draw < 1.0 / (1.0 + std::exp(-lead));
            pairs.emplace_back(prefers_first ? a : a + 1, prefers_first ? a + 1 : a);
        }
        return pairs;
    }
    std::vector<std::size_t> order(rewards.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order,
                             [&](std::size_t a, std::size_t b) { return rewards[a] > rewards[b]; });
    for (std::size_t i = 0; i < order.size() / 2; ++i) {
        const std::size_t best = order[i], worst = order[order.size() - 1 - i];
        if (rewards[best] > rewards[worst]) pairs.emplace_back(best, worst);
    }
    return pairs;
}

Result<PreferenceSets> sample_pairs(const Policy& policy, const Task& task, const PairJudge& judge,
                                    const Settings& settings, RunMonitor& monitor) {
    PreferenceSets pairs;
    const auto at_once = std::max<std::int64_t>(
        1, static_cast<std::int64_t>(completions_a_name) / settings.pairs_per_prompt);
    PairSampler training(policy, judge, settings, "pairs");
    for (std::int64_t first = 0; first < settings.pairs_prompts; first += at_once) {
        monitor.progress("preference pairs", first, settings.pairs_prompts, 0);
        std::vector<Prompt> prompts;
        for (std::int64_t i = first; i < std::min(settings.pairs_prompts, first + at_once); ++i)
            prompts.push_back(task.train_prompt(i));
        PLUMB_TRY_STATUS(training.add(prompts, monitor.stop_token(), pairs.training));
    }
    PairSampler held_out(policy, judge, settings, "held-out pairs");
    PLUMB_TRY_STATUS(held_out.add(task.eval_prompts(), monitor.stop_token(), pairs.held_out));
    monitor.progress("preference pairs", settings.pairs_prompts, settings.pairs_prompts, 0);
    if (pairs.training.empty())
        return Error{ErrorCode::failed,
                     "none of the " + std::to_string(settings.pairs_prompts) +
                         " prompts has two completions of different worth, so there is nothing to "
                         "prefer; raise pairs_per_prompt or pairs_prompts"};
    return pairs;
}

Status save_pairs(const PreferenceSets& pairs, const fs::path& folder) {
    PLUMB_TRY_STATUS(write_preferences(pairs.training, folder / training_file));
    return write_preferences(pairs.held_out, folder / held_out_file);
}

bool has_pairs(const fs::path& folder) {
    std::error_code ignored;
    return fs::exists(folder / training_file, ignored) &&
           fs::exists(folder / held_out_file, ignored);
}

Result<PreferenceSets> load_pairs(const fs::path& folder) {
    PreferenceSets pairs;
    PLUMB_TRY(pairs.training, read_preferences(folder / training_file));
    PLUMB_TRY(pairs.held_out, read_preferences(folder / held_out_file));
    return pairs;
}

}  // namespace plumb
