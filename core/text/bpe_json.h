// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>

#include "base/result.h"
#include "text/bpe_tokenizer.h"

namespace plumb {

/// What a tokenizer.json with a BPE model says; special tokens and tokenizer_config.json are left
/// to the caller. Json is nlohmann::json; throws its exceptions where the layout is another. What
/// is not understood is an error that names its type. path is for errors.
template <class Json>
Result<BpeParts> read_bpe_parts(const Json& json, const std::filesystem::path& path);

/// The layout of a byte-level tokenizer as it is made from text.
std::string byte_level_layout(const std::vector<AddedToken>& added);

/// Writes tokenizer.json and tokenizer_config.json, each through a temporary name. in_model:
/// whether an id belongs into the model's vocabulary, which lacks some added tokens.
Status write_bpe_files(const BpeTokenizer& tokenizer,
                       const std::function<bool(std::int64_t)>& in_model, const BpeParts& parts,
                       const std::filesystem::path& folder);

}  // namespace plumb
