// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "text/token_list.h"

namespace plumb {

/// Ids up to here are taken from a file: 16 million, a hundred times what vocabularies have.
inline constexpr std::int64_t largest_token_id = (1 << 24) - 1;

/// A tokenizer.json: what is large in it apart from the rest.
struct TokenizerFile {
    std::shared_ptr<const nlohmann::json> rest;  ///< an object; without vocabulary and merges
    TokenList vocabulary;                        ///< model.vocab, in the order of the file
    TokenList merge_parts;        ///< model.merges: left and right of each in turn; no ids
    bool has_vocabulary = false;  ///< whether model.vocab is there, as an object
    bool has_merges = false;      ///< whether model.merges is there
};

/// Reads it in one pass, so that memory stays a small multiple of the file's size whatever is in
/// it. Errors, which name path and key: no JSON object, a value of another type in the vocabulary
/// or among the merges, an id that is no usable number, more nesting or values than a tokenizer
/// has.
Result<TokenizerFile> parse_tokenizer_file(std::string_view text,
                                           const std::filesystem::path& path);

/// A JSON object of a file beside it, with the same limits.
Result<nlohmann::json> parse_json_object(std::string_view text, const std::filesystem::path& path);

}  // namespace plumb
