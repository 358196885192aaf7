// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "base/result.h"
#include "text/vocabulary_tokenizer.h"

namespace plumb {

/// The vocabulary of the folder's tokenizer.json with the special tokens that
/// tokenizer_config.json, else config.json, name.
Result<Vocabulary> read_tokenizer_files(const std::filesystem::path& folder);

/// Writes tokenizer.json and tokenizer_config.json, each through a temporary name.
Status write_tokenizer_files(const Vocabulary& vocabulary, const std::filesystem::path& folder);

}  // namespace plumb
