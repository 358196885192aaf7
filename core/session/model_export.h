// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace plumb {

enum class ExportForm {
    whole,   ///< a model folder that stands alone; an adapter is merged
    adapter  ///< the adapter in PEFT's layout, with the name of its base
};

/// Writes a model for other programs, with its tokenizer and, of a whole model, its generation
/// settings; beside it a card (session/model_card.h): README.md and curves.svg. name: a folder, RUN
/// or RUN@STEP. The target must not be there yet, or be empty. Blocks the calling thread. Errors
/// name the folder, and the form where there is no adapter.
Status export_model(const std::string& name, const std::filesystem::path& workspace,
                    const std::filesystem::path& target, ExportForm form);

}  // namespace plumb
