// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "base/result.h"
#include "text/vocabulary_tokenizer.h"

namespace plumb {

/// Writes tokenizer.json and tokenizer_config.json, each through a temporary name.
Status write_tokenizer_files(const Vocabulary& vocabulary, const std::filesystem::path& folder);

}  // namespace plumb
