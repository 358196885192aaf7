// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace plumb {

/// Everything that decides what a run computes. Plain values with their defaults; the table in
/// fields.h gives each its key, range, label and help. Names are TRL's where TRL has one, those
/// of config.json for the shape of a model. An empty optional means "off" or "as the field's help
/// says". Two runs with equal settings on one machine give the same numbers.
struct Settings {
    // Run
    std::string algorithm = "grpo";   ///< sft, reward, dpo, ppo, grpo, rloo
    std::string task = "arithmetic";  ///< arithmetic, reviews, data (the user's own files)
    std::string preset;               ///< the preset these settings came from; a label only
    std::int64_t seed = 42;
    std::int64_t threads = 0;      ///< 0: as many as the machine has cores; stored resolved
    std::string device = "cpu";    ///< cpu, cuda, cuda:N
    std::int64_t max_steps = 100;  ///< optimiser steps; -1: num_train_epochs decides
    double num_train_epochs = 3.0;

    // Model
    std::string model_name_or_path;  ///< folder or RUN[@STEP]; empty: a new model of this shape
    std::int64_t hidden_size = 128;
    std::int64_t intermediate_size = 256;
    std::int64_t num_hidden_layers = 2;
    std::int64_t num_attention_heads = 4;
    std::int64_t num_key_value_heads = 4;
    std::int64_t max_position_embeddings = 1024;
    double rope_theta = 10000.0;
    double rms_norm_eps = 1e-5;
    bool tie_word_embeddings = true;
    std::string tokenizer = "char";  ///< char, word, bpe: made from text for a new model
    std::int64_t vocab_size = 4096;  ///< upper bound for a tokenizer made from text

    // Data (task = data)
    std::vector<std::string> train_files;  ///< .jsonl, or text with one row a line
    std::vector<std::string> eval_files;   ///< empty: eval_prompts rows are held out
    std::string dataset_text_field = "text";
    std::string prompt_column = "prompt";
    std::string completion_column = "completion";
    std::string answer_column = "answer";  ///< the reference answer that reward rules check
    std::string chosen_column = "chosen";
    std::string rejected_column = "rejected";
    std::string label_column = "label";         ///< good or bad, of rows with one completion each
    std::vector<std::string> preference_files;  ///< pairs for the reward model that a run makes
    std::vector<std::string> good_files;        ///< texts that a reward model scores above ...
    std::vector<std::string> bad_files;         ///< ... these, in place of pairs
    std::int64_t prompt_length = 0;  ///< characters of a text row that become its prompt; 0: whole
    std::int64_t max_prompt_length = 256;  ///< tokens; longer prompts keep their end
    std::int64_t max_length = 1024;        ///< tokens of a supervised row; the rest is cut
    bool shuffle_dataset = true;
    std::optional<bool> completion_only_loss;  ///< empty: yes where rows have a prompt column

    // Arithmetic (task = arithmetic)
    std::int64_t arithmetic_digits = 5;
    double arithmetic_cot_rate = 0.4;    ///< share of demonstrations with a scratchpad
    double arithmetic_error_rate = 0.1;  ///< chance of a wrong digit per demonstrated step

    // Preference pairs that a run samples
    std::int64_t pairs_prompts = 1500;     ///< prompts that completions are sampled for
    std::int64_t pairs_per_prompt = 2;     ///< completions of each
    double pairs_label_temperature = 1.0;  ///< noise of the labels; 0: the better one is chosen

    // Supervised start of a built-in task
    std::int64_t start_batch_size = 64;
    double start_learning_rate = 4e-3;
    std::int64_t start_warmup_steps = 50;
    std::int64_t start_check_steps = 50;  ///< textbook phase: accuracy check every N steps
    std::int64_t start_check_prompts = 64;
    double start_check_accuracy = 0.95;
    std::int64_t start_max_steps = 1000;
    std::int64_t start_sloppy_steps = 150;
    double start_sloppy_learning_rate = 1e-3;      ///< falls linearly ...
    double start_sloppy_learning_rate_end = 1e-4;  ///< ... to this
    double start_weight_decay = 0.01;

    // Optimiser
    double learning_rate = 3e-4;
    std::string lr_scheduler_type = "constant_with_warmup";
    std::int64_t warmup_steps = 5;
    double lr_min_ratio = 0.0;  ///< floor of cosine_with_min_lr as a share of learning_rate
    double weight_decay = 0.0;
    double adam_beta1 = 0.9;
    double adam_beta2 = 0.99;
    double adam_epsilon = 1e-8;
    double max_grad_norm = 1.0;                      ///< 0: no clipping
    std::int64_t per_device_train_batch_size = 128;  ///< rows of a micro-batch (GRPO: completions)
    std::int64_t gradient_accumulation_steps = 1;
    std::string on_non_finite = "stop";  ///< stop, skip: what a non-finite loss or gradient does

    // SFT
    std::string sft_loss_type = "nll";  ///< nll, dft
    bool packing = false;
    std::string packing_strategy = "bfd";  ///< bfd, bfd_split, wrapped

