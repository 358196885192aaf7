// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// The parts of a tokenizer.json, each read and written by a function of its own. What is not
// understood, or is of another type, is an error that names file and key.

#include <filesystem>
#include <functional>

#include "base/result.h"
#include "text/bpe_tokenizer.h"
#include "text/json_part.h"
#include "text/tokenizer_config.h"
#include "text/tokenizer_file.h"

namespace plumb {

/// What a file with a BPE model says, and what stands beside it. Takes the vocabulary out of the
/// file.
Result<BpeParts> read_bpe_parts(TokenizerFile& file, const TokenizerConfig& config,
                                const std::filesystem::path& folder);

/// The list added_tokens; empty where the file has none.
Result<std::vector<AddedToken>> read_added_tokens(const JsonPart& file);
/// One of them, with its id given apart.
Result<AddedToken> read_added_token(const JsonPart& part, std::int64_t id);
/// A vocabulary by id and by text. An error where two tokens have one id or one text.
Result<TokenTable> table_of(const TokenList& vocabulary, const std::filesystem::path& path);
/// An error where an added token has the id of another one or of another text of the vocabulary, or
/// another id than there.
Status check_added_tokens(const std::vector<AddedToken>& added, const TokenTable& vocabulary,
                          const std::filesystem::path& path);
Result<Normalizer> read_normalizer(const JsonPart& normalizer);
/// Pattern and content of a Replace.
Result<Normalizer::Step> read_replace(const JsonPart& part);
/// Also fills byte_level.
Result<PreTokenizer> read_pre_tokenizer(const JsonPart& pre_tokenizer, bool& byte_level);
Result<PreTokenizer::Step::Prepend> read_prepend_scheme(const JsonPart& metaspace);

/// The list as the library writes it.
nlohmann::ordered_json added_tokens_json(std::vector<AddedToken> tokens);
/// The layout of a byte-level tokenizer as it is made from text.
std::string byte_level_layout();

/// Writes tokenizer.json and tokenizer_config.json, each through a temporary name. in_model:
/// whether an id belongs into the model's vocabulary, which lacks some added tokens.
Status write_bpe_files(const BpeTokenizer& tokenizer,
                       const std::function<bool(std::int64_t)>& in_model, const BpeParts& parts,
                       const std::filesystem::path& folder);

}  // namespace plumb
