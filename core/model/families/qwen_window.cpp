// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/families/qwen_window.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace plumb::qwen_window {
namespace {

using nlohmann::json;

/// layer_types of newer files, which overrules max_window_layers: full attention, then windows.
void read_layer_types(ConfigKeys& keys, ModelConfig& config) {
    const json& types = keys.value("layer_types");
    if (types.is_null()) return;
    if (!types.is_array() || static_cast<std::int64_t>(types.size()) != config.num_hidden_layers)
        return keys.fail("the key layer_types must have one entry for each layer");
    std::int64_t full = 0;
    bool windowed = false;
    for (const json& type : types) {
        if (type == "sliding_attention") {
            windowed = true;
        } else if (type != "full_attention") {
            return keys.fail("layer_types: full_attention and sliding_attention are supported");
        } else if (windowed) {
            return keys.fail(
                "layer_types: full attention behind a layer with a sliding window is "
                "not supported");
        } else {
            ++full;
        }
    }
    if (windowed && !config.sliding_window)
        return keys.fail("layer_types asks for sliding windows, sliding_window is missing");
    config.first_window_layer = full;
}

}  // namespace

void read(ConfigKeys& keys, ModelConfig& config) {
    bool used = false;
    keys.boolean("use_sliding_window", used);
    if (used) {
        // Null says that there is no window; a missing key asks for the default.
        if (!keys.is_there("sliding_window"))
            config.sliding_window = 4096;
        else if (keys.has("sliding_window"))
            keys.integer("sliding_window", config.sliding_window.emplace());
        config.first_window_layer = 28;
        keys.integer("max_window_layers", config.first_window_layer);
    }
    read_layer_types(keys, config);
    config.first_window_layer = std::max<std::int64_t>(0, config.first_window_layer);
    if (!config.sliding_window || config.first_window_layer >= config.num_hidden_layers) {
        config.sliding_window.reset();  // no layer has one
        config.first_window_layer = 0;
    }
}

void write(const ModelConfig& config, nlohmann::ordered_json& object) {
    nlohmann::ordered_json types = nlohmann::ordered_json::array();
    for (std::int64_t layer = 0; layer < config.num_hidden_layers; ++layer)
        types.push_back(config.window_of(layer) > 0 ? "sliding_attention" : "full_attention");
    object["layer_types"] = types;
    object["max_window_layers"] =
        config.sliding_window ? config.first_window_layer : config.num_hidden_layers;
    object["sliding_window"] = config.sliding_window
                                   ? nlohmann::ordered_json(*config.sliding_window)
                                   : nlohmann::ordered_json(nullptr);
    object["use_sliding_window"] = config.sliding_window.has_value();
}

}  // namespace plumb::qwen_window
