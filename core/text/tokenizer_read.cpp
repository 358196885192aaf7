// SPDX-License-Identifier: GPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "text/bpe_json.h"
#include "text/json_parts.h"
#include "text/tokenizer_config.h"
#include "text/vocabulary_tokenizer.h"

namespace plumb {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// Older files leave the type of a BPE model out.
bool is_bpe(const Json& json) {
    const Json& model = member(json, "model");
    return is_type(model, "BPE") || (model.contains("merges") && !model.contains("type"));
}

/// Empty where the file holds no plain vocabulary.
std::optional<TokenUnit> vocabulary_unit(const Json& json) {
    const Json& model = member(json, "model");
    const Json& splitter = member(json, "pre_tokenizer");
    if (is_type(model, "WordLevel") && is_type(splitter, "WhitespaceSplit")) return TokenUnit::word;
    const auto unset = [&](const char* key) {
        const Json& value = member(model, key);
        return value.is_null() || value == false || value == "" || value == 0.0;
    };
    const bool plain = unset("fuse_unk") && unset("byte_fallback") && unset("dropout") &&
                       unset("continuing_subword_prefix") && unset("end_of_word_suffix");
    if (is_bpe(json) && member(model, "merges").empty() && splitter.is_null() && plain)
        return TokenUnit::character;
    return std::nullopt;
}

/// A post-processor that puts the text down as it is, as transformers writes it.
bool adds_nothing(const Json& processor) {
    if (processor.is_null()) return true;
    if (!is_type(processor, "TemplateProcessing")) return false;
    const Json& single = member(processor, "single");
    return single.size() == 1 && single[0].contains("Sequence");
}

Status check_parts(const Json& json, const fs::path& path) {
    const auto refuse = [&](const char* key) -> Status {
        return invalid_input(path.string() + ": the " + key + " " + describe(member(json, key)) +
                             " is not understood.");
    };
    if (!member(json, "normalizer").is_null()) return refuse("normalizer");
    if (!adds_nothing(member(json, "post_processor"))) return refuse("post_processor");
    const Json& decoder = member(json, "decoder");
    if (!decoder.is_null() && !is_type(decoder, "Fuse")) return refuse("decoder");
    return {};
}

Result<Vocabulary> read_vocabulary(const Json& json, TokenUnit unit, const fs::path& path) {
    Vocabulary vocabulary;
    vocabulary.unit = unit;
    PLUMB_TRY_STATUS(check_parts(json, path));
    const Json& model = member(json, "model");
    for (const auto& [text, value] : model.at("vocab").items()) {
        PLUMB_TRY(const std::int64_t id, read_token_id(value, text, path));
        vocabulary.entries.emplace_back(text, id);
    }
    const Json& unknown = member(model, "unk_token");
    if (unknown.is_string()) vocabulary.unknown = unknown.get<std::string>();
    vocabulary.joined_by_blank = member(json, "decoder").is_null();
    PLUMB_TRY(vocabulary.added, read_added_tokens(json, path));
    if (vocabulary.entries.empty() && vocabulary.added.empty())
        return invalid_input(path.string() + " has an empty vocabulary.");
    return vocabulary;
}

std::optional<std::int64_t> id_of(const Vocabulary& vocabulary, const std::string& text) {
    for (const auto& token : vocabulary.added)
        if (token.content == text) return token.id;
    for (const auto& [entry, id] : vocabulary.entries)
        if (entry == text) return id;
    return std::nullopt;
}

Result<std::shared_ptr<const Tokenizer>> make_vocabulary_tokenizer(const Json& json, TokenUnit unit,
                                                                   const fs::path& folder) {
    PLUMB_TRY(Vocabulary vocabulary, read_vocabulary(json, unit, folder / "tokenizer.json"));
    PLUMB_TRY(const TokenizerConfig config,
              read_tokenizer_config(
                  folder, [&](const std::string& text) { return id_of(vocabulary, text); }));
    vocabulary.special = config.special;
    vocabulary.max_length = config.max_length;
    auto& special = vocabulary.special;
    if (!special.unk && vocabulary.unknown) special.unk = id_of(vocabulary, *vocabulary.unknown);
    return std::shared_ptr<const Tokenizer>(
        std::make_shared<VocabularyTokenizer>(std::move(vocabulary)));
}

Result<std::shared_ptr<const Tokenizer>> read_bpe_tokenizer(const Json& json,
                                                            const fs::path& folder) {
    PLUMB_TRY(BpeParts parts, read_bpe_parts(json, folder / "tokenizer.json"));
    const auto id_of = [&](const std::string& text) -> std::optional<std::int64_t> {
        for (const auto& token : parts.added)
            if (token.content == text) return token.id;
        for (const auto& [entry, id] : parts.entries)
            if (entry == text) return id;
        return std::nullopt;
    };
    PLUMB_TRY(const TokenizerConfig config, read_tokenizer_config(folder, id_of));
    parts.special = config.special;
    parts.config = config.text;
    if (!parts.special.unk && parts.unknown) parts.special.unk = id_of(*parts.unknown);
    return std::shared_ptr<const Tokenizer>(std::make_shared<BpeTokenizer>(std::move(parts)));
}

}  // namespace

Result<std::shared_ptr<const Tokenizer>> load_tokenizer(const fs::path& folder) {
    const fs::path path = folder / "tokenizer.json";
    PLUMB_TRY(const Json json, read_json_object<Json>(path));
    try {
        if (!member(json, "model").is_object())
            return invalid_input(path.string() + " has no model.");
        if (const auto unit = vocabulary_unit(json))
            return make_vocabulary_tokenizer(json, *unit, folder);
        if (is_bpe(json)) return read_bpe_tokenizer(json, folder);
        return invalid_input(path.string() + " holds a " + describe(member(json, "model")) +
                             " model with pre-tokenizer " +
                             describe(member(json, "pre_tokenizer")) +
                             ". Byte-pair encodings (BPE) and word vocabularies (WordLevel with "
                             "WhitespaceSplit) are understood.");
    } catch (const Json::exception& error) {
        return invalid_input(
            path.string() +
            " is not laid out as the tokenizers library writes it: " + error.what());
    }
}

}  // namespace plumb
