// SPDX-License-Identifier: GPL-3.0-or-later
// Which settings have an effect on which runs.
#include <algorithm>
#include <iterator>
#include <string_view>

#include "config/fields.h"
#include "config/reward_info.h"
#include "config/roles.h"

namespace plumb {
namespace {

template <class... Names>
bool is_one_of(std::string_view key, Names... names) {
    return ((key == names) || ...);
}

bool is_read_by_a_reward(std::string_view key, const Settings& settings) {
    return std::ranges::any_of(reward_function_names(settings), [&](const std::string& name) {
        const auto keys = reward_settings(name);
        return std::ranges::find(keys, key) != keys.end();
    });
}

bool model_field_applies(std::string_view key, const Settings& settings) {
    if (key == "model_name_or_path") return true;
    if (!settings.model_name_or_path.empty()) return false;
    return !is_one_of(key, "tokenizer", "vocab_size") || !is_built_in_task(settings);
}

bool data_field_applies(std::string_view key, const Settings& settings) {
    const bool makes_scores = makes_reward_model(settings), texts = reads_good_and_bad(settings);
    const bool pairs = reads_pairs(settings) || (makes_scores && !texts);
    if (is_one_of(key, "train_files", "eval_files", "prompt_column"))
        return reads_train_files(settings);
    if (key == "completion_column") return is_supervised(settings) || pairs;
    if (is_one_of(key, "chosen_column", "rejected_column", "label_column")) return pairs;
    if (key == "preference_files") return makes_scores && !texts;
    if (is_one_of(key, "good_files", "bad_files"))
        return settings.algorithm == "reward" || makes_scores;
    if (is_one_of(key, "completion_only_loss", "assistant_only_loss"))
        return is_supervised(settings);
    if (key == "max_length")
        return is_supervised(settings) || learns_from_pairs(settings) || makes_scores;
    if (is_one_of(key, "prompt_length", "max_prompt_length", "answer_column"))
        return uses_rewards(settings);
    if (key == "dataset_text_field") return texts || !reads_pairs(settings);
    return true;
}

bool start_field_applies(std::string_view key, const Settings& settings) {
    if (!has_supervised_start(settings)) return false;
    if (settings.task == "arithmetic") return true;
    return !is_one_of(key, "start_check_steps", "start_sloppy_steps", "start_sloppy_learning_rate",
                      "start_sloppy_learning_rate_end");
}

bool run_field_applies(std::string_view key, const Settings& settings) {
    if (key == "num_train_epochs") return settings.max_steps < 0;
    if (key == "budget_tokens") return samples_completions(settings);
    return true;
}

bool pairs_field_applies(std::string_view key, const Settings& settings) {
    if (!samples_pairs(settings)) return false;
    return key == "pairs_run" || settings.pairs_run.empty();
}

bool dpo_field_applies(std::string_view key, const Settings& settings) {
    if (settings.algorithm != "dpo") return false;
    const auto has = [&](std::string_view name) {
        return std::ranges::find(settings.dpo_loss_type, name) != settings.dpo_loss_type.end();
    };
    if (key == "loss_weights") return settings.dpo_loss_type.size() > 1;
    if (key == "label_smoothing")
        return has("robust") || has("exo_pair") || has("aot") || has("aot_unpaired");
    if (key == "discopop_tau") return has("discopop");
    if (key == "f_alpha_divergence_coef") return settings.f_divergence_type == "alpha_divergence";
    if (key == "precompute_ref_log_probs") return !settings.online_dpo && !settings.sync_ref_model;
    return true;
}

bool ppo_field_applies(std::string_view key, const Settings& settings) {
    if (settings.algorithm != "ppo") return false;
    return key != "kl_horizon" || settings.kl_target.has_value();
}

bool generation_field_applies(std::string_view key, const Settings& settings) {
    if (key == "max_completion_length")
        return takes_rewards(settings) || is_built_in_task(settings);
    // Pairs are sampled from the starting model as it is.
    if (!samples_completions(settings)) return false;
    if (key == "num_generations") return samples_groups(settings);
    if (key == "steps_per_generation")
        return settings.algorithm == "grpo" || settings.algorithm == "rloo";
    return true;
}

/// What RLOO has in common with GRPO.
bool group_field_applies(std::string_view key, const Settings& settings) {
    if (settings.algorithm == "rloo")
        return is_one_of(key, "beta", "num_iterations", "epsilon", "epsilon_high",
                         "mask_truncated_completions");
    if (settings.algorithm != "grpo") return false;
    const std::string& loss = settings.loss_type;
    const bool clipped = loss != "sapo" && loss != "vespo";
    if (key.starts_with("sapo_")) return loss == "sapo";
    if (key.starts_with("vespo_")) return loss == "vespo";
    if (key == "epsilon") return clipped && loss != "cispo";
    if (key == "epsilon_high") return clipped;
    if (key == "delta") return clipped && loss != "cispo";
    if (key == "use_bias_correction_kl") return settings.beta > 0;
    if (key == "multi_objective_aggregation") return settings.reward_funcs.size() > 1;
    if (key == "entropy_coef") return !settings.use_adaptive_entropy;
    if (key.starts_with("entropy_")) return settings.use_adaptive_entropy;
    return true;
}

bool reference_field_applies(std::string_view key, const Settings& settings) {
    if (settings.algorithm == "ppo" || !has_reference(settings)) return false;
    return key == "sync_ref_model" || settings.sync_ref_model;
}

bool reward_model_field_applies(std::string_view key, const Settings& settings) {
    if (key == "reward_model" || key.starts_with("reward_refresh_"))
        return uses_reward_model(settings);
    if (key == "center_rewards_coefficient" && settings.algorithm == "reward") return true;
    return makes_reward_model(settings);
}

bool reward_field_applies(std::string_view key, const Settings& settings) {
    if (key == "reward_funcs") return takes_rewards(settings);
    if (!uses_rewards(settings)) return false;
    return key == "reward_weights" || is_read_by_a_reward(key, settings);
}

bool evaluation_field_applies(std::string_view key, const Settings& settings) {
    if (key == "token_data_mb") return samples_completions(settings);
    if (key == "eval_reward_model") return takes_eval_reward(settings);
    if (key != "eval_kl") return true;
    return samples_completions(settings) || settings.algorithm == "dpo";
}

}  // namespace

bool field_applies(const Field& field, const Settings& settings) {
    const std::string_view key = field.key;
    switch (field.section) {
        case Section::run: return run_field_applies(key, settings);
        case Section::model: return model_field_applies(key, settings);
        case Section::data: return !is_built_in_task(settings) && data_field_applies(key, settings);
        case Section::arithmetic:
            return settings.task == "arithmetic" &&
                   (key == "arithmetic_digits" || is_supervised(settings) ||
                    has_supervised_start(settings));
        case Section::pairs: return pairs_field_applies(key, settings);
        case Section::start: return start_field_applies(key, settings);
        case Section::optimiser:
            if (key == "lr_min_ratio") return settings.lr_scheduler_type == "cosine_with_min_lr";
            if (key == "warmup_steps") return settings.lr_scheduler_type != "constant";
            return true;
        case Section::lora:
            if (key == "lora_dropout") return settings.use_peft && trains_with_dropout(settings);
            return key == "use_peft" || settings.use_peft;
        case Section::sft:
            if (key == "packing_strategy") return is_supervised(settings) && settings.packing;
            return is_supervised(settings);
        case Section::reward_model: return reward_model_field_applies(key, settings);
        case Section::dpo: return dpo_field_applies(key, settings);
        case Section::ppo: return ppo_field_applies(key, settings);
        case Section::generation: return generation_field_applies(key, settings);
        case Section::grpo: return group_field_applies(key, settings);
        case Section::rloo: return settings.algorithm == "rloo";
        case Section::reference: return reference_field_applies(key, settings);
        case Section::rewards: return reward_field_applies(key, settings);
        case Section::evaluation: return evaluation_field_applies(key, settings);
    }
    return true;
}

}  // namespace plumb
