// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/tokenizer_config.h"

#include <nlohmann/json.hpp>

#include "text/json_parts.h"

namespace plumb {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using IdOf = std::function<std::optional<std::int64_t>(const std::string&)>;

/// The id of the token that tokenizer_config.json names, as text or as {"content": text}; else the
/// first id that config.json gives.
Result<std::optional<std::int64_t>> special_id(const IdOf& id_of, const Json& names,
                                               const Json& model, const std::string& role,
                                               const fs::path& folder) {
    const Json& named = member(names, (role + "_token").c_str());
    const Json& content = named.is_object() ? member(named, "content") : named;
    if (content.is_string()) {
        const std::optional<std::int64_t> id = id_of(content.get<std::string>());
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

}  // namespace

Result<TokenizerConfig> read_tokenizer_config(const fs::path& folder, const IdOf& id_of) {
    TokenizerConfig config;
    Json names = Json::object(), model = Json::object();
    for (auto& [file, json] : {std::pair<const char*, Json*>("tokenizer_config.json", &names),
                               {"config.json", &model}}) {
        if (!fs::exists(folder / file)) continue;
        PLUMB_TRY(*json, read_json_object<Json>(folder / file));
    }
    if (!names.empty()) {
        PLUMB_TRY(config.text, read_file(folder / "tokenizer_config.json"));
    }
    auto& special = config.special;
    PLUMB_TRY(special.pad, special_id(id_of, names, model, "pad", folder));
    PLUMB_TRY(special.bos, special_id(id_of, names, model, "bos", folder));
    PLUMB_TRY(special.eos, special_id(id_of, names, model, "eos", folder));
    PLUMB_TRY(special.unk, special_id(id_of, names, model, "unk", folder));
    const Json& length = member(names, "model_max_length");
    if (length.is_number()) config.max_length = length.get<double>();
    return config;
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
