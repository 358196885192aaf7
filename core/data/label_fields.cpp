// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/label_fields.h"

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include "data/row_values.h"

namespace plumb {
namespace {

using Json = nlohmann::json;

constexpr std::size_t most_names_shown = 20, longest_reason = 160;

/// Follows the parser through one row: the columns stand at depth 1, the turns of a conversation at
/// depth 3 (row, list, turn). Everything else is passed over. false ends the parsing.
class FieldReader : public nlohmann::json_sax<Json> {
public:
    explicit FieldReader(const std::set<std::string>& wanted) : wanted_(wanted) {}

    LabelFields fields;
    std::string problem;

    bool null() override {
        if (depth_ == 1) field_ = nullptr;
        if (depth_ == 1 && is_wanted_) fields.columns.erase(name_);
        return depth_ == 1 || scalar("null");
    }
    bool boolean(bool value) override { return flag(value, "true or false"); }
    bool number_integer(number_integer_t) override { return scalar("a number"); }
    bool number_unsigned(number_unsigned_t value) override {
        return value <= 1 ? flag(value == 1, "a number") : scalar("a number");
    }
    bool number_float(number_float_t, const string_t&) override { return scalar("a number"); }
    bool binary(binary_t&) override { return scalar("bytes"); }

    bool string(string_t& value) override {
        if (depth_ == 3 && turn_ && turn_text_) {
            if (has_nul(value)) refuse("chat turns with a NUL character");
            *turn_text_ = std::move(value);
            return true;
        }
        if (depth_ != 1 || !field_) return scalar("text");
        if (has_nul(value))
            refuse("text with a NUL character");
        else
            *field_ = {.kind = LabelField::Kind::text, .text = std::move(value)};
        return true;
    }

    bool start_object(std::size_t) override {
        if (depth_ == 1) refuse("an object");
        if (depth_ == 2 && in_list_) turn_.emplace();
        if (depth_ == 3 && turn_text_) refuse_turn("an object");
        return descend();
    }
    bool start_array(std::size_t) override {
        if (depth_ == 0) return scalar("a list");
        if (depth_ == 1 && field_) *field_ = {.kind = LabelField::Kind::chat};
        if (depth_ == 1)
            in_list_ = field_ != nullptr;
        else if (depth_ == 2)
            refuse_item("a list");
        else if (depth_ == 3 && turn_text_)
            refuse_turn("a list");
        return descend();
    }

    bool key(string_t& name) override {
        if (depth_ == 1) {
            begin_column(name);
        } else if (depth_ == 3 && turn_) {
            turn_text_ = nullptr;
            if (name == "role") turn_text_ = &turn_->role.emplace();
            if (name == "content") turn_text_ = &turn_->content.emplace();
        }
        return true;
    }

    bool end_object() override {
        if (--depth_ != 2 || !turn_) return true;
        if (!turn_->role || !turn_->content)
            refuse("a list in which item " + std::to_string(turns() + 1) +
                   " lacks role or content");
        else if (field_ && field_->kind == LabelField::Kind::chat)
            field_->turns.push_back({std::move(*turn_->role), std::move(*turn_->content)});
        turn_.reset();
        turn_text_ = nullptr;
        return true;
    }
    bool end_array() override {
        if (--depth_ != 1) return true;
        if (field_ && field_->kind == LabelField::Kind::chat && field_->turns.empty())
            refuse("an empty list");
        in_list_ = false;
        return true;
    }

    bool parse_error(std::size_t, const std::string&, const Json::exception& error) override {
        problem = "is not JSON (" + shown(json_reason(error), longest_reason) +
                  "). Each line must hold one whole object.";
        return false;
    }

    LabelFields take() {
        if (names_ == 0) fields.present = "none";
        if (names_ > most_names_shown)
            fields.present += " and " + std::to_string(names_ - most_names_shown) + " more";
        return std::move(fields);
    }

private:
    struct OpenTurn {
        std::optional<std::string> role, content;
    };

    static bool has_nul(const std::string& text) { return text.find('\0') != std::string::npos; }
    std::size_t turns() const { return field_ ? field_->turns.size() : 0; }

    void begin_column(const std::string& name) {
        if (++names_ <= most_names_shown) fields.present += (names_ > 1 ? ", " : "") + shown(name);
        if (names_ <= most_label_columns) fields.names.push_back(name);
        is_wanted_ = wanted_.contains(name);
        name_ = is_wanted_ ? name : std::string();
        field_ = is_wanted_ ? &(fields.columns[name] = {}) : nullptr;
    }

    /// The column holds nothing that can be used. The first reason stays.
    void refuse(const std::string& what) {
        if (!field_ || (field_->kind == LabelField::Kind::other && !field_->text.empty())) return;
        *field_ = {.kind = LabelField::Kind::other, .text = what};
    }
    void refuse_item(const std::string& what) {
        if (in_list_) refuse("a list in which item " + std::to_string(turns() + 1) + " is " + what);
    }
    void refuse_turn(const std::string& what) {
        if (turn_)
            refuse("a list in which item " + std::to_string(turns() + 1) + " has " + what +
                   " as role or content");
    }

    /// A value that can be no more than the wrong one.
    bool scalar(const char* what) {
        if (depth_ == 0) {
            problem = std::string("holds ") + what +
                      ", not an object. Each line must hold one object like {\"prompt\": \"...\"}.";
            return false;
        }
        if (depth_ == 1) refuse(what);
        if (depth_ == 2) refuse_item(what);
        if (depth_ == 3 && turn_text_) refuse_turn(what);
        return true;
    }
    bool flag(bool value, const char* what) {
        if (depth_ != 1 || !field_) return scalar(what);
        *field_ = {.kind = LabelField::Kind::flag, .text = what, .flag = value};
        return true;
    }

    bool descend() {
        if (++depth_ <= deepest_label_row) return true;
        problem = "nests values more than " + std::to_string(deepest_label_row) +
                  " levels deep. Each line must hold one plain object.";
        return false;
    }

    const std::set<std::string>& wanted_;
    std::size_t names_ = 0;
    int depth_ = 0;
    std::string name_;  ///< of the column, where it is wanted
    bool is_wanted_ = false;
    LabelField* field_ = nullptr;  ///< of the column, where it is wanted
    bool in_list_ = false;
    std::optional<OpenTurn> turn_;
    std::string* turn_text_ = nullptr;  ///< the role or content that comes next
};

}  // namespace

std::string shown(std::string_view text, std::size_t bytes) {
    std::size_t end = std::min(text.size(), bytes);
    while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80)
        --end;
    std::string result(text.substr(0, end));
    std::ranges::replace_if(
        result, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
    return end < text.size() ? result + "..." : result;
}

Result<LabelFields> read_label_fields(std::string_view line, const std::set<std::string>& wanted) {
    FieldReader reader(wanted);
    if (!Json::sax_parse(line.begin(), line.end(), &reader)) return invalid_input(reader.problem);
    return reader.take();
}

std::string chat_json(const std::vector<ChatTurn>& turns) {
    auto list = nlohmann::ordered_json::array();
    for (const ChatTurn& turn : turns)
        list.push_back({{"role", turn.role}, {"content", turn.content}});
    return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<ChatTurn> read_chat_json(std::string_view json) {
    auto fields = read_label_fields("{\"turns\":" + std::string(json) + "}", {"turns"});
    if (!fields || fields->present != "turns" || fields->columns.empty()) return {};
    LabelField& field = fields->columns["turns"];
    return field.kind == LabelField::Kind::chat ? std::move(field.turns) : std::vector<ChatTurn>();
}

}  // namespace plumb
