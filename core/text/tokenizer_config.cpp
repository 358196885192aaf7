// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/tokenizer_config.h"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include "text/bpe_json.h"

namespace plumb {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* config_file = "tokenizer_config.json";

Result<Json> parsed(const std::string& text, const fs::path& path) {
    if (text.empty()) return Json(Json::object());
    return parse_json_object(text, path);
}

/// The text of "pad_token", given as it is or as {"content": text}.
Result<std::optional<std::string>> named_text(const JsonPart& names, const std::string& key) {
    const JsonPart named = names.member(key);
    if (named.json().is_object()) return named.optional_text("content");
    return names.optional_text(key);
}

/// The first id of "pad_token_id"; empty where there is none that is usable.
std::optional<std::int64_t> named_id(const Json& model, const std::string& key) {
    const auto found = model.find(key);
    if (found == model.end()) return std::nullopt;
    const Json& id = found->is_array() && !found->empty() ? (*found)[0] : *found;
    if (!id.is_number_integer() || id < 0 || id > largest_token_id) return std::nullopt;
    return id.get<std::int64_t>();
}

Result<std::optional<bool>> optional_flag(const JsonPart& names, const char* key) {
    if (names.member(key).is_null()) return std::optional<bool>();
    PLUMB_TRY(const bool value, names.flag(key, false));
    return std::optional(value);
}

/// {"7": {"content": "<s>", ...}, ...}
Result<std::vector<AddedToken>> read_added_tokens_decoder(const JsonPart& names) {
    std::vector<AddedToken> added;
    const JsonPart decoder = names.member("added_tokens_decoder");
    if (decoder.is_null()) return added;
    if (!decoder.json().is_object()) return decoder.error("is no object of ids and tokens.");
    for (const auto& [key, value] : decoder.json().items()) {
        const JsonPart part = decoder.member(key);
        std::int64_t id = -1;
        const auto [end, problem] = std::from_chars(key.data(), key.data() + key.size(), id);
        if (problem != std::errc() || end != key.data() + key.size())
            return part.error("has no usable id; its key is no whole number.");
        PLUMB_TRY(AddedToken token, read_added_token(part, id));
        added.push_back(std::move(token));
    }
    std::ranges::sort(added, {}, &AddedToken::id);
    return added;
}

/// The configuration with what stands in files beside it alone: names of special_tokens_map.json,
/// and the chat template.
std::string completed(const TokenizerTexts& texts, const TokenizerConfig& config) {
    auto json = nlohmann::ordered_json::parse(texts.config);
    bool changed = !texts.chat_template.empty();
    if (changed) json["chat_template"] = texts.chat_template;
    for (const auto& named : config.named) {
        if (!named.text || named.file == config_file) continue;
        json[std::string(named.role) + "_token"] = *named.text;
        changed = true;
    }
    return changed ? json.dump(2) + "\n" : texts.config;
}

}  // namespace

Result<TokenizerConfig> read_tokenizer_config(const TokenizerTexts& texts, const fs::path& folder) {
    TokenizerConfig config;
    constexpr const char* map_file = "special_tokens_map.json";
    PLUMB_TRY(const Json names_json, parsed(texts.config, folder / config_file));
    PLUMB_TRY(const Json map_json, parsed(texts.special_tokens_map, folder / map_file));
    PLUMB_TRY(const Json model, parsed(texts.model, folder / "config.json"));
    const JsonPart names(names_json, "", folder / config_file);
    const JsonPart map(map_json, "", folder / map_file);
    for (auto& named : config.named) {
        const std::string key = std::string(named.role) + "_token";
        named.file = config_file;
        PLUMB_TRY(named.text, named_text(names, key));
        if (!named.text && !names_json.contains(key)) {
            named.file = map_file;
            PLUMB_TRY(named.text, named_text(map, key));
        }
        if (!named.text) named.id = named_id(model, key + "_id");
    }
    PLUMB_TRY(config.added, read_added_tokens_decoder(names));
    PLUMB_TRY(config.add_bos, optional_flag(names, "add_bos_token"));
    PLUMB_TRY(config.add_eos, optional_flag(names, "add_eos_token"));
    const Json& length = names.member("model_max_length").json();
    if (length.is_number()) config.max_length = length.get<double>();
    if (!texts.config.empty()) config.text = completed(texts, config);
    return config;
}

Result<SpecialTokens> special_tokens(const TokenizerConfig& config, const IdOf& id_of,
                                     const fs::path& folder) {
    SpecialTokens special;
    const std::array<std::optional<std::int64_t>*, 4> ids = {&special.pad, &special.bos,
                                                             &special.eos, &special.unk};
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const TokenizerConfig::Named& named = config.named[i];
        *ids[i] = named.id;
        if (!named.text) continue;
        *ids[i] = id_of(*named.text);
        if (!*ids[i])
            return invalid_input((folder / named.file).string() + ": " + named.role + "_token \"" +
                                 *named.text + "\" is not in the vocabulary of tokenizer.json.");
    }
    return special;
}

void complete_added_tokens(const TokenizerConfig& config, const IdOf& id_of,
                           std::vector<AddedToken>& added) {
    for (const AddedToken& token : config.added) {
        const auto same = std::ranges::find_if(added, [&](const AddedToken& other) {
            return other.content == token.content && other.id == token.id;
        });
        if (same == added.end())
            added.push_back(token);
        else
            *same = token;
    }
    for (const auto& named : config.named) {
        const auto id = named.text ? id_of(*named.text) : std::nullopt;
        if (id && std::ranges::find(added, *named.text, &AddedToken::content) == added.end())
            added.push_back({.id = *id, .content = *named.text});
    }
}

std::string tokenizer_config_text(
    const SpecialTokens& special, std::optional<double> max_length,
    const std::function<std::optional<std::string>(std::int64_t)>& text_of) {
    nlohmann::ordered_json json;
    json["tokenizer_class"] = "PreTrainedTokenizerFast";
    // The library's own value for "no limit".
    json["model_max_length"] = max_length.value_or(1e30);
    json["clean_up_tokenization_spaces"] = false;
    for (const auto& [key, id] : {std::pair("bos_token", special.bos),
                                  {"eos_token", special.eos},
                                  {"pad_token", special.pad},
                                  {"unk_token", special.unk}})
        if (const auto text = id ? text_of(*id) : std::nullopt) json[key] = *text;
    return json.dump(2) + "\n";
}

}  // namespace plumb
