// SPDX-License-Identifier: GPL-3.0-or-later
// Added tokens, normalizer and pre-tokenizer of a tokenizer.json.
#include <algorithm>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "text/bpe_json.h"

namespace plumb {
namespace {

using Step = PreTokenizer::Step;

Error not_understood(const JsonPart& whole) {
    return whole.error(whole.describe() + " is not understood.");
}

Error two_texts(const std::filesystem::path& path, std::int64_t id, std::string_view first,
                std::string_view second) {
    return invalid_input(path.string() + ": id " + std::to_string(id) +
                         " is that of two tokens, \"" + std::string(first) + "\" and \"" +
                         std::string(second) + "\".");
}
Error two_ids(const std::filesystem::path& path, std::string_view text, std::int64_t first,
              std::int64_t second) {
    return invalid_input(path.string() + ": token \"" + std::string(text) + "\" has two ids, " +
                         std::to_string(first) + " and " + std::to_string(second) + ".");
}

/// With the place of the part before what is wrong with the pattern.
Result<std::shared_ptr<const SplitPattern>> compiled(const JsonPart& part,
                                                     const std::string& pattern, bool literal) {
    auto made = SplitPattern::compile(pattern, literal);
    if (!made.ok()) return part.error("cannot be used: " + made.error().message);
    return made;
}

/// {"String": text} or {"Regex": text}, and older files' text alone.
struct Pattern {
    std::string text;
    bool literal = true;
};

Result<Pattern> read_pattern(const JsonPart& part) {
    const JsonPart pattern = part.member("pattern");
    Pattern read;
    if (pattern.json().is_string()) {
        read.text = pattern.json().get<std::string>();
    } else if (!pattern.member("Regex").is_null()) {
        read.literal = false;
        PLUMB_TRY(read.text, pattern.text("Regex"));
    } else {
        PLUMB_TRY(read.text, pattern.text("String"));
    }
    if (read.text.empty()) return pattern.error("is empty.");
    return read;
}

Result<SplitBehavior> read_behavior(const JsonPart& part, const char* where_missing) {
    PLUMB_TRY(const auto given, part.optional_text("behavior"));
    if (!given && !where_missing) return part.member("behavior").error("is missing.");
    const std::string name = given.value_or(where_missing ? where_missing : "");
    using Behavior = SplitBehavior;
    constexpr std::pair<const char*, Behavior> known[] = {
        {"Isolated", Behavior::isolated},
        {"Removed", Behavior::removed},
        {"MergedWithPrevious", Behavior::merged_with_previous},
        {"MergedWithNext", Behavior::merged_with_next},
        {"Contiguous", Behavior::contiguous}};
    for (const auto& [text, behavior] : known)
        if (name == text) return behavior;
    return part.member("behavior").error("\"" + name + "\" is not understood.");
}

Result<Step> pattern_step(const JsonPart& part, const std::string& pattern, SplitBehavior behavior,
                          bool invert, bool literal = false) {
    Step step;
    PLUMB_TRY(step.pattern, compiled(part, pattern, literal));
    step.behavior = behavior;
    step.invert = invert;
    return step;
}

Result<Step> read_split(const JsonPart& part) {
    PLUMB_TRY(const Pattern pattern, read_pattern(part));
    PLUMB_TRY(const SplitBehavior behavior, read_behavior(part, nullptr));
    PLUMB_TRY(const bool invert, part.flag("invert", false));
    return pattern_step(part, pattern.text, behavior, invert, pattern.literal);
}

Result<Step> read_metaspace(const JsonPart& part) {
    Step step;
    step.kind = Step::Kind::metaspace;
    PLUMB_TRY(const auto mark, part.optional_text("replacement"));
    if (mark && mark->empty()) return part.member("replacement").error("is empty.");
    if (mark) step.mark = *mark;
    PLUMB_TRY(step.split_at_mark, part.flag("split", true));
    PLUMB_TRY(step.prepend, read_prepend_scheme(part));
    return step;
}

Status append_byte_level(const JsonPart& part, bool is_last, std::vector<Step>& steps) {
    PLUMB_TRY(const bool add_blank, part.flag("add_prefix_space", true));
    PLUMB_TRY(const bool use_regex, part.flag("use_regex", true));
    if (add_blank) {
        Step step;
        step.kind = Step::Kind::add_blank;
        steps.push_back(step);
    }
    if (use_regex) {
        PLUMB_TRY(Step step,
                  pattern_step(part, std::string(gpt2_pattern), SplitBehavior::isolated, false));
        steps.push_back(step);
    }
    if (!is_last) {
        Step step;
        step.kind = Step::Kind::byte_symbols;
        steps.push_back(step);
    }
    return {};
}

/// A step that is a pattern of its own; empty for another part.
Result<std::optional<Step>> read_fixed_pattern(const JsonPart& part) {
    const auto step = [&](const std::string& pattern, SplitBehavior behavior,
                          bool invert) -> Result<std::optional<Step>> {
        PLUMB_TRY(Step made, pattern_step(part, pattern, behavior, invert));
        return std::optional(std::move(made));
    };
    if (part.is_type("Digits")) {
        PLUMB_TRY(const bool each, part.flag("individual_digits", false));
        return step(each ? "\\p{N}" : "\\p{N}+", SplitBehavior::isolated, false);
    }
    if (part.is_type("Punctuation")) {
        PLUMB_TRY(const SplitBehavior behavior, read_behavior(part, "Isolated"));
        return step("[\\p{P}!-/:-@\\[-`{-~]", behavior, false);
    }
    if (part.is_type("Whitespace")) {
        // Another library's \w: without all numbers, with the two joiners.
        const std::string word = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\x{200C}\\x{200D}";
        return step("[" + word + "]+|[^" + word + "\\s]+", SplitBehavior::removed, true);
    }
    if (part.is_type("WhitespaceSplit")) return step("\\s", SplitBehavior::removed, false);
    return std::optional<Step>();
}

}  // namespace

Result<AddedToken> read_added_token(const JsonPart& part, std::int64_t id) {
    AddedToken token;
    token.id = id;
    PLUMB_TRY(token.content, part.text("content"));
    if (id < 0 || id > largest_token_id)
        return part.error("\"" + token.content + "\" has no usable id; ids go from 0 to " +
                          std::to_string(largest_token_id) + ".");
    PLUMB_TRY(token.special, part.flag("special", false));
    PLUMB_TRY(token.normalized, part.flag("normalized", !token.special));
    PLUMB_TRY(token.single_word, part.flag("single_word", false));
    PLUMB_TRY(token.lstrip, part.flag("lstrip", false));
    PLUMB_TRY(token.rstrip, part.flag("rstrip", false));
    return token;
}

Result<std::vector<AddedToken>> read_added_tokens(const JsonPart& file) {
    PLUMB_TRY(const std::vector<JsonPart> list, file.list("added_tokens"));
    std::vector<AddedToken> added;
    added.reserve(list.size());
    for (const JsonPart& part : list) {
        PLUMB_TRY(const std::int64_t id, part.number("id"));
        PLUMB_TRY(AddedToken token, read_added_token(part, id));
        added.push_back(std::move(token));
    }
    return added;
}

Result<TokenTable> table_of(const TokenList& vocabulary, const std::filesystem::path& path) {
    std::vector<TokenTable::Entry> entries;
    entries.reserve(vocabulary.size());
    for (std::size_t i = 0; i < vocabulary.size(); ++i)
        entries.push_back({vocabulary.text(i), vocabulary.id(i)});
    TokenTable table(entries);
    for (const TokenTable::Entry& entry : entries) {
        if (table.text(entry.id) != entry.text)
            return two_texts(path, entry.id, entry.text, table.text(entry.id));
        if (table.find(entry.text) != entry.id)
            return two_ids(path, entry.text, table.find(entry.text), entry.id);
    }
    return table;
}

Status check_added_tokens(const std::vector<AddedToken>& added, const TokenTable& vocabulary,
                          const std::filesystem::path& path) {
    std::unordered_map<std::int64_t, std::string_view> by_id;
    std::unordered_map<std::string_view, std::int64_t> by_text;
    for (const AddedToken& token : added) {
        std::string_view text = by_id.emplace(token.id, token.content).first->second;
        std::int64_t id = by_text.emplace(token.content, token.id).first->second;
        if (const std::int32_t known = vocabulary.find(token.content); known >= 0) id = known;
        if (vocabulary.exists(token.id)) text = vocabulary.text(token.id);
        if (id != token.id) return two_ids(path, token.content, id, token.id);
        if (text != token.content) return two_texts(path, token.id, text, token.content);
    }
    return {};
}

Result<Normalizer::Step> read_replace(const JsonPart& part) {
    Normalizer::Step step;
    step.kind = Normalizer::Kind::replace;
    PLUMB_TRY(const Pattern pattern, read_pattern(part));
    PLUMB_TRY(step.content, part.text("content"));
    step.pattern = pattern.text;
    if (!pattern.literal) {
        PLUMB_TRY(step.regex, compiled(part, pattern.text, false));
    }
    return step;
}

Result<Normalizer> read_normalizer(const JsonPart& normalizer) {
    using Kind = Normalizer::Kind;
    constexpr std::pair<const char*, Kind> plain[] = {{"NFC", Kind::nfc},
                                                      {"NFD", Kind::nfd},
                                                      {"NFKC", Kind::nfkc},
                                                      {"NFKD", Kind::nfkd},
                                                      {"Lowercase", Kind::lowercase},
                                                      {"StripAccents", Kind::strip_accents}};
    PLUMB_TRY(const std::vector<JsonPart> parts, normalizer.parts("normalizers"));
    std::vector<Normalizer::Step> steps;
    for (const JsonPart& part : parts) {
        const auto known = std::ranges::find_if(
            plain, [&](const auto& named) { return part.is_type(named.first); });
        Normalizer::Step step;
        if (known != std::end(plain)) {
            step.kind = known->second;
        } else if (part.is_type("Prepend")) {
            step.kind = Kind::prepend;
            PLUMB_TRY(step.content, part.text("prepend"));
        } else if (part.is_type("Strip")) {
            step.kind = Kind::strip;
            PLUMB_TRY(step.left, part.flag("strip_left", true));
            PLUMB_TRY(step.right, part.flag("strip_right", true));
        } else if (part.is_type("Replace")) {
            PLUMB_TRY(step, read_replace(part));
        } else {
            return not_understood(normalizer);
        }
        steps.push_back(std::move(step));
    }
    return Normalizer(std::move(steps));
}

Result<Step::Prepend> read_prepend_scheme(const JsonPart& metaspace) {
    PLUMB_TRY(const auto scheme, metaspace.optional_text("prepend_scheme"));
    if (!scheme) {
        PLUMB_TRY(const bool blank, metaspace.flag("add_prefix_space", true));
        return blank ? Step::Prepend::always : Step::Prepend::never;
    }
    if (*scheme == "first") return Step::Prepend::first;
    if (*scheme == "always") return Step::Prepend::always;
    if (*scheme == "never") return Step::Prepend::never;
    return metaspace.member("prepend_scheme").error("\"" + *scheme + "\" is not understood.");
}

Result<PreTokenizer> read_pre_tokenizer(const JsonPart& pre_tokenizer, bool& byte_level) {
    PLUMB_TRY(const std::vector<JsonPart> parts, pre_tokenizer.parts("pretokenizers"));
    std::vector<Step> steps;
    byte_level = false;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const JsonPart& part = parts[i];
        PLUMB_TRY(std::optional<Step> fixed, read_fixed_pattern(part));
        if (fixed) {
            steps.push_back(*std::move(fixed));
        } else if (part.is_type("ByteLevel") && !byte_level) {
            byte_level = true;
            PLUMB_TRY_STATUS(append_byte_level(part, i + 1 == parts.size(), steps));
        } else if (part.is_type("Split")) {
            PLUMB_TRY(Step step, read_split(part));
            steps.push_back(std::move(step));
        } else if (part.is_type("CharDelimiterSplit")) {
            PLUMB_TRY(const std::string delimiter, part.text("delimiter"));
            PLUMB_TRY(Step step,
                      pattern_step(part, delimiter, SplitBehavior::removed, false, true));
            steps.push_back(std::move(step));
        } else if (part.is_type("Metaspace") && !byte_level) {
            PLUMB_TRY(Step step, read_metaspace(part));
            steps.push_back(std::move(step));
        } else {
            return not_understood(pre_tokenizer);
        }
    }
    return PreTokenizer(std::move(steps));
}

}  // namespace plumb
