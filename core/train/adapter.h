// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/settings.h"
#include "model/decoder.h"

namespace plumb {

/// The adapter that the settings ask for; without dropout where the algorithm trains without.
LoraConfig lora_config(const Settings& settings);

/// Puts a new adapter on the model. Its first numbers follow from the seed and what it is for
/// ("policy", "value", ...).
Status add_new_adapter(Decoder& model, const Settings& settings, std::string_view purpose);

/// Tells the model where its parameters lie on disk, for the files of adapters on them. named: what
/// model_name_or_path says; a folder of that name with a model is what other programs are told.
void set_base_folder(Decoder& model, const std::filesystem::path& folder, const std::string& named);

/// Reads weights, or of a model with an adapter that alone, into a model of the same shape.
Status load_weights_into(Decoder& model, const std::filesystem::path& folder);
/// Writes a model, or its adapter alone where it has one. The folder must exist.
Status save_model(const Decoder& model, const std::filesystem::path& folder);

}  // namespace plumb
