// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "text/bpe_json.h"
#include "text/json_parts.h"

namespace plumb {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// One file that is being read.
class Reader {
public:
    Reader(const Json& json, const fs::path& path) : json_(json), path_(path) {}

    Result<BpeParts> read() {
        PLUMB_TRY_STATUS(read_model());
        PLUMB_TRY(parts_.added, read_added_tokens(json_, path_));
        if (parts_.entries.empty() && parts_.added.empty())
            return invalid_input(path_.string() + " has an empty vocabulary.");
        PLUMB_TRY_STATUS(read_normalizer());
        PLUMB_TRY_STATUS(read_pre_tokenizer());
        PLUMB_TRY_STATUS(read_post_processor());
        PLUMB_TRY_STATUS(read_decoder());
        keep_layout();
        return std::move(parts_);
    }

private:
    Error not_understood(const char* key, const Json& part) const {
        return invalid_input(path_.string() + ": the " + key + " " + describe(part) +
                             " is not understood.");
    }

    Status read_model() {
        const Json& model = json_.at("model");
        for (const char* key : {"dropout", "continuing_subword_prefix", "end_of_word_suffix"}) {
            const Json& value = member(model, key);
            if (!value.is_null() && value != "" && value != 0.0)
                return invalid_input(path_.string() + ": the BPE model sets " + key +
                                     ", which is not understood.");
        }
        parts_.ignore_merges = model.value("ignore_merges", false);
        parts_.byte_fallback = model.value("byte_fallback", false);
        parts_.fuse_unknown = model.value("fuse_unk", false);
        if (const Json& unknown = member(model, "unk_token"); unknown.is_string())
            parts_.unknown = unknown.get<std::string>();
        parts_.entries.reserve(model.at("vocab").size());
        for (const auto& [text, value] : model.at("vocab").items()) {
            PLUMB_TRY(const std::int64_t id, read_token_id(value, text, path_));
            parts_.entries.emplace_back(text, id);
        }
        return read_merges(model);
    }

    Status read_merges(const Json& model) {
        const Json& vocabulary = model.at("vocab");
        std::size_t number = 0;
        for (const Json& merge : model.at("merges")) {
            ++number;
            std::string left, right;
            if (merge.is_string()) {
                const auto& both = merge.get_ref<const std::string&>();
                left = both.substr(0, both.find(' '));
                if (left.size() < both.size()) right = both.substr(left.size() + 1);
            } else {
                left = merge.at(0).get<std::string>();
                right = merge.at(1).get<std::string>();
            }
            std::array<std::int32_t, 3> ids{};
            const std::array<std::string, 3> texts = {left, right, left + right};
            for (std::size_t i = 0; i < ids.size(); ++i) {
                const auto found = vocabulary.find(texts[i]);
                if (found == vocabulary.end())
                    return invalid_input(path_.string() + ": merge " + std::to_string(number) +
                                         " needs the token \"" + texts[i] +
                                         "\", which is not in the vocabulary.");
                ids[i] = found->get<std::int32_t>();
            }
            parts_.merges.push_back({ids[0], ids[1], ids[2]});
        }
        return {};
    }

    Status read_normalizer() {
        const Json& normalizer = member(json_, "normalizer");
        std::vector<Normalizer::Step> steps;
        for (const Json* part : parts_of(normalizer, "normalizers")) {
            using Kind = Normalizer::Kind;
            constexpr std::pair<const char*, Kind> forms[] = {
                {"NFC", Kind::nfc}, {"NFD", Kind::nfd}, {"NFKC", Kind::nfkc}, {"NFKD", Kind::nfkd}};
            const auto form = std::ranges::find_if(
                forms, [&](const auto& named) { return is_type(*part, named.first); });
            if (form != std::end(forms)) {
                steps.push_back({.kind = form->second});
            } else if (is_type(*part, "Prepend")) {
                steps.push_back(
                    {.kind = Kind::prepend, .content = part->at("prepend").get<std::string>()});
            } else if (const auto replaced = replacement(*part)) {
                steps.push_back({Kind::replace, replaced->first, replaced->second});
            } else {
                return not_understood("normalizer", normalizer);
            }
        }
        parts_.normalizer = Normalizer(std::move(steps));
        return {};
    }

    /// Pattern and content of a Replace; empty for another part, and for a regular expression.
    static std::optional<std::pair<std::string, std::string>> replacement(const Json& part) {
        if (!is_type(part, "Replace")) return std::nullopt;
        const Json& pattern = member(part.at("pattern"), "String");
        if (!pattern.is_string() || pattern == "") return std::nullopt;
        return std::pair(pattern.get<std::string>(), part.at("content").get<std::string>());
    }

    Status read_pre_tokenizer() {
        const Json& pre_tokenizer = member(json_, "pre_tokenizer");
        parts_.byte_level = false;
        const auto steps = parts_of(pre_tokenizer, "pretokenizers");
        for (const Json* part : steps) {
            // What comes after ByteLevel would see its alphabet instead of the text.
            if (parts_.byte_level) return not_understood("pre_tokenizer", pre_tokenizer);
            if (is_type(*part, "Metaspace") && steps.size() == 1) {
                read_metaspace(*part);
            } else if (is_type(*part, "ByteLevel")) {
                parts_.byte_level = true;
                SplitStep step;
                step.add_blank = part->value("add_prefix_space", true);
                if (part->value("use_regex", true)) {
                    PLUMB_TRY(step.pattern, SplitPattern::compile(std::string(gpt2_pattern)));
                }
                parts_.splits.push_back(std::move(step));
            } else if (is_type(*part, "Digits")) {
                SplitStep step;
                const bool each = part->value("individual_digits", false);
                PLUMB_TRY(step.pattern, SplitPattern::compile(each ? "\\p{N}" : "\\p{N}+"));
                parts_.splits.push_back(std::move(step));
            } else if (is_type(*part, "Split")) {
                PLUMB_TRY_STATUS(read_split(*part));
            } else {
                return not_understood("pre_tokenizer", pre_tokenizer);
            }
        }
        return {};
    }

