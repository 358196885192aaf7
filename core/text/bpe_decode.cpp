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

/// Text with the token that each of its bytes comes from, where somebody asks for that.
struct OwnedText {
    std::string text;
    std::vector<std::size_t>* owners;

    void append(std::string_view more, std::size_t owner) {
        text += more;
        if (owners) owners->resize(text.size(), owner);
    }
    void remove(std::size_t begin, std::size_t size) {
        text.erase(begin, size);
        if (!owners) return;
        const auto first = owners->begin() + static_cast<std::ptrdiff_t>(begin);
        owners->erase(first, first + static_cast<std::ptrdiff_t>(size));
    }
};

void strip(const BpeDecoder& decoder, OwnedText& owned) {
    const std::string& content = decoder.stripped;
    if (content.empty()) return;
    for (std::int64_t i = 0; i < decoder.strip_begin && owned.text.starts_with(content); ++i)
        owned.remove(0, content.size());
    for (std::int64_t i = 0; i < decoder.strip_end && owned.text.ends_with(content); ++i)
        owned.remove(owned.text.size() - content.size(), content.size());
}

/// Bytes of tokens side by side, the last of them in front of the token at `next`: text where they
/// are UTF-8, else U+FFFD for each, as the library has it.
void append_bytes(std::string& bytes, std::size_t next, OwnedText& owned) {
    const bool broken = invalid_utf8_offset(bytes).has_value();
    for (std::size_t i = 0; i < bytes.size(); ++i)
        owned.append(broken ? replacement_character : std::string_view(bytes).substr(i, 1),
                     next - bytes.size() + i);
    bytes.clear();
}

}  // namespace

bool BpeTokenizer::is_special(std::int64_t id) const {
    return flags_[static_cast<std::size_t>(id)].special;
}

std::string_view BpeTokenizer::decoded_text(std::int64_t id) const {
    if (!flags_[static_cast<std::size_t>(id)].renamed) return tokens_.text(id);
    return renamed_.at(id);
}

std::string BpeTokenizer::decode(std::span<const std::int64_t> ids, bool skip_special) const {
    return replace_invalid_utf8(parts_.byte_level ? decode_bytes(ids, skip_special, nullptr)
                                                  : decode_characters(ids, skip_special, nullptr));
}

std::vector<std::int64_t> BpeTokenizer::byte_counts(std::span<const std::int64_t> ids) const {
    std::vector<std::size_t> owners;
    const std::string text = parts_.byte_level ? decode_bytes(ids, false, &owners)
                                               : decode_characters(ids, false, &owners);
    std::vector<std::int64_t> counts(ids.size());
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint point = code_point_at(text, i);
        counts[owners[i]] +=
            static_cast<std::int64_t>(point.value ? point.length : replacement_character.size());
        i += character_length(text, i);
    }
    return counts;
}

std::string BpeTokenizer::decode_bytes(std::span<const std::int64_t> ids, bool skip_special,
                                       std::vector<std::size_t>* owners) const {
    OwnedText owned{{}, owners};
    for (std::size_t i = 0; i < ids.size(); ++i)
        if (!tokens_.exists(ids[i]))
            owned.append(replacement_character, i);
        else if (!skip_special || !is_special(ids[i]))
            owned.append(decoded_text(ids[i]), i);
    return std::move(owned.text);
}

std::string BpeTokenizer::decode_characters(std::span<const std::int64_t> ids, bool skip_special,
                                            std::vector<std::size_t>* owners) const {
    const BpeDecoder& decoder = parts_.decoder;
    OwnedText owned{{}, owners};
    std::string bytes;
    bool first = true;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const bool exists = tokens_.exists(ids[i]);
        if (exists && skip_special && is_special(ids[i])) continue;
        std::string token(exists ? decoded_text(ids[i]) : replacement_character);
        for (const auto& [pattern, content] : decoder.replacements)
            token = replace_all(token, pattern, first && decoder.drop_first_blank ? "" : content);
        first = false;
        if (const auto byte = decoder.byte_fallback ? byte_of(token) : std::nullopt) {
            bytes += *byte;
            continue;
        }
        append_bytes(bytes, i, owned);
        owned.append(token, i);
    }
    append_bytes(bytes, ids.size(), owned);
    strip(decoder, owned);
    return std::move(owned.text);
}

}  // namespace plumb
