// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace plumb {

/// The ids with a special meaning; empty where the vocabulary has none.
struct SpecialTokens {
    std::optional<std::int64_t> pad, bos, eos, unk;
};

/// Turns text into token ids and back. Immutable after it is made: any thread may use it.
class Tokenizer {
public:
    virtual ~Tokenizer() = default;

    /// Text that holds the content of a special token gives that token's id.
    virtual std::vector<std::int64_t> encode(std::string_view text) const = 0;
    /// The same with what the tokenizer's file wants around a text, such as a token that begins it.
    virtual std::vector<std::int64_t> encode_with_special(std::string_view text) const {
        return encode(text);
    }
    /// Ids that do not exist become U+FFFD.
    virtual std::string decode(std::span<const std::int64_t> ids, bool skip_special) const = 0;
    /// For each token how many bytes of decode(ids, false) are its own; they add up to its size. A
    /// character that several tokens write belongs to the first of them.
    virtual std::vector<std::int64_t> byte_counts(std::span<const std::int64_t> ids) const = 0;
    virtual std::int64_t vocab_size() const = 0;
    /// The text of one token as the vocabulary holds it.
    virtual std::string token(std::int64_t id) const = 0;
    virtual const SpecialTokens& special() const = 0;
    /// Writes tokenizer.json and tokenizer_config.json, as the `tokenizers` library reads them.
    virtual Status save(const std::filesystem::path& folder) const = 0;
};

/// Reads tokenizer.json (with the special tokens named in tokenizer_config.json and config.json
/// beside it). Byte-pair encodings (byte-level, or of characters as SentencePiece has them) and
/// character and word vocabularies are understood; what is not is an error that names its type.
Result<std::shared_ptr<const Tokenizer>> load_tokenizer(const std::filesystem::path& folder);

/// One token a character. Ids: pad 0, eos 1, unk 2, then the characters by frequency, ties by code
/// point; at most vocab_size ids.
std::shared_ptr<const Tokenizer> make_char_tokenizer(std::span<const std::string> texts,
                                                     std::int64_t vocab_size);
/// One token a word (split at white space, joined by one blank); ids as above.
std::shared_ptr<const Tokenizer> make_word_tokenizer(std::span<const std::string> texts,
                                                     std::int64_t vocab_size);
/// Byte-level byte-pair encoding; every text can be written with it. Ids: pad 0, eos 1, the 256
/// bytes, then the tokens of the merges; see train_bpe(). Error: vocab_size leaves no room for the
/// bytes. Returns soon with an error once a stop is requested.
Result<std::shared_ptr<const Tokenizer>> make_bpe_tokenizer(std::span<const std::string> texts,
                                                            std::int64_t vocab_size,
                                                            const std::stop_token& stop = {});
/// The fewest tokens of a byte-pair encoding made from text: the special ones and the bytes.
inline constexpr std::int64_t smallest_bpe_vocabulary = 258;
/// A character vocabulary with exactly these tokens, in this order, for the built-in tasks.
/// Texts of special tokens may be longer than one character.
std::shared_ptr<const Tokenizer> make_fixed_tokenizer(std::vector<std::string> tokens,
                                                      SpecialTokens special);
/// The same for words, split at white space and joined by one blank. Without special.unk, words
/// that are not listed are left out.
std::shared_ptr<const Tokenizer> make_fixed_word_tokenizer(std::vector<std::string> tokens,
                                                           SpecialTokens special);

}  // namespace plumb
