// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "text/bpe_json.h"

namespace plumb {
namespace {

namespace fs = std::filesystem;

/// One file that is being read.
class Reader {
public:
    Reader(TokenizerFile& file, const TokenizerConfig& config, const fs::path& folder)
        : file_(file),
          config_(config),
          folder_(folder),
          path_(folder / "tokenizer.json"),
          root_(*file.rest, "", path_) {}

    Result<BpeParts> read() {
        PLUMB_TRY_STATUS(read_model());
        PLUMB_TRY(parts_.added, read_added_tokens(root_));
        if (file_.vocabulary.empty() && parts_.added.empty())
            return invalid_input(path_.string() + " has an empty vocabulary.");
        PLUMB_TRY_STATUS(read_tokens());
        PLUMB_TRY(parts_.normalizer, read_normalizer(root_.member("normalizer")));
        PLUMB_TRY(parts_.pre_tokenizer,
                  read_pre_tokenizer(root_.member("pre_tokenizer"), parts_.byte_level));
        PLUMB_TRY_STATUS(read_post_processor());
        begin_and_end_as_configured();
        PLUMB_TRY_STATUS(read_decoder());
        keep_layout();
        parts_.entries = std::move(file_.vocabulary);
        return std::move(parts_);
    }

private:
    Error not_understood(const char* key) const {
        const JsonPart part = root_.member(key);
        return part.error(part.describe() + " is not understood.");
    }

    Status read_model() {
        const JsonPart model = root_.member("model");
        for (const char* key : {"dropout", "continuing_subword_prefix", "end_of_word_suffix"}) {
            const JsonPart value = model.member(key);
            if (!value.is_null() && value.json() != "" && value.json() != 0.0)
                return value.error("is set, which is not understood.");
        }
        PLUMB_TRY(parts_.ignore_merges, model.flag("ignore_merges", false));
        PLUMB_TRY(parts_.byte_fallback, model.flag("byte_fallback", false));
        PLUMB_TRY(parts_.fuse_unknown, model.flag("fuse_unk", false));
        PLUMB_TRY(parts_.unknown, model.optional_text("unk_token"));
        if (!file_.has_vocabulary)
            return model.member("vocab").error("is missing, or no object of tokens and ids.");
        if (!file_.has_merges) return model.member("merges").error("is missing, or no list.");
        return {};
    }

    /// Vocabulary, added tokens and merges, and whether they fit together.
    Status read_tokens() {
        PLUMB_TRY(const TokenTable table, table_of(file_.vocabulary, path_));
        const IdOf id_of = [&](const std::string& text) -> std::optional<std::int64_t> {
            if (const std::int32_t id = table.find(text); id >= 0) return id;
            const auto token = std::ranges::find(parts_.added, text, &AddedToken::content);
            return token == parts_.added.end() ? std::nullopt : std::optional(token->id);
        };
        complete_added_tokens(config_, id_of, parts_.added);
        PLUMB_TRY_STATUS(check_added_tokens(parts_.added, table, path_));
        PLUMB_TRY(parts_.special, special_tokens(config_, id_of, folder_));
        if (!parts_.special.unk && parts_.unknown) parts_.special.unk = id_of(*parts_.unknown);
        parts_.config = config_.text;
        return read_merges(table);
    }

    Status read_merges(const TokenTable& table) {
        const TokenList& texts = file_.merge_parts;
        parts_.merges.reserve(texts.size() / 2);
        std::string both;
        for (std::size_t i = 0; i + 1 < texts.size(); i += 2) {
            both = texts.text(i);
            both += texts.text(i + 1);
            std::array<std::int32_t, 3> ids{};
            const std::array<std::string_view, 3> needed = {texts.text(i), texts.text(i + 1), both};
            for (std::size_t k = 0; k < ids.size(); ++k) {
                ids[k] = table.find(needed[k]);
                if (ids[k] < 0)
                    return invalid_input(path_.string() + ": merge " + std::to_string(i / 2 + 1) +
                                         " needs the token \"" + std::string(needed[k]) +
                                         "\", which is not in the vocabulary.");
            }
            parts_.merges.push_back({ids[0], ids[1], ids[2]});
        }
        return {};
    }

    Status read_post_processor() {
        PLUMB_TRY(const std::vector<JsonPart> parts,
                  root_.member("post_processor").parts("processors"));
        for (const JsonPart& part : parts) {
            if (part.is_type("ByteLevel")) continue;
            if (part.is_type("TemplateProcessing")) {
                PLUMB_TRY_STATUS(read_template(part));
            } else if (part.is_type("RobertaProcessing") || part.is_type("BertProcessing")) {
                PLUMB_TRY(const std::int64_t begin, named_id(part, "cls"));
                PLUMB_TRY(const std::int64_t end, named_id(part, "sep"));
                parts_.before.insert(parts_.before.begin(), begin);
                parts_.after.push_back(end);
            } else {
                return not_understood("post_processor");
            }
        }
        return {};
    }

