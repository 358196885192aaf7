// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "text/added_tokens.h"
#include "text/tokenizer.h"
#include "text/vocabulary_map.h"

namespace plumb {

/// What one entry of the vocabulary stands for.
enum class TokenUnit {
    character,  ///< a code point: the library's BPE model without merges
    word,       ///< a stretch between white space: WordLevel with WhitespaceSplit
};

/// Everything that tokenizer.json says about a character or word vocabulary.
struct Vocabulary {
    TokenUnit unit = TokenUnit::character;
    std::vector<std::pair<std::string, std::int64_t>> entries;
    std::vector<AddedToken> added;
    std::optional<std::string> unknown;  ///< the model's unk_token
    bool joined_by_blank = false;        ///< decode puts a blank between tokens
    SpecialTokens special;
    std::optional<double> max_length;  ///< model_max_length; kept for the next save
};

/// A tokenizer whose vocabulary lists whole characters or whole words.
class VocabularyTokenizer : public Tokenizer {
public:
    /// Precondition: ids are at least 0 and small enough for a table.
    explicit VocabularyTokenizer(Vocabulary vocabulary);

    std::vector<std::int64_t> encode(std::string_view text) const override;
    std::string decode(std::span<const std::int64_t> ids, bool skip_special) const override;
    std::vector<std::int64_t> byte_counts(std::span<const std::int64_t> ids) const override;
    std::int64_t vocab_size() const override { return static_cast<std::int64_t>(tokens_.size()); }
    std::string token(std::int64_t id) const override;
    const SpecialTokens& special() const override { return vocabulary_.special; }
    Status save(const std::filesystem::path& folder) const override;

private:
    struct Token {
        std::string text;
        bool exists = false;
        bool special = false;
    };

    void set_token(std::int64_t id, const std::string& text, bool special);
    const Token* find_token(std::int64_t id) const;
    void encode_from(std::size_t pass, std::string_view text, std::vector<std::int64_t>& ids) const;
    void encode_characters(std::string_view text, std::vector<std::int64_t>& ids) const;
    void encode_words(std::string_view text, std::vector<std::int64_t>& ids) const;

    Vocabulary vocabulary_;
    std::vector<Token> tokens_;
    std::vector<AddedTokenFinder> passes_;
    CharacterMap characters_;
    WordMap words_;
    std::int64_t unknown_id_ = -1;  ///< -1: what is unknown is left out
};

}  // namespace plumb
