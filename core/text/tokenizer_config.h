// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "text/tokenizer.h"

namespace plumb {

/// What stands beside tokenizer.json.
struct TokenizerConfig {
    SpecialTokens special;
    std::optional<double> max_length;  ///< model_max_length
    std::string text;                  ///< tokenizer_config.json; empty where there is none
};

/// The special tokens that tokenizer_config.json, else config.json, name. id_of: the id of a text,
/// or nothing where the vocabulary lacks it, which is an error for a token that is named.
Result<TokenizerConfig> read_tokenizer_config(
    const std::filesystem::path& folder,
    const std::function<std::optional<std::int64_t>(const std::string&)>& id_of);

/// A tokenizer_config.json that names the special tokens. text_of: the text of an id.
std::string tokenizer_config_text(
    const SpecialTokens& special, std::optional<double> max_length,
    const std::function<std::optional<std::string>(std::int64_t)>& text_of);

}  // namespace plumb
