// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/families/family.h"

/// The sliding window of Qwen2 and Qwen3: off unless asked for, and then in the later layers.
namespace plumb::qwen_window {

void read(ConfigKeys& keys, ModelConfig& config);
void write(const ModelConfig& config, nlohmann::ordered_json& object);

}  // namespace plumb::qwen_window
