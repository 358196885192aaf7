// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/families/family.h"

namespace plumb {

extern const Family llama_family;
extern const Family mistral_family;
extern const Family qwen2_family;
extern const Family qwen3_family;
extern const Family gpt2_family;
extern const Family gpt_neox_family;

}  // namespace plumb
