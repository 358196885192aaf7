// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/bpe_tokenizer.h"

#include <algorithm>
#include <cstdio>

#include "text/bpe_json.h"
#include "text/byte_alphabet.h"
#include "text/unicode.h"

namespace plumb {
namespace {

constexpr std::size_t most_idle_scratches = 4;

/// SentencePiece's blank.
constexpr std::string_view blank_mark = "\xE2\x96\x81";

/// Where the first mark after another character stands; npos: nowhere.
std::size_t next_word(std::string_view text) {
    std::size_t at = text.find(blank_mark, 1);
    while (at != text.npos && text.substr(0, at).ends_with(blank_mark))
        at = text.find(blank_mark, at + blank_mark.size());
    return at;
}

/// "<0x0A>" for 10.
std::string byte_token(int byte) {
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "<0x%02X>", static_cast<unsigned>(byte));
    return text.data();
}

}  // namespace

/// What one call of encode needs, kept for the next one.
struct BpeTokenizer::Scratch {
    explicit Scratch(const PreTokenizer& pre_tokenizer) : splitting(pre_tokenizer) {}

    PreTokenizer::Scratch splitting;
    MergeTable::Scratch merging;
    std::vector<std::int32_t> symbols;
    WordCache cache;
    std::string normalized;
};

BpeTokenizer::BpeTokenizer(BpeParts parts)
    : parts_(std::move(parts)), merges_(std::exchange(parts_.merges, {})) {
    // Those that are looked for in normalized text are normalized too, also where they are decoded.
    std::vector<AddedToken> added = parts_.added;
    for (AddedToken& token : added) {
        std::string buffer;
        if (token.normalized)
            token.content = std::string(parts_.normalizer.apply(token.content, buffer));
    }
    fill_tables(added);
    std::vector<AddedToken> first, second;
    for (AddedToken& token : added) (token.normalized ? second : first).push_back(std::move(token));
    if (!first.empty()) before_normalizer_.emplace(std::move(first));
    if (!second.empty()) after_normalizer_.emplace(std::move(second));
    if (parts_.unknown) unknown_id_ = tokens_.find(*parts_.unknown);
    for (int byte = 0; byte < 256; ++byte) {
        const std::string text =
            parts_.byte_level ? std::string(1, static_cast<char>(byte)) : byte_token(byte);
        byte_ids_[static_cast<std::size_t>(byte)] = tokens_.find(text);
    }
    has_all_bytes_ = std::ranges::find(byte_ids_, -1) == byte_ids_.end();
    words_begin_at_mark_ = !parts_.byte_level && !parts_.ignore_merges &&
                           tokens_.find(blank_mark) >= 0 &&
                           std::ranges::none_of(merges_.merges(), [&](const Merge& merge) {
                               return next_word(tokens_.text(merge.merged)) != std::string::npos;
                           });
}

void BpeTokenizer::fill_tables(const std::vector<AddedToken>& added) {
    const TokenList listed = std::exchange(parts_.entries, {});
    std::int64_t size = 0;
    std::size_t bytes = listed.bytes();
    for (std::size_t i = 0; i < listed.size(); ++i) size = std::max(size, listed.id(i) + 1);
    for (const AddedToken& token : added) {
        size = std::max(size, token.id + 1);
        bytes += token.content.size();
    }
    flags_.resize(static_cast<std::size_t>(size));
    std::vector<TokenTable::Entry> entries;
    entries.reserve(listed.size() + added.size());
    std::string texts;  // as bytes; its views stay where they are
    texts.reserve(bytes);
    const auto add = [&](std::string_view text, std::int64_t id, bool in_model) {
        Flags& flags = flags_[static_cast<std::size_t>(id)];
        flags.in_model = in_model;
        const std::size_t begin = texts.size();
        flags.verbatim = !parts_.byte_level || !append_byte_symbols(text, texts);
        if (flags.verbatim) texts += text;
        const bool findable = in_model && (!flags.verbatim || !parts_.byte_level);
        entries.push_back({std::string_view(texts).substr(begin), id, findable});
    };
    for (std::size_t i = 0; i < listed.size(); ++i) add(listed.text(i), listed.id(i), true);
    for (const AddedToken& token : added) {
        Flags& flags = flags_[static_cast<std::size_t>(token.id)];
        flags.special = token.special;
        if (!flags.in_model) add(token.content, token.id, false);
    }
    tokens_ = TokenTable(entries);
    for (const AddedToken& token : added) {
        Flags& flags = flags_[static_cast<std::size_t>(token.id)];
        std::string text;
        if (!parts_.byte_level || !append_byte_symbols(token.content, text)) text = token.content;
        if (!flags.in_model || text == tokens_.text(token.id)) continue;
        flags.renamed = true;
        renamed_.emplace(token.id, std::move(text));
    }
}

BpeTokenizer::~BpeTokenizer() = default;

std::unique_ptr<BpeTokenizer::Scratch> BpeTokenizer::borrow_scratch() const {
    {
        const std::lock_guard lock(mutex_);
        if (!scratches_.empty()) {
            auto scratch = std::move(scratches_.back());
            scratches_.pop_back();
            return scratch;
        }
    }
    return std::make_unique<Scratch>(parts_.pre_tokenizer);
}

