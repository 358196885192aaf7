// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/vocabulary_tokenizer.h"

#include "text/tokenizer_json.h"
#include "text/unicode.h"

namespace plumb {

VocabularyTokenizer::VocabularyTokenizer(Vocabulary vocabulary)
    : vocabulary_(std::move(vocabulary)),
      words_(vocabulary_.unit == TokenUnit::word ? vocabulary_.entries.size() : 0) {
    for (const auto& [text, id] : vocabulary_.entries) {
        set_token(id, text, false);
        if (vocabulary_.unknown == text) unknown_id_ = id;
        if (vocabulary_.unit == TokenUnit::word) {
            words_.insert(text, id);
        } else if (!text.empty()) {
            const CodePoint point = code_point_at(text, 0);
            if (point.value && point.length == text.size()) characters_.insert(*point.value, id);
        }
    }
    std::vector<AddedToken> first, second;
    for (const auto& added : vocabulary_.added) {
        set_token(added.id, added.content, added.special);
        (added.normalized ? second : first).push_back(added);
    }
    for (auto* tokens : {&first, &second})
        if (!tokens->empty()) passes_.emplace_back(std::move(*tokens));
}

void VocabularyTokenizer::set_token(std::int64_t id, const std::string& text, bool special) {
    const auto index = static_cast<std::size_t>(id);
    if (index >= tokens_.size()) tokens_.resize(index + 1);
    tokens_[index] = {text, true, special};
}

const VocabularyTokenizer::Token* VocabularyTokenizer::find_token(std::int64_t id) const {
    if (id < 0 || id >= vocab_size()) return nullptr;
    const Token& token = tokens_[static_cast<std::size_t>(id)];
    return token.exists ? &token : nullptr;
}

std::vector<std::int64_t> VocabularyTokenizer::encode(std::string_view text) const {
    std::vector<std::int64_t> ids;
    if (vocabulary_.unit == TokenUnit::character) ids.reserve(text.size());
    encode_from(0, text, ids);
    return ids;
}

void VocabularyTokenizer::encode_from(std::size_t pass, std::string_view text,
                                      std::vector<std::int64_t>& ids) const {
    if (pass == passes_.size()) {
        if (vocabulary_.unit == TokenUnit::character) return encode_characters(text, ids);
        return encode_words(text, ids);
    }
    passes_[pass].split(
        text, [&](std::string_view part) { encode_from(pass + 1, part, ids); },
        [&](std::int64_t id) { ids.push_back(id); });
}

void VocabularyTokenizer::encode_characters(std::string_view text,
                                            std::vector<std::int64_t>& ids) const {
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint point = code_point_at(text, i);
        std::int64_t id = point.value ? characters_.find(*point.value) : -1;
        if (id < 0) id = unknown_id_;
        if (id >= 0) ids.push_back(id);
        i += point.length;
    }
}

void VocabularyTokenizer::encode_words(std::string_view text,
                                       std::vector<std::int64_t>& ids) const {
    for_each_word(text, [&](std::string_view word) {
        std::int64_t id = words_.find(word);
        if (id < 0) id = unknown_id_;
        if (id >= 0) ids.push_back(id);
    });
}

std::string VocabularyTokenizer::decode(std::span<const std::int64_t> ids,
                                        bool skip_special) const {
    std::string text;
    bool first = true;
    for (const std::int64_t id : ids) {
        const Token* token = find_token(id);
        if (token && token->special && skip_special) continue;
        if (!first && vocabulary_.joined_by_blank) text += ' ';
        first = false;
        text += token ? std::string_view(token->text) : replacement_character;
    }
    return text;
}

std::vector<std::int64_t> VocabularyTokenizer::byte_counts(
    std::span<const std::int64_t> ids) const {
    std::vector<std::int64_t> counts;
    for (const std::int64_t id : ids) {
        const Token* token = find_token(id);
        const bool blank = vocabulary_.joined_by_blank && !counts.empty();
        counts.push_back(static_cast<std::int64_t>(
            (token ? token->text.size() : replacement_character.size()) + blank));
    }
    return counts;
}

std::string VocabularyTokenizer::token(std::int64_t id) const {
    const Token* token = find_token(id);
    return token ? token->text : std::string(replacement_character);
}

Status VocabularyTokenizer::save(const std::filesystem::path& folder) const {
    return write_tokenizer_files(vocabulary_, folder);
}

}  // namespace plumb
