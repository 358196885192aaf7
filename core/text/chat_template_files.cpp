// SPDX-License-Identifier: GPL-3.0-or-later
// The chat template of a folder, and its masks on token ids.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "text/chat_template.h"
#include "text/tokenizer_file.h"

namespace plumb {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using Ids = std::vector<std::int64_t>;

constexpr const char* config_file = "tokenizer_config.json";

/// The file's object; an empty one where there is no such file.
Result<Json> read_object(const fs::path& path) {
    if (!fs::exists(path)) return Json(Json::object());
    PLUMB_TRY(const std::string text, read_file(path));
    return parse_json_object(text, path);
}

std::optional<std::string> text_at(const Json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    if (found == object.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
}

/// The text of chat_template, or of the one named default in a list of them; empty: there is none.
std::optional<std::string> template_text(const Json& config) {
    const auto given = config.find("chat_template");
    if (given == config.end() || !given->is_array()) return text_at(config, "chat_template");
    for (const Json& entry : *given)
        if (text_at(entry, "name") == "default") return text_at(entry, "template");
    return std::nullopt;
}

/// A template and where it stands, for errors.
struct Found {
    std::string text, name;
};

Result<std::optional<Found>> find_template(const fs::path& folder, const Json& config) {
    const fs::path own_path = folder / "chat_template.jinja";
    if (fs::exists(own_path)) {
        PLUMB_TRY(std::string text, read_file(own_path));
        return std::optional<Found>({std::move(text), own_path.string()});
    }
    std::optional<std::string> text = template_text(config);
    if (!text) return std::optional<Found>();
    return std::optional<Found>(
        {*std::move(text), (folder / config_file).string() + ", chat_template"});
}

/// The text of a token that is given as it is or as {"content": text}.
std::optional<std::string> token_text(const Json& config, const char* name) {
    const auto found = config.find(name);
    if (found == config.end()) return std::nullopt;
    return found->is_object() ? text_at(*found, "content") : text_at(config, name);
}

void set_special_tokens(const Json& config, const Json& map, ChatTemplate& chat_template) {
    for (const char* name : {"bos_token", "eos_token", "unk_token", "pad_token", "sep_token",
                             "cls_token", "mask_token"}) {
        auto text = token_text(config, name);
        if (!text && !config.contains(name)) text = token_text(map, name);
        if (text) chat_template.set_variable(name, jinja::make_text(*std::move(text), nullptr));
    }
}

std::size_t shared_beginning(const Ids& a, const Ids& b) {
    return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first -
                                    a.begin());
}

/// Where each token begins in the text, with the end of the text behind the last one; empty where
/// the tokens do not write the text itself, as a normaliser changed it.
std::vector<std::size_t> token_offsets(const std::string& text, const Ids& ids,
                                       const Tokenizer& tokenizer) {
    if (tokenizer.decode(ids, false) != text) return {};
    std::vector<std::size_t> offsets{0};
    for (const std::int64_t count : tokenizer.byte_counts(ids))
        offsets.push_back(offsets.back() + static_cast<std::size_t>(count));
    if (offsets.back() != text.size()) return {};
    return offsets;
}

}  // namespace

Result<std::shared_ptr<const ChatTemplate>> load_chat_template(const fs::path& folder) {
    PLUMB_TRY(const Json config, read_object(folder / config_file));
    PLUMB_TRY(const Json map, read_object(folder / "special_tokens_map.json"));
    PLUMB_TRY(std::optional<Found> found, find_template(folder, config));
    if (!found) return std::shared_ptr<const ChatTemplate>();
    PLUMB_TRY(ChatTemplate read,
              ChatTemplate::read(std::move(found->text), std::move(found->name)));
    set_special_tokens(config, map, read);
    return std::shared_ptr<const ChatTemplate>(std::make_shared<ChatTemplate>(std::move(read)));
}

Result<std::optional<std::string>> chat_template_text(const fs::path& folder) {
    PLUMB_TRY(const Json config, read_object(folder / config_file));
    PLUMB_TRY(std::optional<Found> found, find_template(folder, config));
    if (!found) return std::optional<std::string>();
    return std::optional<std::string>(std::move(found->text));
}

Ids assistant_mask(const RenderedChat& chat, const Ids& ids, const Tokenizer& tokenizer) {
    Ids mask(ids.size(), 0);
    if (chat.generated.empty()) return mask;
    const std::vector<std::size_t> offsets = token_offsets(chat.text, ids, tokenizer);
    // The first token that ends behind the byte.
    const auto token_of = [&](std::size_t byte) {
        if (offsets.empty())
            return shared_beginning(ids, tokenizer.encode(chat.text.substr(0, byte)));
        const auto end = std::upper_bound(offsets.begin() + 1, offsets.end(), byte);
        return static_cast<std::size_t>(end - offsets.begin() - 1);
    };
    for (const auto& [begin, end] : chat.generated) {
        if (begin >= end) continue;
        const std::size_t first = token_of(begin);
        const std::size_t last = offsets.empty() ? token_of(end) : token_of(end - 1) + 1;
        std::fill(
            mask.begin() + static_cast<std::ptrdiff_t>(std::min(first, ids.size())),
            mask.begin() + static_cast<std::ptrdiff_t>(std::min(std::max(first, last), ids.size())),
            1);
    }
    return mask;
}

}  // namespace plumb