void BpeTokenizer::give_back(std::unique_ptr<Scratch> scratch) const {
    const std::lock_guard lock(mutex_);
    if (scratches_.size() < most_idle_scratches) scratches_.push_back(std::move(scratch));
}

std::vector<std::int64_t> BpeTokenizer::encode(std::string_view text) const {
    auto scratch = borrow_scratch();
    std::vector<std::int64_t> ids;
    ids.reserve(text.size() / 4 + 4);
    const auto add = [&](std::int64_t id) { ids.push_back(id); };
    // Between the tokens that are looked for in the text as it is, those of the normalized text.
    const auto encode_between = [&](std::string_view part) {
        const bool at_start = part.data() == text.data();
        const std::string_view normalized = parts_.normalizer.apply(part, scratch->normalized);
        if (!after_normalizer_) return encode_part(normalized, at_start, *scratch, ids);
        after_normalizer_->split(
            normalized,
            [&](std::string_view inner) {
                encode_part(inner, at_start && inner.data() == normalized.data(), *scratch, ids);
            },
            add);
    };
    if (before_normalizer_)
        before_normalizer_->split(text, encode_between, add);
    else
        encode_between(text);
    give_back(std::move(scratch));
    return ids;
}

std::vector<std::int64_t> BpeTokenizer::encode_with_special(std::string_view text) const {
    std::vector<std::int64_t> ids = encode(text);
    ids.insert(ids.begin(), parts_.before.begin(), parts_.before.end());
    ids.insert(ids.end(), parts_.after.begin(), parts_.after.end());
    return ids;
}

void BpeTokenizer::encode_part(std::string_view text, bool at_start, Scratch& scratch,
                               std::vector<std::int64_t>& ids) const {
    if (parts_.pre_tokenizer.gives_symbols())
        return parts_.pre_tokenizer.apply(
            text, at_start, scratch.splitting, [&](std::string_view word) {
                encode_word(from_byte_symbols(word).value_or(""), scratch, ids);
            });
    parts_.pre_tokenizer.apply(text, at_start, scratch.splitting,
                               [&](std::string_view word) { encode_piece(word, scratch, ids); });
}

// Where no merge goes beyond the beginning of a word, words may as well be merged each for itself.
void BpeTokenizer::encode_piece(std::string_view text, Scratch& scratch,
                                std::vector<std::int64_t>& ids) const {
    while (words_begin_at_mark_ && !text.empty()) {
        const std::size_t next = next_word(text);
        if (next == text.npos) break;
        encode_word(text.substr(0, next), scratch, ids);
        text.remove_prefix(next);
    }
    if (!text.empty()) encode_word(text, scratch, ids);
}

void BpeTokenizer::encode_word(std::string_view word, Scratch& scratch,
                               std::vector<std::int64_t>& ids) const {
    const bool short_word = word.size() <= WordCache::longest_word;
    if (short_word) {
        if (const auto known = scratch.cache.find(word)) {
            ids.insert(ids.end(), known->begin(), known->end());
            return;
        }
    }
    auto& symbols = scratch.symbols;
    symbols.clear();
    const std::int32_t whole = parts_.ignore_merges ? tokens_.find(word) : -1;
    if (whole >= 0) {
        symbols.push_back(whole);
    } else {
        parts_.byte_level ? byte_symbols(word, symbols) : character_symbols(word, symbols);
        merges_.apply(symbols, scratch.merging);
    }
    if (short_word) scratch.cache.insert(word, symbols);
    ids.insert(ids.end(), symbols.begin(), symbols.end());
}

void BpeTokenizer::byte_symbols(std::string_view word, std::vector<std::int32_t>& symbols) const {
    for (const char byte : word) {
        std::int32_t id = byte_ids_[static_cast<unsigned char>(byte)];
        if (id < 0) id = unknown_id_;
        if (id >= 0) symbols.push_back(id);
    }
}

void BpeTokenizer::character_symbols(std::string_view word,
                                     std::vector<std::int32_t>& symbols) const {
    bool after_unknown = false;
    for (std::size_t i = 0; i < word.size();) {
        const std::string_view character = word.substr(i, code_point_at(word, i).length);
        i += character.size();
        const std::int32_t id = tokens_.find(character);
        const bool unknown = id < 0 && !(parts_.byte_fallback && has_all_bytes_);
        if (id >= 0) {
            symbols.push_back(id);
        } else if (!unknown) {
            for (const char byte : character)
                symbols.push_back(byte_ids_[static_cast<unsigned char>(byte)]);
        } else if (unknown_id_ >= 0 && !(after_unknown && parts_.fuse_unknown)) {
            symbols.push_back(unknown_id_);
        }
        after_unknown = unknown;
    }
}

std::string BpeTokenizer::token(std::int64_t id) const {
    if (!tokens_.exists(id)) return std::string(replacement_character);
    const std::string_view text = tokens_.text(id);
    return flags_[static_cast<std::size_t>(id)].verbatim ? std::string(text)
                                                         : to_byte_symbols(text);
}

Status BpeTokenizer::save(const std::filesystem::path& folder) const {
    const auto in_model = [&](std::int64_t id) {
        return flags_[static_cast<std::size_t>(id)].in_model;
    };
    return write_bpe_files(*this, in_model, parts_, folder);
}

}  // namespace plumb
