// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/fields.h"

#include <algorithm>
#include <iterator>

#include "base/strings.h"
#include "config/field_tables.h"

namespace plumb {
namespace {

void append(std::vector<Field>& all, Section section, std::vector<Field> rows) {
    for (Field& row : rows) row.section = section;
    std::move(rows.begin(), rows.end(), std::back_inserter(all));
}

std::vector<Field> all_fields() {
    std::vector<Field> all;
    append(all, Section::run, run_fields());
    append(all, Section::model, model_fields());
    append(all, Section::data, data_fields());
    append(all, Section::arithmetic, arithmetic_fields());
    append(all, Section::start, start_fields());
    append(all, Section::optimiser, optimiser_fields());
    append(all, Section::sft, sft_fields());
    append(all, Section::generation, generation_fields());
    append(all, Section::grpo, grpo_fields());
    append(all, Section::rewards, reward_fields());
    append(all, Section::evaluation, evaluation_fields());
    return all;
}

bool has_reward(const Settings& settings, std::string_view name) {
    const auto& names = settings.reward_funcs;
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool grpo_field_applies(std::string_view key, const Settings& settings) {
    const std::string& loss = settings.loss_type;
    const bool clipped = loss != "sapo" && loss != "vespo";
    if (key.starts_with("sapo_")) return loss == "sapo";
    if (key.starts_with("vespo_")) return loss == "vespo";
    if (key == "epsilon") return clipped && loss != "cispo";
    if (key == "epsilon_high") return clipped;
    if (key == "delta") return clipped && loss != "cispo";
    if (key == "use_bias_correction_kl") return settings.beta > 0;
    if (key == "multi_objective_aggregation") return settings.reward_funcs.size() > 1;
    return true;
}

bool reward_field_applies(std::string_view key, const Settings& settings) {
    if (key == "reward_pattern") return has_reward(settings, "regex_match");
    if (key == "reward_keywords") return has_reward(settings, "keywords");
    if (key == "reward_length") return has_reward(settings, "length_target");
    if (key == "repetition_ngram") return has_reward(settings, "repetition");
    return true;
}

bool data_field_applies(std::string_view key, bool supervised) {
    if (key == "max_length" || key == "completion_column" || key == "completion_only_loss")
        return supervised;
    if (key == "prompt_length" || key == "max_prompt_length" || key == "answer_column")
        return !supervised;
    return true;
}

}  // namespace

std::span<const Field> fields() {
    static const std::vector<Field> all = all_fields();
    return all;
}

const Field* find_field(std::string_view key) {
    const auto all = fields();
    const auto found = std::ranges::find(all, key, &Field::key);
    return found == all.end() ? nullptr : &*found;
}

std::string_view section_title(Section section) {
    switch (section) {
        case Section::run: return "Run";
        case Section::model: return "Model";
        case Section::data: return "Data";
        case Section::arithmetic: return "Arithmetic task";
        case Section::start: return "Supervised start";
        case Section::optimiser: return "Optimiser";
        case Section::sft: return "Supervised fine-tuning";
        case Section::generation: return "Generation";
        case Section::grpo: return "GRPO";
        case Section::rewards: return "Rewards";
        case Section::evaluation: return "Evaluation and checkpoints";
    }
    return {};
}

bool field_applies(const Field& field, const Settings& settings) {
    const std::string_view key = field.key;
    const bool supervised = settings.algorithm == "sft";
    const bool arithmetic = settings.task == "arithmetic";
    const bool new_model = settings.model_name_or_path.empty();
    const bool has_start = arithmetic && new_model && !supervised;
    switch (field.section) {
        case Section::run: return key != "num_train_epochs" || settings.max_steps < 0;
        case Section::model:
            if (key == "model_name_or_path") return true;
            if (key == "tokenizer" || key == "vocab_size") return new_model && !arithmetic;
            return new_model;
        case Section::data: return !arithmetic && data_field_applies(key, supervised);
        case Section::arithmetic:
            return arithmetic && (key == "arithmetic_digits" || supervised || has_start);
        case Section::start: return has_start;
        case Section::optimiser:
            if (key == "lr_min_ratio") return settings.lr_scheduler_type == "cosine_with_min_lr";
            if (key == "warmup_steps") return settings.lr_scheduler_type != "constant";
            return true;
        case Section::sft: return supervised;
        case Section::generation:
            // A supervised run on the arithmetic task samples in its evaluations.
            return !supervised || (arithmetic && key == "max_completion_length");
        case Section::grpo: return !supervised && grpo_field_applies(key, settings);
        case Section::rewards: return !supervised && reward_field_applies(key, settings);
        case Section::evaluation: return true;
    }
    return true;
}

Error unknown_key(std::string_view key) {
    std::vector<std::string> keys;
    for (const Field& field : fields()) keys.emplace_back(field.key);
    std::string message = "unknown setting '" + std::string(key) + "'";
    if (const auto near = nearest_name(key, keys)) message += "; did you mean '" + *near + "'?";
    return {ErrorCode::invalid_input, message};
}

}  // namespace plumb
