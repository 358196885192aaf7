// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "text/bpe_json.h"
#include "text/tokenizer_config.h"
#include "text/vocabulary_tokenizer.h"

namespace plumb {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// Larger ones are no tokenizers: those of the largest vocabularies have 40 MB.
constexpr std::uintmax_t largest_file = std::uintmax_t{512} << 20;

/// Older files leave the type of a BPE model out.
bool is_bpe(const TokenizerFile& file, const JsonPart& model) {
    return model.is_type("BPE") || (file.has_merges && model.member("type").is_null());
}

/// Empty where the file holds no plain vocabulary.
std::optional<TokenUnit> vocabulary_unit(const TokenizerFile& file, const JsonPart& root) {
    const JsonPart model = root.member("model");
    const JsonPart splitter = root.member("pre_tokenizer");
    if (model.is_type("WordLevel") && splitter.is_type("WhitespaceSplit")) return TokenUnit::word;
    const auto unset = [&](const char* key) {
        const Json& value = model.member(key).json();
        return value.is_null() || value == false || value == "" || value == 0.0;
    };
    const bool plain = unset("fuse_unk") && unset("byte_fallback") && unset("dropout") &&
                       unset("continuing_subword_prefix") && unset("end_of_word_suffix");
    const JsonPart decoder = root.member("decoder");
    if (is_bpe(file, model) && file.merge_parts.empty() && splitter.is_null() && plain &&
        root.member("normalizer").is_null() && (decoder.is_null() || decoder.is_type("Fuse")))
        return TokenUnit::character;
    return std::nullopt;
}

/// A post-processor that puts the text down as it is, as transformers writes it.
bool adds_nothing(const JsonPart& processor) {
    if (processor.is_null()) return true;
    if (!processor.is_type("TemplateProcessing")) return false;
    const Json& single = processor.member("single").json();
    return single.is_array() && single.size() == 1 && single[0].is_object() &&
           single[0].contains("Sequence");
}

Status check_parts(const JsonPart& root) {
    const auto refuse = [&](const char* key) -> Status {
        return root.member(key).error(root.member(key).describe() + " is not understood.");
    };
    if (!root.member("normalizer").is_null()) return refuse("normalizer");
    if (!adds_nothing(root.member("post_processor"))) return refuse("post_processor");
    const JsonPart decoder = root.member("decoder");
    if (!decoder.is_null() && !decoder.is_type("Fuse")) return refuse("decoder");
    return {};
}

using Loaded = Result<std::shared_ptr<const Tokenizer>>;

Loaded read_vocabulary_tokenizer(const TokenizerFile& file, const JsonPart& root, TokenUnit unit,
                                 const TokenizerConfig& config, const fs::path& folder) {
    const fs::path path = folder / "tokenizer.json";
    PLUMB_TRY_STATUS(check_parts(root));
    const JsonPart model = root.member("model");
    if (!file.has_vocabulary)
        return model.member("vocab").error("is missing, or no object of tokens and ids.");
    Vocabulary vocabulary;
    vocabulary.unit = unit;
    PLUMB_TRY(const TokenTable table, table_of(file.vocabulary, path));
    vocabulary.entries.reserve(file.vocabulary.size());
    for (std::size_t i = 0; i < file.vocabulary.size(); ++i)
        vocabulary.entries.emplace_back(file.vocabulary.text(i), file.vocabulary.id(i));
    PLUMB_TRY(std::vector<AddedToken> added, read_added_tokens(root));
    const IdOf id_of = [&](const std::string& text) -> std::optional<std::int64_t> {
        if (const std::int32_t id = table.find(text); id >= 0) return id;
        const auto token = std::ranges::find(added, text, &AddedToken::content);
        return token == added.end() ? std::nullopt : std::optional(token->id);
    };
    complete_added_tokens(config, id_of, added);
    PLUMB_TRY_STATUS(check_added_tokens(added, table, path));
    PLUMB_TRY(vocabulary.special, special_tokens(config, id_of, folder));
    vocabulary.added = std::move(added);
    if (vocabulary.entries.empty() && vocabulary.added.empty())
        return invalid_input(path.string() + " has an empty vocabulary.");
    PLUMB_TRY(vocabulary.unknown, model.optional_text("unk_token"));
    vocabulary.joined_by_blank = root.member("decoder").is_null();
    vocabulary.max_length = config.max_length;
    auto& special = vocabulary.special;
    if (!special.unk && vocabulary.unknown) special.unk = id_of(*vocabulary.unknown);
    return Loaded(std::make_shared<VocabularyTokenizer>(std::move(vocabulary)));
}

/// A file that may be missing.
Result<std::string> read_if_there(const fs::path& path) {
    std::error_code ignored;
    const std::uintmax_t size = fs::file_size(path, ignored);
    if (!ignored && size > largest_file)
        return invalid_input(path.string() + " has " + std::to_string(size >> 20) +
                             " MB, more than any tokenizer needs.");
    if (!fs::exists(path, ignored)) return std::string();
    return read_file(path);
}

}  // namespace

Result<std::shared_ptr<const Tokenizer>> parse_tokenizer(TokenizerTexts texts,
                                                         const fs::path& folder) {
    const fs::path path = folder / "tokenizer.json";
    PLUMB_TRY(TokenizerFile file, parse_tokenizer_file(std::exchange(texts.tokenizer, {}), path));
    const JsonPart root(*file.rest, "", path);
    const JsonPart model = root.member("model");
    if (!model.json().is_object()) return invalid_input(path.string() + " has no model.");
    const auto unit = vocabulary_unit(file, root);
    if (!unit && !is_bpe(file, model))
        return invalid_input(path.string() + " holds a " + model.describe() +
                             " model with pre-tokenizer " +
                             root.member("pre_tokenizer").describe() +
                             ". Byte-pair encodings (BPE) and word vocabularies (WordLevel with "
                             "WhitespaceSplit) are understood.");
    PLUMB_TRY(const TokenizerConfig config, read_tokenizer_config(texts, folder));
    if (unit) return read_vocabulary_tokenizer(file, root, *unit, config, folder);
    PLUMB_TRY(BpeParts parts, read_bpe_parts(file, config, folder));
    return std::shared_ptr<const Tokenizer>(std::make_shared<BpeTokenizer>(std::move(parts)));
}

Result<std::shared_ptr<const Tokenizer>> load_tokenizer(const fs::path& folder) {
    if (!fs::exists(folder / "tokenizer.json")) {
        // For the error.
        PLUMB_TRY(const std::string missing, read_file(folder / "tokenizer.json"));
    }
    TokenizerTexts texts;
    PLUMB_TRY(texts.tokenizer, read_if_there(folder / "tokenizer.json"));
    PLUMB_TRY(texts.config, read_if_there(folder / "tokenizer_config.json"));
    PLUMB_TRY(texts.special_tokens_map, read_if_there(folder / "special_tokens_map.json"));
    PLUMB_TRY(texts.model, read_if_there(folder / "config.json"));
    PLUMB_TRY(texts.chat_template, read_if_there(folder / "chat_template.jinja"));
    return parse_tokenizer(std::move(texts), folder);
}

}  // namespace plumb
