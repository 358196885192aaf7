// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "text/added_tokens.h"
#include "text/tokenizer.h"

namespace plumb {

/// The texts of a tokenizer's files; of those that are not there, empty.
struct TokenizerTexts {
    std::string tokenizer = {};           ///< tokenizer.json
    std::string config = {};              ///< tokenizer_config.json
    std::string special_tokens_map = {};  ///< special_tokens_map.json
    std::string model = {};               ///< the model's config.json
    std::string chat_template = {};       ///< chat_template.jinja
};

/// A tokenizer from texts in memory; folder is where they are from, for errors. load_tokenizer() in
/// two steps.
Result<std::shared_ptr<const Tokenizer>> parse_tokenizer(TokenizerTexts texts,
                                                         const std::filesystem::path& folder);

/// What stands beside tokenizer.json.
struct TokenizerConfig {
    /// A token with a special meaning, as a file names it.
    struct Named {
        const char* role = "";  ///< "pad"
        std::optional<std::string> text = {};
        std::optional<std::int64_t> id = {};  ///< of config.json, where no text is given
        const char* file = "";
    };
    std::array<Named, 4> named = {Named{"pad"}, Named{"bos"}, Named{"eos"}, Named{"unk"}};
    std::vector<AddedToken> added;  ///< added_tokens_decoder
    /// Whether a text begins and ends with these tokens, where the file says so: this goes before
    /// what tokenizer.json says.
    std::optional<bool> add_bos, add_eos;
    std::optional<double> max_length;  ///< model_max_length
    /// tokenizer_config.json for the next save, with the chat template that stands beside it;
    /// empty: none
    std::string text;
};

/// Names of special tokens are from tokenizer_config.json, else special_tokens_map.json, else
/// config.json.
Result<TokenizerConfig> read_tokenizer_config(const TokenizerTexts& texts,
                                              const std::filesystem::path& folder);

/// The id of a text in the vocabulary, or nothing.
using IdOf = std::function<std::optional<std::int64_t>(const std::string&)>;

/// The ids of the named tokens. A token that is named but not in the vocabulary is an error.
Result<SpecialTokens> special_tokens(const TokenizerConfig& config, const IdOf& id_of,
                                     const std::filesystem::path& folder);
/// Puts the tokens of the configuration, and named ones that the vocabulary has, among the added
/// ones, as transformers does: of a token in both lists the configuration's flags count.
void complete_added_tokens(const TokenizerConfig& config, const IdOf& id_of,
                           std::vector<AddedToken>& added);

/// A tokenizer_config.json that names the special tokens. text_of: the text of an id.
std::string tokenizer_config_text(
    const SpecialTokens& special, std::optional<double> max_length,
    const std::function<std::optional<std::string>(std::int64_t)>& text_of);

}  // namespace plumb
