// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <unordered_map>

#include "base/check.h"
#include "text/unicode.h"
#include "text/vocabulary_tokenizer.h"

namespace plumb {
namespace {

AddedToken special_token(std::int64_t id, std::string content) {
    return {.id = id, .content = std::move(content), .special = true, .normalized = false};
}

/// pad 0, eos 1, unk 2: what every tokenizer made from text starts with.
Vocabulary with_special_tokens(TokenUnit unit) {
    Vocabulary vocabulary;
    vocabulary.unit = unit;
    vocabulary.joined_by_blank = unit == TokenUnit::word;
    vocabulary.unknown = "<unk>";
    vocabulary.special = {.pad = 0, .bos = std::nullopt, .eos = 1, .unk = 2};
    for (const char* content : {"<pad>", "<eos>", "<unk>"}) {
        const auto id = static_cast<std::int64_t>(vocabulary.entries.size());
        vocabulary.entries.emplace_back(content, id);
        vocabulary.added.push_back(special_token(id, content));
    }
    return vocabulary;
}

using Counts = std::unordered_map<std::string_view, std::int64_t>;

void count_characters(std::string_view text, Counts& counts) {
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint point = code_point_at(text, i);
        if (point.value) ++counts[text.substr(i, point.length)];
        i += point.length;
    }
}

void count_words(std::string_view text, Counts& counts) {
    for_each_word(text, [&](std::string_view word) { ++counts[word]; });
}

/// Adds the most frequent entries; the order of UTF-8 bytes is that of code points.
void add_most_frequent(const Counts& counts, std::int64_t vocab_size, Vocabulary& vocabulary) {
    std::vector<std::pair<std::string_view, std::int64_t>> entries(counts.begin(), counts.end());
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    for (const auto& [text, count] : entries) {
        const auto id = static_cast<std::int64_t>(vocabulary.entries.size());
        if (id >= vocab_size) break;
        vocabulary.entries.emplace_back(text, id);
    }
}

std::shared_ptr<const Tokenizer> make_counted(TokenUnit unit, std::span<const std::string> texts,
                                              std::int64_t vocab_size) {
    Vocabulary vocabulary = with_special_tokens(unit);
    const AddedTokenFinder finder(vocabulary.added);
    Counts counts;
    for (const auto& text : texts)
        finder.split(
            text,
            [&](std::string_view part) {
                unit == TokenUnit::character ? count_characters(part, counts)
                                             : count_words(part, counts);
            },
            [](std::int64_t) {});
    // A word with a byte that is no UTF-8 cannot stand in a JSON file.
    std::erase_if(counts, [](const auto& entry) {
        for (std::size_t i = 0; i < entry.first.size();) {
            const CodePoint point = code_point_at(entry.first, i);
            if (!point.value) return true;
            i += point.length;
        }
        return false;
    });
    add_most_frequent(counts, vocab_size, vocabulary);
    return std::make_shared<VocabularyTokenizer>(std::move(vocabulary));
}

std::shared_ptr<const Tokenizer> make_fixed(TokenUnit unit, std::vector<std::string> tokens,
                                            SpecialTokens special) {
    Vocabulary vocabulary;
    vocabulary.unit = unit;
    vocabulary.joined_by_blank = unit == TokenUnit::word;
    for (std::size_t i = 0; i < tokens.size(); ++i)
        vocabulary.entries.emplace_back(std::move(tokens[i]), static_cast<std::int64_t>(i));
    for (const auto& id : {special.pad, special.bos, special.eos, special.unk}) {
        if (!id) continue;
        PLUMB_CHECK(*id >= 0 && *id < static_cast<std::int64_t>(vocabulary.entries.size()),
                    "special token outside the vocabulary");
        vocabulary.added.push_back(
            special_token(*id, vocabulary.entries[static_cast<std::size_t>(*id)].first));
    }
    if (special.unk) {
        vocabulary.unknown = vocabulary.entries[static_cast<std::size_t>(*special.unk)].first;
    } else if (unit == TokenUnit::word) {
        // The library refuses a WordLevel file without the name of one, in the vocabulary or not.
        vocabulary.unknown = "<unk>";
    }
    vocabulary.special = special;
    return std::make_shared<VocabularyTokenizer>(std::move(vocabulary));
}

}  // namespace

std::shared_ptr<const Tokenizer> make_char_tokenizer(std::span<const std::string> texts,
                                                     std::int64_t vocab_size) {
    return make_counted(TokenUnit::character, texts, vocab_size);
}

std::shared_ptr<const Tokenizer> make_word_tokenizer(std::span<const std::string> texts,
                                                     std::int64_t vocab_size) {
    return make_counted(TokenUnit::word, texts, vocab_size);
}

std::shared_ptr<const Tokenizer> make_fixed_tokenizer(std::vector<std::string> tokens,
                                                      SpecialTokens special) {
    return make_fixed(TokenUnit::character, std::move(tokens), special);
}

std::shared_ptr<const Tokenizer> make_fixed_word_tokenizer(std::vector<std::string> tokens,
                                                           SpecialTokens special) {
    return make_fixed(TokenUnit::word, std::move(tokens), special);
}

}  // namespace plumb
