// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "text/bpe_json.h"
#include "text/tokenizer_config.h"

namespace plumb {
namespace {

using Json = nlohmann::ordered_json;

Json vocabulary_json(const BpeTokenizer& tokenizer,
                     const std::function<bool(std::int64_t)>& in_model) {
    // The texts are distinct; the object's own insert would search all of them each time.
    Json map = Json::object();
    auto& object = map.get_ref<Json::object_t&>();
    for (std::int64_t id = 0; id < tokenizer.vocab_size(); ++id)
        if (in_model(id)) object.Json::object_t::Container::emplace_back(tokenizer.token(id), id);
    return map;
}

Json merges_json(const BpeTokenizer& tokenizer) {
    Json merges = Json::array();
    for (const Merge& merge : tokenizer.merges())
        merges.push_back({tokenizer.token(merge.left), tokenizer.token(merge.right)});
    return merges;
}

}  // namespace

Json added_tokens_json(std::vector<AddedToken> tokens) {
    std::ranges::sort(tokens, {}, &AddedToken::id);
    Json list = Json::array();
    for (const AddedToken& token : tokens)
        list.push_back({{"id", token.id},
                        {"content", token.content},
                        {"single_word", token.single_word},
                        {"lstrip", token.lstrip},
                        {"rstrip", token.rstrip},
                        {"normalized", token.normalized},
                        {"special", token.special}});
    return list;
}

std::string byte_level_layout() {
    const Json byte_level = {{"add_prefix_space", false},
                             {"trim_offsets", true},
                             {"type", "ByteLevel"},
                             {"use_regex", true}};
    const Json layout = {{"version", "1.0"},
                         {"truncation", nullptr},
                         {"padding", nullptr},
                         {"added_tokens", Json::array()},
                         {"normalizer", nullptr},
                         {"pre_tokenizer", byte_level},
                         {"post_processor", byte_level},
                         {"decoder", byte_level},
                         {"model",
                          {{"type", "BPE"},
                           {"byte_fallback", false},
                           {"continuing_subword_prefix", nullptr},
                           {"dropout", nullptr},
                           {"end_of_word_suffix", nullptr},
                           {"fuse_unk", false},
                           {"ignore_merges", false},
                           {"unk_token", nullptr}}}};
    return layout.dump();
}

Status write_bpe_files(const BpeTokenizer& tokenizer,
                       const std::function<bool(std::int64_t)>& in_model, const BpeParts& parts,
                       const std::filesystem::path& folder) {
    Json json = Json::parse(parts.layout);
    json["added_tokens"] = added_tokens_json(parts.added);
    json["model"]["vocab"] = vocabulary_json(tokenizer, in_model);
    json["model"]["merges"] = merges_json(tokenizer);
    PLUMB_TRY_STATUS(write_file_atomic(folder / "tokenizer.json", json.dump(2) + "\n"));
    const std::string config =
        !parts.config.empty()
            ? parts.config
            : tokenizer_config_text(parts.special, std::nullopt,
                                    [&](std::int64_t id) { return tokenizer.token(id); });
    return write_file_atomic(folder / "tokenizer_config.json", config);
}

}  // namespace plumb