    Status read_split(const Json& part) {
        SplitStep step;
        const Json& regex = member(part.at("pattern"), "Regex");
        const bool literal = !regex.is_string();
        const Json& pattern = literal ? part.at("pattern").at("String") : regex;
        auto compiled = SplitPattern::compile(pattern.get<std::string>(), literal);
        if (!compiled.ok())
            return invalid_input(path_.string() + ": in the pre_tokenizer Split " +
                                 compiled.error().message);
        step.pattern = *std::move(compiled);
        const std::string behavior = part.at("behavior").get<std::string>();
        if (behavior == "Removed")
            (part.value("invert", false) ? step.keep_rest : step.keep_matches) = false;
        else if (behavior != "Isolated")
            return invalid_input(path_.string() + ": the behavior " + behavior +
                                 " of the pre_tokenizer Split is not understood.");
        parts_.splits.push_back(std::move(step));
        return {};
    }

    void read_metaspace(const Json& part) {
        Metaspace metaspace;
        metaspace.replacement = part.value("replacement", metaspace.replacement);
        metaspace.split = part.value("split", true);
        metaspace.prepend = prepend_of(part);
        parts_.metaspace = std::move(metaspace);
    }

    static Metaspace::Prepend prepend_of(const Json& part) {
        const std::string scheme = part.value("prepend_scheme", "");
        if (scheme == "first") return Metaspace::Prepend::first;
        const bool never =
            scheme == "never" || (scheme.empty() && !part.value("add_prefix_space", true));
        return never ? Metaspace::Prepend::never : Metaspace::Prepend::always;
    }

    Status read_post_processor() {
        const Json& processor = member(json_, "post_processor");
        for (const Json* part : parts_of(processor, "processors")) {
            if (is_type(*part, "ByteLevel")) continue;
            if (!is_type(*part, "TemplateProcessing"))
                return not_understood("post_processor", processor);
            auto* around = &parts_.before;
            for (const Json& piece : part->at("single")) {
                if (piece.contains("Sequence")) {
                    around = &parts_.after;
                    continue;
                }
                const auto name = piece.at("SpecialToken").at("id").get<std::string>();
                for (const Json& id : part->at("special_tokens").at(name).at("ids")) {
                    PLUMB_TRY(const std::int64_t value, read_token_id(id, name, path_));
                    around->push_back(value);
                }
            }
        }
        return {};
    }

    Status read_decoder() {
        const Json& decoder = member(json_, "decoder");
        const auto steps = parts_of(decoder, "decoders");
        if (parts_.byte_level) {
            if (steps.size() == 1 && is_type(*steps[0], "ByteLevel")) return {};
            return not_understood("decoder", decoder);
        }
        bool fused = false;
        for (const Json* part : steps) {
            if (const auto replaced = replacement(*part); replaced && !fused) {
                parts_.decoder.replacements.push_back(*replaced);
            } else if (is_type(*part, "Metaspace") && !fused) {
                parts_.decoder.replacements.emplace_back(
                    part->value("replacement", Metaspace().replacement), " ");
                parts_.decoder.drop_first_blank = prepend_of(*part) != Metaspace::Prepend::never;
                fused = steps.size() == 1;
            } else if (is_type(*part, "ByteFallback") && !fused) {
                parts_.decoder.byte_fallback = true;
            } else if (is_type(*part, "Fuse")) {
                fused = true;
            } else if (is_type(*part, "Strip") && fused) {
                parts_.decoder.stripped = part->at("content").get<std::string>();
                parts_.decoder.strip_begin = part->at("start").get<std::int64_t>();
                parts_.decoder.strip_end = part->at("stop").get<std::int64_t>();
            } else {
                return not_understood("decoder", decoder);
            }
        }
        // The library puts blanks between tokens where there is no decoder.
        if (steps.empty()) return not_understood("decoder", decoder);
        return {};
    }

    void keep_layout() {
        nlohmann::ordered_json layout;
        for (const char* key : {"version", "truncation", "padding", "added_tokens", "normalizer",
                                "pre_tokenizer", "post_processor", "decoder"})
            layout[key] = nlohmann::ordered_json::parse(member(json_, key).dump());
        layout["model"] = {{"type", "BPE"}};
        for (const auto& [key, value] : json_.at("model").items())
            if (key != "vocab" && key != "merges") layout["model"][key] = value;
        parts_.layout = layout.dump();
    }

    const Json& json_;
    const fs::path& path_;
    BpeParts parts_;
};

}  // namespace

template <class Json>
Result<BpeParts> read_bpe_parts(const Json& json, const fs::path& path) {
    return Reader(json, path).read();
}

template Result<BpeParts> read_bpe_parts(const Json& json, const fs::path& path);

}  // namespace plumb
