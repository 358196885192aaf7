// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "text/bpe_json.h"
#include "text/tokenizer_config.h"
#include "text/tokenizer_json.h"

namespace plumb {
namespace {

using Json = nlohmann::ordered_json;

Json entries_json(const Vocabulary& vocabulary) {
    auto entries = vocabulary.entries;
    std::sort(entries.begin(), entries.end(),
              [](const auto& a, const auto& b) { return a.second < b.second; });
    // The texts are distinct; the object's own insert would search all of them each time.
    Json map = Json::object();
    auto& object = map.get_ref<Json::object_t&>();
    for (const auto& [text, id] : entries) object.Json::object_t::Container::emplace_back(text, id);
    return map;
}

/// A BPE model without merges is the library's one-token-a-character model: it leaves every code
/// point alone, and with no unk_token it leaves unknown ones out, which WordLevel cannot.
Json model_json(const Vocabulary& vocabulary) {
    const Json unknown = vocabulary.unknown ? Json(*vocabulary.unknown) : Json(nullptr);
    if (vocabulary.unit == TokenUnit::word)
        return {{"type", "WordLevel"}, {"vocab", entries_json(vocabulary)}, {"unk_token", unknown}};
    return {{"type", "BPE"},
            {"dropout", nullptr},
            {"unk_token", unknown},
            {"continuing_subword_prefix", nullptr},
            {"end_of_word_suffix", nullptr},
            {"fuse_unk", false},
            {"byte_fallback", false},
            {"ignore_merges", false},
            {"vocab", entries_json(vocabulary)},
            {"merges", Json::array()}};
}

Json tokenizer_json(const Vocabulary& vocabulary) {
    Json json;
    json["version"] = "1.0";
    json["truncation"] = nullptr;
    json["padding"] = nullptr;
    json["added_tokens"] = added_tokens_json(vocabulary.added);
    json["normalizer"] = nullptr;
    json["pre_tokenizer"] = nullptr;
    if (vocabulary.unit == TokenUnit::word) json["pre_tokenizer"] = {{"type", "WhitespaceSplit"}};
    json["post_processor"] = nullptr;
    json["decoder"] = nullptr;
    if (!vocabulary.joined_by_blank) json["decoder"] = {{"type", "Fuse"}};
    json["model"] = model_json(vocabulary);
    return json;
}

std::optional<std::string> text_of(const Vocabulary& vocabulary, std::int64_t id) {
    for (const auto& token : vocabulary.added)
        if (token.id == id) return token.content;
    for (const auto& [text, entry] : vocabulary.entries)
        if (entry == id) return text;
    return std::nullopt;
}

}  // namespace

Status write_tokenizer_files(const Vocabulary& vocabulary, const std::filesystem::path& folder) {
    PLUMB_TRY_STATUS(
        write_file_atomic(folder / "tokenizer.json", tokenizer_json(vocabulary).dump(2) + "\n"));
    return write_file_atomic(
        folder / "tokenizer_config.json",
        tokenizer_config_text(vocabulary.special, vocabulary.max_length,
                              [&](std::int64_t id) { return text_of(vocabulary, id); }));
}

}  // namespace plumb
