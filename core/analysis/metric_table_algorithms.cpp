// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/metric_table.h"

namespace plumb {
namespace {

constexpr KnownMetric known[] = {
    // GRPO, and what RLOO and online DPO have of it.
    {"policy_loss", "Policy loss", "policy", "",
     "The GRPO loss without the entropy bonus. It stays near 0 by construction; read the reward "
     "instead."},
    {"entropy_coef", "Entropy bonus", "bonus", "",
     "Weight of the entropy bonus in the loss. With use_adaptive_entropy it rises while the "
     "entropy "
     "is below its target."},
    {"kl", "KL to the reference", "kl", "nats/token",
     "How far the policy has moved from the reference model, per token. A steep rise with a better "
     "reward is a sign of reward hacking; raise beta."},
    {"kl_max_token", "KL of the worst token", "worst", "nats",
     "The largest KL of a single token to the reference. Far above the mean, a few tokens carry "
     "the change: look at what they say."},
    {"frac_reward_zero_std", "Groups without a difference", "share", "share",
     "Share of prompts whose completions all scored the same. They teach nothing; a share near 1 "
     "means that prompts are too easy or too hard.",
     false},
    {"frac_all_best",
     "Groups all best",
     "all best",
     "share",
     "Share of prompts whose completions all have the best score of the step. When it rises, the "
     "prompts have become too easy: make them harder.",
     {}},
    {"frac_all_worst", "Groups all wrong", "all wrong", "share",
     "Share of prompts whose completions all failed alike. When it stays high, the prompts are too "
     "hard: make them easier, raise temperature or num_generations.",
     false},
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
     "Share of tokens whose ratio reached the cap of cispo. A high share says that too many "
     "updates "
     "are made with one rollout."},
    {"vespo/phi_seq_mean", "VESPO weight", "weight", "",
     "Mean weight that vespo gives a completion. A fall says that the policy has moved far from "
     "what "
     "was sampled."},

    // PPO and, of objective/, RLOO. Sums over a completion's tokens where the unit says so.
    {"objective/kl", "KL of a completion", "training", "nats",
     "How far the policy has moved from the reference model, summed over a completion, not per "
     "token. A steep rise with a better reward is a sign of reward hacking; raise kl_coef (beta of "
     "RLOO). Far below 0 it is not a KL any more: completions are sampled by other rules than they "
     "are judged by."},
    {"objective/kl_max_token", "KL of the worst token", "worst", "nats",
     "The largest difference of a sampled token's log-probability to the reference's. Far above "
     "the mean, a few tokens carry the change: look at what they say."},
    {"objective/kl_coef", "Price of KL", "price", "",
     "What a nat of KL costs in reward. It changes where kl_target is set: a rise means that the "
     "policy is farther from the reference than wanted."},
    {"objective/entropy", "Entropy of a completion", "sum", "nats",
     "How undecided the policy is, summed over a completion, so that it grows with the length too. "
     "A fall at equal length means that completions become alike."},
    {"objective/scores", "Score", "score", "",
     "Mean reward after the penalty for completions without an end. It differs from the reward by "
     "missing_eos_penalty alone.",
     true},
    {"objective/non_score_reward", "KL part of the reward", "KL part", "",
     "What the KL costs: -kl_coef times the KL of a completion. When it grows as fast as the "
     "score, "
     "the policy pays for its reward in full."},
    {"objective/rlhf_reward", "Reward less KL", "reward less KL", "",
     "The score less the price of the KL: what PPO really raises. It stalls where a better score "
     "costs as much KL as it brings.",
     true},
    {"loss/policy_avg", "Policy loss", "policy", "",
     "The clipped policy loss over the step's updates. It stays around 0 and does not say how good "
     "the policy is; a jump says that an update went far."},
    {"loss/value_avg", "Value loss", "value", "",
     "Half the squared error of the value model. A rise means that rewards change faster than it "
     "learns them, so that advantages are noise.",
     false},
    {"policy/clipfrac_avg", "Clipped ratios", "policy", "share",
     "Share of tokens whose update was cut at the clip range. Above about 0.3 the updates on one "
     "rollout go too far: lower learning_rate or num_ppo_epochs."},
    {"val/clipfrac_avg", "Clipped values", "value", "share",
     "Share of positions at which the change of the value was cut at cliprange_value. A high share "
     "keeps the value model from following the rewards."},
    {"policy/approxkl_avg", "KL to the rollout's policy", "kl", "nats/token",
     "How far the updates of a step move from the policy that sampled. A jump comes before a "
     "collapse of the reward; lower learning_rate or num_ppo_epochs."},
    {"policy/entropy_avg", "Entropy", "entropy", "nats/token",
     "How undecided the policy is, per token. A fall to 0 before the reward is high means that it "
     "has stopped exploring; lower learning_rate or raise kl_coef."},
    {"val/explained_variance", "Explained variance", "values", "share",
     "How much of the returns the value model foresees: 1 all, 0 no more than their mean, below 0 "
     "less than that. A fall means that advantages are noise.",
     true},
    {"val/ratio", "Ratio to the rollout's policy", "ratio", "",
     "Mean ratio of a token's probability to that of the policy that sampled. It stays near 1; "
     "away from it the updates go too far."},
    {"val/ratio_var", "Ratio, spread over updates", "variance", "",
     "Variance of the mean ratio over the step's updates. A rise says that later updates move far "
     "from what was sampled."},
    {"val/num_eos_tokens", "Ended completions", "ended", "completions",
     "Completions of the rollout that came to an end by themselves. A fall means that more are cut "
     "at max_completion_length."},
    {"episode", "Completions so far", "completions", "completions",
     "Completions sampled since the run began."},