    // Reward model
    std::string reward_model;  ///< folder or RUN[@STEP]; empty: the run makes one where it needs it
    std::optional<double> center_rewards_coefficient;
    double reward_model_learning_rate = 1e-3;  ///< of one that the run makes; falls to 0
    std::int64_t reward_model_batch_size = 32;
    double reward_model_epochs = 2.0;
    std::string reward_refresh_file;  ///< labels it learns from anew; set while the run goes on
    double reward_refresh_epochs = 8.0;
    double reward_refresh_learning_rate = 1e-3;  ///< falls to 0
    double reward_refresh_mix = 1.0;             ///< earlier pairs beside each labelled one

    // DPO
    double dpo_beta = 0.1;
    std::vector<std::string> dpo_loss_type = {"sigmoid"};
    std::vector<double> loss_weights;  ///< of dpo_loss_type; empty: 1 each
    double label_smoothing = 0.0;
    std::string f_divergence_type = "reverse_kl";
    double f_alpha_divergence_coef = 0.5;
    std::optional<double> ld_alpha;
    bool use_weighting = false;
    double discopop_tau = 0.05;
    bool precompute_ref_log_probs = true;
    bool online_dpo = false;  ///< pairs are the policy's own completions, ranked by the rewards

    // Reference
    bool sync_ref_model = false;
    double ref_model_mixup_alpha = 0.6;
    std::int64_t ref_model_sync_steps = 512;

    // PPO
    std::int64_t num_ppo_epochs = 4;
    std::int64_t num_mini_batches = 1;
    double kl_coef = 0.05;
    std::string kl_estimator = "k1";  ///< k1, k3
    std::optional<double> kl_target;  ///< nats a completion; empty: kl_coef stays
    double kl_horizon = 10000.0;
    bool whiten_rewards = false;
    std::optional<double> missing_eos_penalty;
    double cliprange = 0.2;
    double cliprange_value = 0.2;
    double vf_coef = 0.1;
    double gamma = 1.0;
    double lam = 0.95;

    // Generation
    std::int64_t num_generations = 8;
    std::int64_t max_completion_length = 20;
    double temperature = 1.0;
    double top_p = 1.0;
    std::int64_t top_k = 0;
    std::optional<double> min_p;
    double repetition_penalty = 1.0;
    std::int64_t steps_per_generation = 0;  ///< 0: gradient_accumulation_steps

    // GRPO
    double beta = 0.0;
    std::int64_t num_iterations = 1;
    double epsilon = 0.2;
    std::optional<double> epsilon_high;  ///< empty: epsilon
    std::optional<double> delta;         ///< one-sided cap of the ratio; empty: none
    std::string loss_type = "dapo";
    std::string importance_sampling_level = "token";
    std::string scale_rewards = "group";
    std::string multi_objective_aggregation = "sum_then_normalize";
    bool mask_truncated_completions = false;
    double top_entropy_quantile = 1.0;
    double entropy_coef = 0.0;
    bool use_adaptive_entropy = false;
    double entropy_coef_min = 0.0;
    double entropy_coef_max = 1.0;
    double entropy_coef_delta = 0.005;
    double entropy_target = 0.2;
    std::optional<double> off_policy_mask_threshold;
    bool use_bias_correction_kl = true;
    double sapo_temperature_pos = 1.0;
    double sapo_temperature_neg = 1.05;
    double vespo_k_pos = 2.0;
    double vespo_lambda_pos = 3.0;
    double vespo_k_neg = 3.0;
    double vespo_lambda_neg = 2.0;

    // RLOO
    bool normalize_advantages = false;
    std::vector<double> reward_clip_range;  ///< lowest and highest; empty: rewards as they are

    // Rewards
    std::vector<std::string> reward_funcs;     ///< names or files; empty: the task's gold reward
    std::vector<double> reward_weights;        ///< empty: 1 each
    double reward_timeout = 30.0;              ///< seconds for a batch, of the user's own functions
    std::string reward_pattern;                ///< regular expression of regex_match
    std::vector<std::string> reward_keywords;  ///< words that keywords counts
    std::int64_t reward_length = 40;           ///< tokens that length_target aims at
    std::int64_t repetition_ngram = 3;         ///< n of repetition
    std::int64_t overlong_buffer = 5;          ///< tokens before the limit that overlong punishes

    // Evaluation and checkpoints
    std::int64_t eval_steps = 20;       ///< 0: at the start and the end only
    std::int64_t eval_prompts = 256;    ///< held-out prompts
    bool eval_kl = true;                ///< measure the KL to the reference at evaluations
    std::int64_t save_steps = 50;       ///< 0: at the end only
    std::int64_t save_total_limit = 3;  ///< the newest N are kept beside the best and the last
    std::int64_t min_free_mb = 200;     ///< the run pauses when less disk space is left
    std::int64_t token_data_mb = 256;   ///< most that a run's token data take; 0: none

    bool operator==(const Settings&) const = default;
};

}  // namespace plumb
