// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/metric_info.h"

#include <algorithm>
#include <span>

namespace plumb {
namespace {

struct Known {
    std::string_view key, title, name, unit, help;
    std::optional<bool> larger_is_better = {};
};

constexpr Known known[] = {
    {"loss", "Loss", "training", "",
     "What the optimiser lowers. Of a supervised run the mean cross-entropy in nats a token; of a "
     "GRPO run near 0 by construction, so read the reward instead."},
    {"policy_loss", "Policy loss", "policy", "", "The GRPO loss without the entropy bonus."},
    {"grad_norm", "Gradient norm", "norm", "",
     "Norm of the gradient over all weights before clipping. A sudden rise often comes before a "
     "jump of the loss or the KL."},
    {"learning_rate", "Learning rate", "rate", "", "The rate that the step used."},
    {"epoch", "Epoch", "epoch", "epochs", "Passes over the training rows so far."},
    {"num_tokens", "Tokens seen", "tokens", "tokens", "Tokens trained on since the run began."},
    {"non_finite_skipped", "Skipped steps", "skipped", "",
     "1 for a step that was left out since its loss or gradient was not finite.", false},
    {"mean_token_accuracy", "Token accuracy", "training", "share",
     "Share of the trained tokens that the model gives the highest probability.", true},
    {"entropy", "Entropy", "entropy", "nats/token",
     "How undecided the policy is. A fall to 0 before the reward is high means that it has stopped "
     "exploring; lower learning_rate or raise entropy_coef."},
    {"entropy_coef", "Entropy bonus", "bonus", "", "Weight of the entropy bonus in the loss."},
    {"kl", "KL to the reference", "kl", "nats/token",
     "How far the policy has moved from the reference model, per token. A steep rise with a better "
     "reward is a sign of reward hacking; raise beta."},
    {"reward", "Reward", "training", "",
     "Mean weighted reward of the step's completions, the thing that GRPO raises.", true},
    {"reward_std", "Reward, spread", "spread", "",
     "Standard deviation of the rewards over the batch. Near 0 there is nothing left to tell good "
     "completions from bad ones."},
    {"frac_reward_zero_std", "Groups without a difference", "share", "share",
     "Share of prompts whose completions all scored the same. They teach nothing; a share near 1 "
     "means that prompts are too easy or too hard.",
     false},
    {"completions/mean_length", "Completion length", "mean", "tokens",
     "Mean length of the sampled completions, the end token included."},
    {"completions/min_length", "Completion length, shortest", "shortest", "tokens",
     "The shortest completion of the step."},
    {"completions/max_length", "Completion length, longest", "longest", "tokens",
     "The longest completion of the step."},
    {"completions/mean_terminated_length", "Length of ended completions", "ended", "tokens",
     "Mean length of the completions that came to an end by themselves."},
    {"completions/min_terminated_length", "Length of ended completions, shortest",
     "ended, shortest", "tokens", "The shortest completion that came to an end by itself."},
    {"completions/max_terminated_length", "Length of ended completions, longest", "ended, longest",
     "tokens", "The longest completion that came to an end by itself."},
    {"completions/clipped_ratio", "Cut completions", "cut", "share",
     "Share of completions that reached max_completion_length. When it rises, raise that limit or "
     "reward an end.",
     false},
    {"completions/distinct_ratio", "Distinct completions", "distinct", "share",
     "Share of the step's completions that differ from all others. A fall means that the policy "
     "says the same to every prompt.",
     true},
    {"completions/scratchpad", "Scratchpad use", "training", "share",
     "Share of completions that work the answer out before they give it."},
    {"clip_ratio/low_mean", "Clipped below", "below", "share",
     "Share of tokens whose ratio fell under 1 - epsilon with a negative advantage."},
    {"clip_ratio/low_min", "Clipped below, least", "below, least", "share",
     "The same of the completion with the smallest share."},
    {"clip_ratio/high_mean", "Clipped above", "above", "share",
     "Share of tokens whose ratio rose over 1 + epsilon_high with a positive advantage."},
    {"clip_ratio/high_max", "Clipped above, most", "above, most", "share",
     "The same of the completion with the largest share."},
    {"clip_ratio/region_mean", "Clipped tokens", "clipped", "share",
     "Share of tokens without a gradient since their ratio left the clip range. A high share says "
     "that too many updates are made with one rollout."},
    {"cispo_clip_ratio", "Capped ratios", "capped", "share",
     "Share of tokens whose ratio reached the cap of cispo."},
    {"vespo/phi_seq_mean", "VESPO weight", "weight", "",
     "Mean weight that vespo gives a completion."},
    {"eval/accuracy", "Held-out accuracy", "sampled", "share",
     "Share of held-out prompts answered correctly by a sample at temperature 1.", true},
    {"eval/accuracy_greedy", "Held-out accuracy, greedy", "greedy", "share",
     "The same with the likeliest token taken each time.", true},
    {"eval/reward", "Held-out reward", "held out", "", "Mean reward on held-out prompts.", true},
    {"eval/gold_reward", "Held-out gold reward", "gold", "",
     "What the task really wants, on held-out prompts. A fall while the trained reward rises is "
     "reward hacking.",
     true},
    {"eval/loss", "Held-out loss", "held out", "nats/token",
     "Cross-entropy on held-out rows. A rise while the training loss falls is overfitting.", false},
    {"eval/mean_token_accuracy", "Held-out token accuracy", "held out", "share",
     "Share of held-out tokens that the model gives the highest probability.", true},
    {"eval/mean_length", "Held-out completion length", "held out", "tokens",
     "Mean length of the completions of held-out prompts."},
    {"eval/entropy", "Held-out entropy", "held out", "nats/token",
     "How undecided the policy is on held-out prompts."},
    {"eval/ended", "Held-out completions that end", "held out", "share",
     "Share of the completions of held-out prompts that came to an end by themselves."},
    {"eval/scratchpad", "Held-out scratchpad use", "held out", "share",
     "Share of held-out prompts whose completion works the answer out before it gives it."},
    {"start/loss", "Supervised start, loss", "loss", "nats/token",
     "Cross-entropy on the demonstrations of the supervised start.", false},
    {"start/learning_rate", "Supervised start, learning rate", "rate", "",
     "The rate that the step of the supervised start used."},
    {"start/accuracy_greedy", "Supervised start, accuracy", "greedy", "share",
     "Greedy accuracy at the checks of the textbook phase.", true},
    {"start/well_formed", "Supervised start, well formed", "well formed", "share",
     "Share of texts sampled from the supervised model that end and keep to the grammar.", true},
    {"step_time", "Step time", "step", "s", "Seconds that the step took.", false},
    {"time/generate", "Time to generate", "generate", "s", "Seconds of the step spent on sampling.",
     false},
    {"time/score", "Time to score", "score", "s", "Seconds of the step spent on rewards.", false},
    {"time/update", "Time to update", "update", "s",
     "Seconds of the step spent on losses, gradients and the optimiser.", false},
    {"time/tokens_per_second", "Throughput", "all", "tokens/s", "Tokens trained on in each second.",
     true},
    {"time/generated_tokens_per_second", "Sampling throughput", "sampling", "tokens/s",
     "Tokens sampled in each second of sampling.", true},
};

/// "rewards/NAME/mean" and "rewards/NAME/std".
std::optional<MetricInfo> reward_part(std::string_view key) {
    constexpr std::string_view folder = "rewards/";
    if (!key.starts_with(folder)) return std::nullopt;
    const std::string_view rest = key.substr(folder.size());
    const auto slash = rest.rfind('/');
    if (slash == std::string_view::npos || slash == 0) return std::nullopt;
    const std::string name(rest.substr(0, slash));
    const std::string_view what = rest.substr(slash + 1);
    if (what == "mean")
        return MetricInfo{std::string(key),
                          "Reward " + name,
                          name,
                          "",
                          "Mean value of this reward function, before its weight.",
                          true};
    if (what == "std")
        return MetricInfo{std::string(key),
                          "Reward " + name + ", spread",
                          name + ", spread",
                          "",
                          "Standard deviation of this reward function over the batch.",
                          {}};
    return std::nullopt;
}

}  // namespace

MetricInfo metric_info(std::string_view key) {
    const auto found = std::ranges::find(known, key, &Known::key);
    if (found != std::end(known))
        return {std::string(key),         std::string(found->title), std::string(found->name),
                std::string(found->unit), std::string(found->help),  found->larger_is_better};
    if (auto part = reward_part(key)) return *part;
    return {std::string(key), std::string(key), std::string(key), {}, {}, {}};
}

std::vector<ChartGroup> default_charts(std::string_view algorithm) {
    const ChartGroup accuracy = {"Held-out accuracy", {"eval/accuracy", "eval/accuracy_greedy"}};
    const ChartGroup norm = {"Gradient norm", {"grad_norm"}};
    if (algorithm == "sft")
        return {{"Loss", {"loss", "eval/loss"}},
                {"Token accuracy", {"mean_token_accuracy", "eval/mean_token_accuracy"}},
                accuracy,
                {"Entropy", {"entropy"}},
                norm,
                {"Learning rate", {"learning_rate"}}};
    return {{"Reward", {"reward", "eval/reward", "eval/gold_reward"}},
            accuracy,
            {"KL to the reference", {"kl"}},
            {"Completion length", {"completions/mean_length"}},
            {"Entropy", {"entropy"}},
            {"Loss", {"loss"}},
            {"Scratchpad use", {"completions/scratchpad", "eval/scratchpad"}},
            {"Groups without a difference", {"frac_reward_zero_std"}},
            {"Distinct and cut completions",
             {"completions/distinct_ratio", "completions/clipped_ratio"}},
            norm};
}

}  // namespace plumb
