// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "text/tokenizer_json.h"

namespace plumb {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::int64_t largest_id = (1 << 24) - 1;

Result<Json> read_json(const fs::path& path) {
    PLUMB_TRY(const std::string text, read_file(path));
    try {
        Json json = Json::parse(text);
        if (!json.is_object())
            return invalid_input(path.string() + " does not hold a JSON object.");
        return json;
    } catch (const Json::exception& error) {
        return invalid_input(path.string() + " is not valid JSON: " + error.what());
    }
}

/// The member, or null where it is missing.
const Json& member(const Json& object, const char* key) {
    static const Json null;
    const auto found = object.find(key);
    return found == object.end() ? null : *found;
}

/// "WhitespaceSplit", "Sequence of Digits and ByteLevel", "none".
std::string describe(const Json& part) {
    if (!part.is_object()) return "none";
    const std::string type = part.value("type", "of unknown type");
    for (const char* key : {"pretokenizers", "normalizers", "decoders", "processors"}) {
        const Json& parts = member(part, key);
        if (!parts.is_array()) continue;
        std::string list;
        for (const Json& inner : parts) list += (list.empty() ? "" : " and ") + describe(inner);
        return type + " of " + list;
    }
    return type;
}

bool is_type(const Json& part, const char* type) {
    return part.is_object() && part.value("type", "") == type;
}

/// Character or word, or the reason why it is neither.
Result<TokenUnit> find_unit(const Json& json, const fs::path& path) {
    const Json& model = member(json, "model");
    const Json& splitter = member(json, "pre_tokenizer");
    if (!model.is_object()) return invalid_input(path.string() + " has no model.");
    // Older files leave the type of a BPE model out.
    const bool is_bpe =
        is_type(model, "BPE") || (model.contains("merges") && !model.contains("type"));
    if (is_type(model, "WordLevel") && is_type(splitter, "WhitespaceSplit")) return TokenUnit::word;
    const auto unset = [&](const char* key) {
        const Json& value = member(model, key);
        return value.is_null() || value == false || value == "" || value == 0.0;
    };
    const bool plain = unset("fuse_unk") && unset("byte_fallback") && unset("dropout") &&
                       unset("continuing_subword_prefix") && unset("end_of_word_suffix");
    if (is_bpe && member(model, "merges").empty() && splitter.is_null() && plain)
        return TokenUnit::character;
    const std::string merges =
        is_bpe && !member(model, "merges").empty()
            ? " with " + std::to_string(member(model, "merges").size()) + " merges"
            : "";
    return invalid_input(path.string() + " holds a " + (is_bpe ? "BPE" : describe(model)) +
                         " model" + merges + " with pre-tokenizer " + describe(splitter) +
                         ". Only character vocabularies (BPE without merges and without "
                         "pre-tokenizer) and word vocabularies (WordLevel with WhitespaceSplit) "
                         "are understood.");
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

Result<std::int64_t> read_id(const Json& value, const std::string& text, const fs::path& path) {
    if (!value.is_number_integer() || value < 0 || value > largest_id)
        return invalid_input(path.string() + ": token \"" + text + "\" has no usable id.");
    return value.get<std::int64_t>();
}

Status read_added(const Json& list, const fs::path& path, Vocabulary& vocabulary) {
    for (const Json& entry : list) {
        AddedToken token;
        token.content = entry.at("content").get<std::string>();
        PLUMB_TRY(token.id, read_id(entry.at("id"), token.content, path));
        for (const char* key : {"single_word", "lstrip", "rstrip"})
            if (entry.value(key, false))
                return invalid_input(path.string() + ": added token \"" + token.content +
                                     "\" sets " + key + ", which is not understood.");
        token.special = entry.value("special", false);
        token.normalized = entry.value("normalized", !token.special);
        vocabulary.added.push_back(std::move(token));
    }
    return {};
}

Result<Vocabulary> read_vocabulary(const fs::path& path) {
    PLUMB_TRY(const Json json, read_json(path));
    Vocabulary vocabulary;
    PLUMB_TRY(vocabulary.unit, find_unit(json, path));
    PLUMB_TRY_STATUS(check_parts(json, path));
    const Json& model = member(json, "model");
    for (const auto& [text, value] : model.at("vocab").items()) {
        PLUMB_TRY(const std::int64_t id, read_id(value, text, path));
        vocabulary.entries.emplace_back(text, id);
    }
    const Json& unknown = member(model, "unk_token");
    if (unknown.is_string()) vocabulary.unknown = unknown.get<std::string>();
    vocabulary.joined_by_blank = member(json, "decoder").is_null();
    if (json.contains("added_tokens"))
        PLUMB_TRY_STATUS(read_added(json["added_tokens"], path, vocabulary));
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

/// The id of the token that tokenizer_config.json names, as text or as {"content": text}; else the
/// first id that config.json gives.
Result<std::optional<std::int64_t>> special_id(const Vocabulary& vocabulary, const Json& names,
                                               const Json& model, const std::string& role,
                                               const fs::path& folder) {
    const Json& named = member(names, (role + "_token").c_str());
    const Json& content = named.is_object() ? member(named, "content") : named;
    if (content.is_string()) {
        const std::optional<std::int64_t> id = id_of(vocabulary, content.get<std::string>());
        if (!id)
            return invalid_input((folder / "tokenizer_config.json").string() + ": " + role +
                                 "_token \"" + content.get<std::string>() +
                                 "\" is not in the vocabulary of tokenizer.json.");
        return id;
    }
    const Json& given = member(model, (role + "_token_id").c_str());
    const Json& id = given.is_array() && !given.empty() ? given[0] : given;
    if (!id.is_number_integer()) return std::optional<std::int64_t>();
    return std::optional(id.get<std::int64_t>());
}

Status read_special(const fs::path& folder, Vocabulary& vocabulary) {
    Json names = Json::object(), model = Json::object();
    for (auto& [file, json] : {std::pair<const char*, Json*>("tokenizer_config.json", &names),
                               {"config.json", &model}}) {
        if (!fs::exists(folder / file)) continue;
        PLUMB_TRY(*json, read_json(folder / file));
    }
    auto& special = vocabulary.special;
    PLUMB_TRY(special.pad, special_id(vocabulary, names, model, "pad", folder));
    PLUMB_TRY(special.bos, special_id(vocabulary, names, model, "bos", folder));
    PLUMB_TRY(special.eos, special_id(vocabulary, names, model, "eos", folder));
    PLUMB_TRY(special.unk, special_id(vocabulary, names, model, "unk", folder));
    if (!special.unk && vocabulary.unknown) special.unk = id_of(vocabulary, *vocabulary.unknown);
    const Json& length = member(names, "model_max_length");
    if (length.is_number()) vocabulary.max_length = length.get<double>();
    return {};
}

}  // namespace

Result<Vocabulary> read_tokenizer_files(const fs::path& folder) {
    try {
        PLUMB_TRY(Vocabulary vocabulary, read_vocabulary(folder / "tokenizer.json"));
        PLUMB_TRY_STATUS(read_special(folder, vocabulary));
        return vocabulary;
    } catch (const Json::exception& error) {
        return invalid_input(
            (folder / "tokenizer.json").string() +
            " is not laid out as the tokenizers library writes it: " + error.what());
    }
}

Result<std::shared_ptr<const Tokenizer>> load_tokenizer(const fs::path& folder) {
    PLUMB_TRY(Vocabulary vocabulary, read_tokenizer_files(folder));
    return std::shared_ptr<const Tokenizer>(
        std::make_shared<VocabularyTokenizer>(std::move(vocabulary)));
}

}  // namespace plumb