    /// The id of a ["text", id].
    Result<std::int64_t> named_id(const JsonPart& part, const char* key) const {
        PLUMB_TRY(const std::vector<JsonPart> pair, part.list(key));
        if (pair.size() != 2) return part.member(key).error("is no pair of a token and its id.");
        return usable_id(pair[1]);
    }

    Result<std::int64_t> usable_id(const JsonPart& value) const {
        if (!value.json().is_number_integer() || value.json() < 0 ||
            value.json() > largest_token_id)
            return value.error("is no usable id.");
        return value.json().get<std::int64_t>();
    }

    Status read_template(const JsonPart& part) {
        PLUMB_TRY(const std::vector<JsonPart> pieces, part.list("single"));
        std::vector<std::int64_t> before, after;
        auto* around = &before;
        for (const JsonPart& piece : pieces) {
            if (!piece.member("Sequence").is_null()) {
                if (around == &after) return piece.error("is the text for a second time.");
                around = &after;
                continue;
            }
            PLUMB_TRY(const std::string name, piece.member("SpecialToken").text("id"));
            const JsonPart token = part.member("special_tokens").member(name);
            PLUMB_TRY(const std::vector<JsonPart> ids, token.list("ids"));
            if (ids.empty()) return token.error("has no ids.");
            for (const JsonPart& id : ids) {
                PLUMB_TRY(const std::int64_t value, usable_id(id));
                around->push_back(value);
            }
        }
        parts_.before.insert(parts_.before.begin(), before.begin(), before.end());
        parts_.after.insert(parts_.after.end(), after.begin(), after.end());
        return {};
    }

    void begin_and_end_as_configured() {
        if (!config_.add_bos && !config_.add_eos) return;
        parts_.before.clear();
        parts_.after.clear();
        const SpecialTokens& special = parts_.special;
        if (config_.add_bos.value_or(false) && special.bos) parts_.before.push_back(*special.bos);
        if (config_.add_eos.value_or(false) && special.eos) parts_.after.push_back(*special.eos);
    }

    Status read_decoder() {
        const JsonPart decoder = root_.member("decoder");
        PLUMB_TRY(const std::vector<JsonPart> steps, decoder.parts("decoders"));
        if (parts_.byte_level) {
            if (steps.size() == 1 && steps[0].is_type("ByteLevel")) return {};
            return not_understood("decoder");
        }
        // The library puts blanks between tokens where there is no decoder.
        if (steps.empty()) return not_understood("decoder");
        bool fused = false;
        for (const JsonPart& part : steps) {
            if (part.is_type("Fuse")) {
                fused = true;
            } else if (part.is_type("Strip") && fused) {
                PLUMB_TRY(parts_.decoder.stripped, part.text("content"));
                PLUMB_TRY(parts_.decoder.strip_begin, part.number("start"));
                PLUMB_TRY(parts_.decoder.strip_end, part.number("stop"));
            } else if (fused) {
                return not_understood("decoder");
            } else if (part.is_type("Replace")) {
                PLUMB_TRY(Normalizer::Step step, read_replace(part));
                if (step.regex) return not_understood("decoder");
                parts_.decoder.replacements.emplace_back(step.pattern, step.content);
            } else if (part.is_type("Metaspace")) {
                PLUMB_TRY(const auto mark, part.optional_text("replacement"));
                if (mark && mark->empty()) return part.member("replacement").error("is empty.");
                PLUMB_TRY(const auto prepend, read_prepend_scheme(part));
                parts_.decoder.replacements.emplace_back(mark.value_or(PreTokenizer::Step().mark),
                                                         " ");
                parts_.decoder.drop_first_blank = prepend != PreTokenizer::Step::Prepend::never;
                fused = steps.size() == 1;
            } else if (part.is_type("ByteFallback")) {
                parts_.decoder.byte_fallback = true;
            } else {
                return not_understood("decoder");
            }
        }
        return {};
    }

    void keep_layout() {
        nlohmann::ordered_json layout;
        for (const char* key : {"version", "truncation", "padding", "added_tokens", "normalizer",
                                "pre_tokenizer", "post_processor", "decoder"})
            layout[key] = root_.member(key).json();
        layout["model"] = {{"type", "BPE"}};
        for (const auto& [key, value] : file_.rest->at("model").items())
            layout["model"][key] = value;
        parts_.layout = layout.dump();
    }

    TokenizerFile& file_;
    const TokenizerConfig& config_;
    const fs::path& folder_;
    const fs::path path_;
    JsonPart root_;
    BpeParts parts_;
};

}  // namespace

Result<BpeParts> read_bpe_parts(TokenizerFile& file, const TokenizerConfig& config,
                                const fs::path& folder) {
    return Reader(file, config, folder).read();
}

}  // namespace plumb
