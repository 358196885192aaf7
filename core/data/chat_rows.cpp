// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/chat_rows.h"

#include <algorithm>
#include <map>

#include "base/strings.h"
#include "data/column_access.h"

namespace plumb {
namespace {

std::string turn_name(std::size_t number) { return "turn " + std::to_string(number + 1); }

Error wrong_turn(const Row& row, const std::string& column, std::size_t number,
                 const std::string& what) {
    return invalid_input(row.source() + ": column " + column + ", " + turn_name(number) + " " +
                         what +
                         ". Turns are objects like {\"role\": \"user\", \"content\": "
                         "\"...\"}.");
}

/// {"from": "human", "value": "hi"} as role and content; other turns stay.
jinja::Value with_role(const jinja::Value& turn) {
    static const std::map<std::string_view, const char*> roles = {
        {"human", "user"}, {"gpt", "assistant"}, {"bot", "assistant"}, {"function", "tool"}};
    const jinja::Dict* dict = turn.dict();
    const jinja::Value *from = dict->find(std::string_view("from")),
                       *value = dict->find(std::string_view("value"));
    if (dict->find(std::string_view("role")) || !from || !from->text() || !value) return turn;
    const auto known = roles.find(from->text()->bytes);
    const std::string role = known == roles.end() ? from->text()->bytes : known->second;
    std::vector<std::pair<jinja::Value, jinja::Value>> entries;
    entries.emplace_back(jinja::make_text("role", nullptr), jinja::make_text(role, nullptr));
    entries.emplace_back(jinja::make_text("content", nullptr), *value);
    for (const auto& [key, other] : dict->entries)
        if (key.text()->bytes != "from" && key.text()->bytes != "value")
            entries.emplace_back(key, other);
    return jinja::make_dict(std::move(entries), nullptr);
}

/// A JSON value of a column, which may also stand there as text.
Result<jinja::Value> value_of(const Row& row, const std::string& column) {
    const auto value = jinja::value_from_json(row.columns.at(column).text);
    if (!value.ok())
        return invalid_input(row.source() + ": column " + column + " is " + value.error().message);
    return value;
}

std::string_view last_text(const jinja::Value& turn) {
    const jinja::Value* content = turn.dict()->find(std::string_view("content"));
    return content && content->text() ? trim(content->text()->bytes) : std::string_view();
}

std::vector<jinja::Value> joined(const std::vector<jinja::Value>& a,
                                 const std::vector<jinja::Value>& b) {
    std::vector<jinja::Value> all = a;
    all.insert(all.end(), b.begin(), b.end());
    return all;
}

}  // namespace

bool holds_turns(const Row& row, const std::string& column) {
    const auto found = row.columns.find(column);
    return found != row.columns.end() && !found->second.is_text &&
           found->second.text.starts_with("[{");
}

std::string conversation_column(const Row& row) {
    for (const char* column : conversation_columns)
        if (holds_turns(row, column)) return column;
    return {};
}

Result<std::vector<jinja::Value>> turns_of(const Row& row, const std::string& column) {
    if (!row.columns.contains(column))
        return missing_column(row, column, "The first row has it, so every row needs it.");
    if (!holds_turns(row, column))
        return unusable_value(row, column, "chat turns",
                              "The first row has a conversation there, so every row needs one; "
                              "put rows of text into another file.");
    PLUMB_TRY(const jinja::Value list, value_of(row, column));
    std::vector<jinja::Value> turns;
    for (const jinja::Value& item : list.list()->items) {
        const std::size_t number = turns.size();
        if (!item.dict()) return wrong_turn(row, column, number, "is no object");
        jinja::Value turn = with_role(item);
        const jinja::Value* role = turn.dict()->find(std::string_view("role"));
        if (!role || !role->text()) return wrong_turn(row, column, number, "has no role");
        const jinja::Value* content = turn.dict()->find(std::string_view("content"));
        if (content && !content->text() && !content->list() && !content->is_none())
            return wrong_turn(row, column, number, "has a content that is no text");
        turns.push_back(std::move(turn));
    }
    return turns;
}

std::string_view role_of(const jinja::Value& turn) {
    return turn.dict()->find(std::string_view("role"))->text()->bytes;
}

ChatFormat::ChatFormat(std::vector<std::filesystem::path> folders) : folders_(std::move(folders)) {}

ChatFormat ChatFormat::stand_in() {
    ChatFormat format;
    auto read = ChatTemplate::read(
        "{% for m in messages %}{{ m.role }}: {% generation %}{{ m.content }}{% endgeneration %}\n"
        "{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}",
        "stand-in");
    format.loaded_ = std::shared_ptr<const ChatTemplate>(
        std::make_shared<ChatTemplate>(std::move(read).value()));
    return format;
}

Result<const ChatTemplate*> ChatFormat::chat_template(const Row& row) const {
    if (!loaded_) {
        loaded_ = std::shared_ptr<const ChatTemplate>();
        for (const auto& folder : folders_) {
            loaded_ = load_chat_template(folder);
            if (!loaded_->ok() || loaded_->value()) break;
        }
    }
    if (!loaded_->ok()) return loaded_->error();
    if (const ChatTemplate* found = loaded_->value().get()) return found;
    return invalid_input(
        row.source() +
        " holds a conversation, and the model has no chat template that would "
        "write it down as text. Name a chat model in model_name_or_path, put its "
        "chat_template.jinja into the model's folder, or give rows of plain text.");
}

Result<bool> ChatFormat::marks_assistant(const Row& row) const {
    PLUMB_TRY(const ChatTemplate* found, chat_template(row));
    return found->marks_generation();
}

Result<RenderedChat> ChatFormat::render(const Row& row, const std::vector<jinja::Value>& turns,
                                        bool add_generation_prompt) const {
    PLUMB_TRY(const ChatTemplate* found, chat_template(row));
    ChatInput input;
    input.messages = jinja::make_list(turns, nullptr);
    input.add_generation_prompt = add_generation_prompt;
    if (row.columns.contains("tools")) {
        PLUMB_TRY(input.tools, value_of(row, "tools"));
    }
    if (row.columns.contains("chat_template_kwargs")) {
        PLUMB_TRY(const jinja::Value given, value_of(row, "chat_template_kwargs"));
        if (!given.dict())
            return unusable_value(row, "chat_template_kwargs", "an object",
                                  "Its members are variables of the template.");
        for (const auto& [name, value] : given.dict()->entries)
            input.variables.emplace_back(name.text()->bytes, value);
    }
    auto rendered = found->render(input);
    if (!rendered.ok()) return invalid_input(row.source() + ": " + rendered.error().message);
    return rendered;
}

Result<std::string> ChatFormat::prompt(const Row& row,
                                       const std::vector<jinja::Value>& turns) const {
    const bool goes_on = !turns.empty() && role_of(turns.back()) == "assistant";
    PLUMB_TRY(RenderedChat rendered, render(row, turns, !goes_on));
    if (!goes_on) return std::move(rendered.text);
    const std::string_view last = last_text(turns.back());
    const std::size_t found = rendered.text.rfind(last);
    if (last.empty() || found == std::string::npos)
        return invalid_input(row.source() +
                             ": the prompt ends with a turn of the assistant that the template "
                             "does not write down as it is, so that it cannot be gone on with.");
    return rendered.text.substr(0, found + last.size());
}

Result<ChatText> ChatFormat::whole(const Row& row, const std::vector<jinja::Value>& turns) const {
    PLUMB_TRY(RenderedChat rendered, render(row, turns, false));
    return ChatText{{}, std::move(rendered.text), std::move(rendered.generated)};
}

Result<ChatText> ChatFormat::in_two(const Row& row, const std::vector<jinja::Value>& prompt_turns,
                                    const std::vector<jinja::Value>& completion) const {
    PLUMB_TRY(const std::string begun, prompt(row, prompt_turns));
    PLUMB_TRY(RenderedChat rendered, render(row, joined(prompt_turns, completion), false));
    const std::size_t border = shared_bytes(begun, rendered.text);
    return ChatText{rendered.text.substr(0, border), rendered.text.substr(border),
                    std::move(rendered.generated)};
}

std::size_t shared_bytes(std::string_view a, std::string_view b) {
    auto shared = static_cast<std::size_t>(
        std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
    const auto within = [&](std::string_view text) {
        return shared < text.size() && (static_cast<unsigned char>(text[shared]) & 0xC0) == 0x80;
    };
    while (shared > 0 && (within(a) || within(b))) --shared;
    return shared;
}

}  // namespace plumb
