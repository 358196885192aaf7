// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "text/added_tokens.h"
#include "text/bpe_merges.h"
#include "text/normalizer.h"
#include "text/pre_tokenizer.h"
#include "text/token_list.h"
#include "text/token_table.h"
#include "text/tokenizer.h"
#include "text/word_cache.h"

namespace plumb {

/// How the texts of tokens become text again.
struct BpeDecoder {
    std::vector<std::pair<std::string, std::string>> replacements;  ///< in each token
    bool byte_fallback = false;                                     ///< tokens "<0x0A>" are bytes
    std::string stripped = {};                    ///< a character that is taken away from the ends
    std::int64_t strip_begin = 0, strip_end = 0;  ///< so often at most
    bool drop_first_blank = false;  ///< Metaspace: the first token's marks are left out
};

/// Everything that tokenizer.json says about a byte-pair encoding.
struct BpeParts {
    /// As the file has them; byte-level ones in the alphabet of byte_symbol().
    TokenList entries;
    std::vector<Merge> merges;
    std::vector<AddedToken> added;
    bool byte_level = true;      ///< the symbols that are merged are bytes; else characters
    bool ignore_merges = false;  ///< a whole word in the vocabulary is one token, merges or not
    bool byte_fallback = false;  ///< unknown characters become tokens "<0x0A>"
    bool fuse_unknown = false;   ///< unknown characters side by side are one token
    std::optional<std::string> unknown;
    Normalizer normalizer;
    PreTokenizer pre_tokenizer;
    std::vector<std::int64_t> before, after;  ///< what the post-processor puts around a text
    BpeDecoder decoder;                       ///< where it is not byte-level
    SpecialTokens special;
    /// For the next save: tokenizer.json without vocabulary and merges, and tokenizer_config.json.
    std::string layout, config;
};

/// Byte-pair encoding as the `tokenizers` library does it: GPT-2, Llama, Qwen and their like.
class BpeTokenizer : public Tokenizer {
public:
    /// Precondition: ids, also those of merges, are at least 0 and small enough for a table.
    explicit BpeTokenizer(BpeParts parts);
    ~BpeTokenizer() override;

    /// Bytes that are no UTF-8 are tokens of their own where the vocabulary has all bytes. Where
    /// there is no unknown token, what is unknown is left out.
    std::vector<std::int64_t> encode(std::string_view text) const override;
    std::vector<std::int64_t> encode_with_special(std::string_view text) const override;
    /// Always UTF-8: what is none becomes U+FFFD.
    std::string decode(std::span<const std::int64_t> ids, bool skip_special) const override;
    std::vector<std::int64_t> byte_counts(std::span<const std::int64_t> ids) const override;
    std::int64_t vocab_size() const override { return tokens_.size(); }
    std::string token(std::int64_t id) const override;
    const SpecialTokens& special() const override { return parts_.special; }
    Status save(const std::filesystem::path& folder) const override;

    const std::vector<Merge>& merges() const { return merges_.merges(); }

private:
    struct Scratch;
    struct Flags {
        bool in_model = false;  ///< in the model's vocabulary, not an added token alone
        bool verbatim = false;  ///< its text is not in the alphabet of byte symbols
        bool special = false;
        bool renamed = false;  ///< decodes to what stands in renamed_
    };

    void fill_tables(const std::vector<AddedToken>& added);
    std::unique_ptr<Scratch> borrow_scratch() const;
    void give_back(std::unique_ptr<Scratch> scratch) const;

    void encode_part(std::string_view text, bool at_start, Scratch& scratch,
                     std::vector<std::int64_t>& ids) const;
    void encode_piece(std::string_view text, Scratch& scratch,
                      std::vector<std::int64_t>& ids) const;
    void encode_word(std::string_view word, Scratch& scratch, std::vector<std::int64_t>& ids) const;
    void byte_symbols(std::string_view word, std::vector<std::int32_t>& symbols) const;
    void character_symbols(std::string_view word, std::vector<std::int32_t>& symbols) const;
    /// Text that need not be UTF-8 yet. owners: for each of its bytes the place of its token in
    /// ids.
    std::string decode_bytes(std::span<const std::int64_t> ids, bool skip_special,
                             std::vector<std::size_t>* owners) const;
    std::string decode_characters(std::span<const std::int64_t> ids, bool skip_special,
                                  std::vector<std::size_t>* owners) const;
    // Precondition of both: the id exists.
    bool is_special(std::int64_t id) const;
    std::string_view decoded_text(std::int64_t id) const;

    BpeParts parts_;            ///< without entries and merges, which are in the tables
    TokenTable tokens_;         ///< byte-level texts as bytes
    std::vector<Flags> flags_;  ///< by id
    /// Tokens of the model that are added ones too, and changed by the normalizer as such.
    std::unordered_map<std::int64_t, std::string> renamed_;
    MergeTable merges_;
    std::array<std::int32_t, 256> byte_ids_{};  ///< -1: not in the vocabulary
    bool has_all_bytes_ = false;
    bool words_begin_at_mark_ = false;  ///< no token has SentencePiece's blank inside
    std::int32_t unknown_id_ = -1;
    std::optional<AddedTokenFinder> before_normalizer_, after_normalizer_;
    mutable std::mutex mutex_;
    mutable std::vector<std::unique_ptr<Scratch>> scratches_;  ///< those nobody uses
};

}  // namespace plumb
