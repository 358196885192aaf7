// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "config/fields.h"

namespace plumb {

// The rows of the table by section, in the order in which forms and files show them. fields() puts
// them together and enters their sections.

std::vector<Field> run_fields();
std::vector<Field> model_fields();
std::vector<Field> data_fields();
std::vector<Field> arithmetic_fields();
std::vector<Field> pairs_fields();
std::vector<Field> start_fields();
std::vector<Field> optimiser_fields();
std::vector<Field> lora_fields();
std::vector<Field> sft_fields();
std::vector<Field> reward_model_fields();
std::vector<Field> dpo_fields();
std::vector<Field> ppo_fields();
std::vector<Field> generation_fields();
std::vector<Field> grpo_fields();
std::vector<Field> rloo_fields();
std::vector<Field> reference_fields();
std::vector<Field> reward_fields();
std::vector<Field> evaluation_fields();

}  // namespace plumb
