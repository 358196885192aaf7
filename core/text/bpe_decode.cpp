// SPDX-License-Identifier: GPL-3.0-or-later
// Ids back to text.
#include "base/strings.h"
#include "text/bpe_tokenizer.h"
#include "text/unicode.h"

namespace plumb {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

/// 10 for "<0x0A>".
std::optional<char> byte_of(std::string_view token) {
    if (token.size() != 6 || !token.starts_with("<0x") || token[5] != '>') return std::nullopt;
    const int high = hex_digit(token[3]), low = hex_digit(token[4]);
    if (high < 0 || low < 0) return std::nullopt;
    return static_cast<char>(high * 16 + low);
}

void strip(const BpeDecoder& decoder, std::string& text) {
    const std::string& content = decoder.stripped;
    if (content.empty()) return;
    std::string_view kept = text;
    for (std::int64_t i = 0; i < decoder.strip_begin && kept.starts_with(content); ++i)
        kept.remove_prefix(content.size());
    for (std::int64_t i = 0; i < decoder.strip_end && kept.ends_with(content); ++i)
        kept.remove_suffix(content.size());
    text = std::string(kept);
}

/// Bytes of tokens side by side: text where they are UTF-8, else U+FFFD for each, as the library
/// has it.
void append_bytes(std::string& bytes, std::string& text) {
    if (invalid_utf8_offset(bytes))
        for (std::size_t i = 0; i < bytes.size(); ++i) text += replacement_character;
    else
        text += bytes;
    bytes.clear();
}

}  // namespace

bool BpeTokenizer::is_special(std::int64_t id) const {
    return flags_[static_cast<std::size_t>(id)].special;
}

std::string BpeTokenizer::decode(std::span<const std::int64_t> ids, bool skip_special) const {
    return parts_.byte_level ? decode_bytes(ids, skip_special)
                             : decode_characters(ids, skip_special);
}

std::string BpeTokenizer::decode_bytes(std::span<const std::int64_t> ids, bool skip_special) const {
    std::string bytes;
    for (const std::int64_t id : ids)
        if (!tokens_.exists(id))
            bytes += replacement_character;
        else if (!skip_special || !is_special(id))
            bytes += tokens_.text(id);
    return replace_invalid_utf8(std::move(bytes));
}

std::string BpeTokenizer::decode_characters(std::span<const std::int64_t> ids,
                                            bool skip_special) const {
    const BpeDecoder& decoder = parts_.decoder;
    std::string text, bytes;
    bool first = true;
    for (const std::int64_t id : ids) {
        const bool exists = tokens_.exists(id);
        if (exists && skip_special && is_special(id)) continue;
        std::string token(exists ? tokens_.text(id) : replacement_character);
        for (const auto& [pattern, content] : decoder.replacements)
            token = replace_all(token, pattern, first && decoder.drop_first_blank ? "" : content);
        first = false;
        if (const auto byte = decoder.byte_fallback ? byte_of(token) : std::nullopt) {
            bytes += *byte;
            continue;
        }
        append_bytes(bytes, text);
        text += token;
    }
    append_bytes(bytes, text);
    strip(decoder, text);
    return replace_invalid_utf8(std::move(text));
}

}  // namespace plumb