    // Preference pairs: DPO.
    {"rewards/chosen", "Implicit reward of chosen", "chosen", "",
     "dpo_beta times how much likelier the policy finds the chosen completions than the reference "
     "does. It may fall while the margin grows; when completions get worse with it, lower "
     "learning_rate or add the loss sft.",
     true},
    {"rewards/rejected", "Implicit reward of rejected", "rejected", "",
     "The same of the rejected completions. It falls as the policy turns from them; a fall without "
     "end takes the chosen ones along.",
     false},
    {"rewards/margins", "Reward margin", "training", "",
     "By how much the implicit reward of chosen leads that of rejected. It grows as the pairs are "
     "learned; a growth that goes on while held-out margins stand still is overfitting.",
     true},
    {"rewards/accuracies", "Pairs told apart", "training", "share",
     "Share of pairs whose chosen completion has the larger implicit reward. From 0.5 upwards; "
     "near "
     "1 on training pairs they have nothing left to teach.",
     true},
    {"logps/chosen", "Log-probability of chosen", "chosen", "nats",
     "Mean log-probability of the chosen completions. A steep fall means that the policy leaves "
     "good text as well as bad: lower learning_rate, raise dpo_beta, or add the loss sft.",
     true},
    {"logps/rejected", "Log-probability of rejected", "rejected", "nats",
     "Mean log-probability of the rejected completions. It is meant to fall, though not without "
     "end."},
    {"logits/chosen", "Mean logit of chosen", "chosen", "",
     "The policy's logits, averaged over the vocabulary and the chosen completions. A drift shows "
     "in numbers how far the weights move; its sign means nothing."},
    {"logits/rejected", "Mean logit of rejected", "rejected", "",
     "The same of the rejected completions. When it parts from that of the chosen ones, the model "
     "treats the two sides differently at every token."},

    // Reward models.
    {"accuracy", "Pairs ordered as labelled", "training", "share",
     "Share of pairs whose chosen completion scores higher. Labels have mistakes, so it cannot "
     "reach 1 without learning those by heart.",
     true},
    {"margin", "Score margin", "training", "",
     "By how much chosen completions score above rejected ones. A growth that goes on while the "
     "held-out accuracy falls is overfitting.",
     true},
    {"mean_reward", "Score, mean", "mean", "",
     "Mean score over both sides of the pairs. Only differences count, so a drift is harmless; "
     "center_rewards_coefficient keeps it near 0."},
    {"min_reward", "Score, lowest", "lowest", "",
     "The lowest score of the step. Far from the mean it is a text that the model finds unlike all "
     "others."},
    {"max_reward", "Score, highest", "highest", "",
     "The highest score of the step. A policy will look for texts that score still higher."},
    {"eval/accuracy", "Held-out pairs ordered as labelled", "held out", "share",
     "Share of held-out pairs whose chosen completion scores higher. Where labels are noisy, a "
     "model "
     "that is as good as can be stays below 1; a fall is overfitting.",
     true, "reward"},
    {"eval/accuracy_gold", "Held-out pairs ordered as by gold", "by gold", "share",
     "Share of held-out pairs whose order agrees with the gold reward, which has no noise. Above "
     "the accuracy by labels the model has seen through their mistakes.",
     true},
    {"eval/gold_correlation", "Correlation with gold", "held out", "",
     "Correlation of the model's margins with those of the gold reward on held-out pairs. What is "
     "missing to 1 is room for reward hacking.",
     true},
    {"reward_refresh/accuracy_before", "Labels agreed with before", "before", "share",
     "Share of the labels of a refresh that the reward model agreed with as it was. Near one half "
     "it had nothing to say on what the policy writes by now; below it, it praised what people "
     "reject.",
     true},
    {"reward_refresh/accuracy_after", "Labels agreed with after", "after", "share",
     "The same once it has learnt from them.", true},
    {"reward_refresh/held_out_before", "Earlier pairs agreed with before", "before", "share",
     "Share of the held-out pairs that the reward model was made with, and agrees with, before a "
     "refresh.",
     true},
    {"reward_refresh/held_out_after", "Earlier pairs agreed with after", "after", "share",
     "The same after it. A fall is what the refresh has made it forget.", true},
    {"reward_refresh/pairs", "Labels of the refresh", "labels", "pairs",
     "Preference pairs that the reward model learnt anew from."},
    {"reward_refresh/mixed_pairs", "Earlier pairs of the refresh", "earlier", "pairs",
     "Pairs of the reward model's first training that were mixed with them."},
    {"reward_refresh/seconds", "Time of the refresh", "seconds", "s",
     "What the refresh of the reward model took."},
    {"reward_refresh/flops", "Operations of the refresh", "operations", "FLOP",
     "Floating-point operations of the refresh, those of the steps left out."},
    {"eval/margin", "Held-out score margin", "held out", "",
     "By how much chosen completions score above rejected ones on held-out pairs. It grows as long "
     "as the model learns what holds for other pairs too.",
     true},
    {"eval/loss", "Held-out loss", "held out", "",
     "The loss on held-out pairs: 0.69 where they are guessed. A rise while the training loss "
     "falls "
     "is overfitting.",
     false, "reward"},
    {"eval/loss", "Held-out loss", "held out", "",
     "The loss on held-out pairs: 0.69 where they are guessed. A rise while the training loss "
     "falls "
     "is overfitting.",
     false, "dpo"},
};

}  // namespace

std::span<const KnownMetric> algorithm_metrics() { return known; }

}  // namespace plumb
