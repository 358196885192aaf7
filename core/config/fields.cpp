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
    append(all, Section::pairs, pairs_fields());
    append(all, Section::start, start_fields());
    append(all, Section::optimiser, optimiser_fields());
    append(all, Section::lora, lora_fields());
    append(all, Section::sft, sft_fields());
    append(all, Section::reward_model, reward_model_fields());
    append(all, Section::dpo, dpo_fields());
    append(all, Section::ppo, ppo_fields());
    append(all, Section::generation, generation_fields());
    append(all, Section::grpo, grpo_fields());
    append(all, Section::rloo, rloo_fields());
    append(all, Section::reference, reference_fields());
    append(all, Section::rewards, reward_fields());
    append(all, Section::evaluation, evaluation_fields());
    return all;
}

}  // namespace

std::span<const Field> fields() {
    static const std::vector<Field> all = all_fields();
    return all;
}

std::span<const FileList> file_lists() {
    static constexpr FileList lists[] = {{"train_files", &Settings::train_files},
                                         {"eval_files", &Settings::eval_files},
                                         {"preference_files", &Settings::preference_files},
                                         {"good_files", &Settings::good_files},
                                         {"bad_files", &Settings::bad_files}};
    return lists;
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
        case Section::pairs: return "Preference pairs";
        case Section::start: return "Supervised start";
        case Section::optimiser: return "Optimiser";
        case Section::lora: return "LoRA";
        case Section::sft: return "Supervised fine-tuning";
        case Section::reward_model: return "Reward model";
        case Section::dpo: return "DPO";
        case Section::ppo: return "PPO";
        case Section::generation: return "Generation";
        case Section::grpo: return "GRPO";
        case Section::rloo: return "RLOO";
        case Section::reference: return "Reference model";
        case Section::rewards: return "Rewards";
        case Section::evaluation: return "Evaluation and checkpoints";
    }
    return {};
}

Error unknown_key(std::string_view key) {
    std::vector<std::string> keys;
    for (const Field& field : fields()) keys.emplace_back(field.key);
    std::string message = "unknown setting '" + std::string(key) + "'";
    if (const auto near = nearest_name(key, keys)) message += "; did you mean '" + *near + "'?";
    return {ErrorCode::invalid_input, message};
}

}  // namespace plumb
