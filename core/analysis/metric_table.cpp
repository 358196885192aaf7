// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/metric_table.h"

namespace plumb {
namespace {

constexpr KnownMetric known[] = {
    {"loss", "Loss", "training", "",
     "What the optimiser lowers. Of a supervised run the mean cross-entropy in nats a token; of "
     "DPO "
     "and reward models 0.69 where the pairs are guessed, and 0 where they are told apart for "
     "sure. "
     "With PPO, GRPO and RLOO it does not say how good the policy is; read the reward instead."},
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
    {"reward", "Reward", "training", "",
     "Mean weighted reward of the step's completions: the proxy that the run raises. Compare it "
     "with "
     "the gold reward where the task has one.",
     true},
    {"gold_reward", "Gold reward", "gold", "",
     "What the task really wants, on the step's completions; the run does not see it. A fall while "
     "the reward rises is reward hacking.",
     true},
    {"reward_std", "Reward, spread", "spread", "",
     "Standard deviation of the rewards over the batch. Near 0 there is nothing left to tell good "
     "completions from bad ones."},
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
     "Different completions of the step, as a share of all. A fall means that the policy says the "
     "same to every prompt, as it does when it exploits a reward.",
     true},
    {"completions/repetition", "Repetition", "repeated", "share",
     "Share of a completion's runs of repetition_ngram tokens that it has said before. A rise with "
     "the reward means that saying things again pays.",
     false},
    {"reward_correlation/length", "Reward against length", "length", "correlation",
     "Correlation of reward and length over the step's completions. Far above 0 longer ones score "
     "better whatever they say, far below it shorter ones."},
    {"reward_correlation/repetition", "Reward against repetition", "repetition", "correlation",
     "Correlation of reward and repetition over the step's completions. Far above 0 the reward "
     "pays for saying things again."},
    {"completions/scratchpad", "Scratchpad use", "training", "share",
     "Share of completions that work the answer out before they give it."},
    {"eval/accuracy", "Held-out accuracy", "sampled", "share",
     "Share of held-out prompts answered correctly by a sample at temperature 1. It is what the "
     "run "
     "is for: where it stalls while the reward rises, the reward asks for something else.",
     true},
    {"eval/accuracy_greedy", "Held-out accuracy, greedy", "greedy", "share",
     "The same with the likeliest token taken each time.", true},
    {"eval/reward", "Held-out reward", "held out", "", "Mean reward on held-out prompts.", true},
    {"eval/gold_reward", "Held-out gold reward", "held-out gold", "",
     "What the task really wants, on held-out prompts. A fall while the reward rises is "
     "reward hacking.",
     true},
    {"eval/reward_std", "Held-out reward, spread", "spread", "",
     "Standard deviation of the reward over held-out completions. Divided by the square root of "
     "their number it is how far the mean is from certain."},
    {"eval/gold_reward_std", "Held-out gold reward, spread", "spread", "",
     "Standard deviation of the gold reward over held-out completions."},
    {"eval/kl_sequence", "KL of a held-out completion", "held out", "nats",
     "How far the policy is from the model it started from, summed over a completion of a held-out "
     "prompt. It is the price of the reward: of two policies with the same gold reward the one "
     "with "
     "the smaller KL has changed less."},
    {"eval/kl_sequence_std", "KL of a held-out completion, spread", "spread", "nats",
     "Standard deviation of the KL over held-out completions. Divided by the square root of their "
     "number it is how far the mean is from certain."},
    {"eval/distinct_ratio", "Distinct held-out completions", "held out", "share",
     "Different completions of the held-out prompts, as a share of all. A fall means that the "
     "policy says the same to every prompt.",
     true},
    {"eval/loss", "Held-out loss", "held out", "nats/token",
     "Cross-entropy on held-out rows. A rise while the training loss falls is overfitting.", false},
    {"eval/mean_token_accuracy", "Held-out token accuracy", "held out", "share",
     "Share of held-out tokens that the model gives the highest probability.", true},
    {"eval/mean_length", "Held-out completion length", "held out", "tokens",
     "Mean length of the completions of held-out prompts. Growth without a better reward is "
     "padding "
     "that the reward happens to like."},
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
    {"time/generate_total", "Time to generate, so far", "generate", "s",
     "Seconds of all updates so far spent on sampling; evaluations are left out.", false},
    {"time/score_total", "Time to score, so far", "score", "s",
     "Seconds of all updates so far spent on rewards, reference and values.", false},
    {"time/update_total", "Time to update, so far", "update", "s",
     "Seconds of all updates so far spent on losses, gradients and the optimiser.", false},
    {"time/tokens_per_second", "Throughput", "all", "tokens/s", "Tokens trained on in each second.",
     true},
    {"time/generated_tokens_per_second", "Sampling throughput", "sampling", "tokens/s",
     "Tokens sampled in each second of sampling.", true},
    {"memory/models", "Models in memory", "models", "",
     "Policy, reference, reward and value model, as far as the run holds them between steps.",
     false},
    {"memory/policy", "Memory of the policy", "policy", "MB", "Weights of the policy.", false},
    {"memory/reference", "Memory of the reference", "reference", "MB",
     "Weights of the frozen model that the policy is compared with.", false},
    {"memory/reward_model", "Memory of the reward model", "reward model", "MB",
     "Weights of the learned reward.", false},
    {"memory/value_model", "Memory of the value model", "value model", "MB",
     "Weights of PPO's value model.", false},
    {"memory/gradients", "Memory of gradients", "gradients", "MB",
     "A number for every trained weight, of the policy and with PPO of the value model.", false},
    {"memory/optimizer", "Memory of the optimiser", "optimiser", "MB",
     "Both moments of AdamW, two numbers for every trained weight.", false},
    {"memory/cache", "Memory of generation", "generation", "MB",
     "Keys and values of sampled rows, and generation's copy of the weights; the most that the "
     "step needed.",
     false},
    {"memory/activations", "Memory of activations", "activations", "MB",
     "Everything else that the step computed, at its peak. Shorter completions or a smaller "
     "micro-batch lower it.",
     false},
    {"memory/peak", "Memory, peak of the step", "peak", "MB",
     "The most that all of it took together during the step.", false},
    {"memory/run_peak", "Memory, peak of the run", "run so far", "MB",
     "The most that all of it took together so far, with evaluations and the phases before the "
     "training. It is what the run needs to fit.",
     false},
    {"memory/resident", "Memory of the program", "program", "MB",
     "What the system counts for the whole program, libraries included.", false},
    {"memory/growth", "Growth of the program", "growth", "MB",
     "The most by which the program's own pages, those without a file behind them, have become "
     "more since the run began. Far above the run's peak it is memory that the ledger does not "
     "see.",
     false},
    {"cost/generated_tokens", "Tokens generated", "generated", "tokens",
     "Tokens sampled in training so far; evaluations are left out."},
    {"cost/scored_tokens", "Tokens scored", "scored", "tokens",
     "Tokens that went through a model without being trained on: reference, rewards, values."},
    {"cost/trained_tokens", "Tokens trained", "trained", "tokens",
     "Tokens that went forward and backward through a model, once for each pass and model."},
    {"cost/flops", "Operations", "operations", "FLOP",
     "Floating-point operations of all matrix products so far, estimated from their shapes."},
    {"cost/energy", "Energy of a step", "energy", "J",
     "What the processor counted while the step was made: of the whole machine, so that other "
     "programs count too. Many systems let root alone read it; then it is missing."},
};

}  // namespace

std::span<const KnownMetric> shared_metrics() { return known; }

}  // namespace plumb
