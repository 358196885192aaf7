// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/label_row.h"

#include <algorithm>

#include "base/strings.h"
#include "data/preferences.h"
#include "data/row_values.h"

namespace plumb {
namespace {

constexpr const char* wanted_content =
    R"(text or a list of turns like {"role": "user", "content": "..."})";

std::string form_name(LabelForm form) {
    switch (form) {
        case LabelForm::unlabelled_pair: return "pairs without a label";
        case LabelForm::preference: return "pairs of chosen and rejected with a prompt column";
        case LabelForm::implicit_preference:
            return "pairs of chosen and rejected without a prompt column";
        case LabelForm::labelled_completion: return "single completions with a label";
    }
    return {};
}

bool is_chat(const LabelField& field) { return field.kind == LabelField::Kind::chat; }

std::string stored(LabelField field) {
    return is_chat(field) ? chat_json(field.turns) : std::move(field.text);
}

/// How many turns both conversations begin with, as extract_prompt counts them.
std::size_t shared_turns(const LabelField& a, const LabelField& b) {
    const auto texts = [](const LabelField& field) {
        std::vector<std::string> result;
        for (const ChatTurn& turn : field.turns) result.push_back(chat_json({turn}));
        return result;
    };
    return extract_prompt(texts(a), texts(b));
}

/// The first `count` turns, which the field loses.
std::vector<ChatTurn> take_turns(LabelField& field, std::size_t count) {
    const auto end = field.turns.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<ChatTurn> taken(field.turns.begin(), end);
    field.turns.erase(field.turns.begin(), end);
    return taken;
}

void take_prompt_turns(LabelField& a, LabelField& b, std::size_t count, LabelRow& row) {
    row.prompt_is_chat = count > 0;
    if (count > 0) row.prompt = chat_json(take_turns(a, count));
    take_turns(b, count);
}

/// Finds the prompt at the beginning of both answers.
void split_prompt(LabelField& a, LabelField& b, LabelRow& row) {
    if (is_chat(a)) return take_prompt_turns(a, b, shared_turns(a, b), row);
    PromptSplit split = extract_prompt(a.text, b.text);
    row.prompt = std::move(split.prompt);
    a.text = std::move(split.chosen);
    b.text = std::move(split.rejected);
}

/// Where conversations repeat the text of the prompt column, what they share is the prompt.
void drop_repeated_prompt(LabelField& a, LabelField& b, LabelRow& row) {
    if (row.prompt_is_chat || !is_chat(a)) return;
    const std::size_t count = shared_turns(a, b);
    const bool repeats =
        std::any_of(a.turns.begin(), a.turns.begin() + static_cast<std::ptrdiff_t>(count),
                    [&](const ChatTurn& turn) {
                        return turn.role == "user" && trim(turn.content) == trim(row.prompt);
                    });
    if (repeats) take_prompt_turns(a, b, count, row);
}

std::optional<bool> label_of(const LabelField& field) {
    if (field.kind == LabelField::Kind::flag) return field.flag;
    return field.kind == LabelField::Kind::text ? parse_flag(field.text) : std::nullopt;
}

}  // namespace

// The first that a row has counts. A pair of chosen and rejected says more than one without.
const std::array<LabelRowReader::Shape, 3> LabelRowReader::shapes = {
    Shape{LabelForm::preference, chosen, rejected},
    Shape{LabelForm::unlabelled_pair, answer_a, answer_b},
    Shape{LabelForm::labelled_completion, completion, label},
};

LabelRowReader::LabelRowReader(const LabelColumns& columns)
    : names_{{{"prompt", "question", "instruction"},
              {"completion_a", "response_a", "answer_a", "output_1"},
              {"completion_b", "response_b", "answer_b", "output_2"},
              {"chosen"},
              {"rejected"},
              {"completion", "response", "answer"},
              {"label"}}} {
    const std::array<const std::string*, parts> given = {
        &columns.prompt,   &columns.a,          &columns.b,    &columns.chosen,
        &columns.rejected, &columns.completion, &columns.label};
    for (std::size_t part = 0; part < parts; ++part) {
        given_[part] = !given[part]->empty();
        if (given_[part]) names_[part] = {*given[part]};
        wanted_.insert(names_[part].begin(), names_[part].end());
    }
}

bool LabelRowReader::is_given(const Shape& shape) const {
    return given_[shape.first] || given_[shape.second];
}

const LabelField* LabelRowReader::find(const LabelFields& fields, Part part) const {
    const auto found = fields.columns.find(present_name(fields, part));
    return found == fields.columns.end() ? nullptr : &found->second;
}

std::string LabelRowReader::present_name(const LabelFields& fields, Part part) const {
    for (const std::string& name : names_[part])
        if (fields.columns.contains(name)) return name;
    return {};
}

std::string LabelRowReader::tried(Part part) const {
    std::string result;
    const auto& names = names_[part];
    for (std::size_t i = 0; i < names.size(); ++i)
        result += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + shown(names[i]);
    return result;
}

bool LabelRowReader::may_lack_prompt(const Shape& shape) const {
    return shape.form == LabelForm::preference && !given_[prompt];
}

bool LabelRowReader::is_complete(const LabelFields& fields, const Shape& shape) const {
    return find(fields, shape.first) && find(fields, shape.second) &&
           (find(fields, prompt) || may_lack_prompt(shape));
}

LabelForm LabelRowReader::form_of(const LabelFields& fields, const Shape& shape) const {
    return shape.form == LabelForm::preference && !find(fields, prompt)
               ? LabelForm::implicit_preference
               : shape.form;
}

Result<LabelRowReader::Shape> LabelRowReader::shape_of(
    const LabelFields& fields, const std::optional<DecidedForm>& decided) const {
    const bool any_given = std::ranges::any_of(shapes, [&](auto& s) { return is_given(s); });
    std::optional<Shape> found;
    for (const Shape& shape : shapes) {
        if ((any_given && !is_given(shape)) || !is_complete(fields, shape)) continue;
        if (!decided || form_of(fields, shape) == decided->form) return shape;
        if (!found) found = shape;
    }
    if (!found) return lacks_columns(fields, decided);
    return invalid_input("has the columns of " + form_name(form_of(fields, *found)) + ", but row " +
                         std::to_string(decided->line) + " decided that the file holds " +
                         form_name(decided->form) +
                         ". Put rows of different forms into files of their own.");
}

Error LabelRowReader::lacks_columns(const LabelFields& fields,
                                    const std::optional<DecidedForm>& decided) const {
    // The form that the user meant: named, decided earlier, or else the one with most answers.
    const auto rank = [&](const Shape& shape) {
        const bool was_decided = decided && (decided->form == shape.form ||
                                             (decided->form == LabelForm::implicit_preference &&
                                              shape.form == LabelForm::preference));
        return (is_given(shape) ? 100 : 0) + (was_decided ? 10 : 0) +
               (find(fields, shape.first) ? 1 : 0) + (find(fields, shape.second) ? 1 : 0);
    };
    const Shape& meant = *std::ranges::max_element(shapes, {}, rank);
    if (rank(meant) == 0)
        return invalid_input("has no columns of answers. Looked for " + tried(answer_a) + " with " +
                             tried(answer_b) + "; for " + tried(chosen) + " with " +
                             tried(rejected) + "; for " + tried(completion) + " with " +
                             tried(label) + "; and for a prompt in " + tried(prompt) +
                             ". The row has these columns: " + fields.present +
                             ". Rename its columns, or say which ones to read.");
    std::string missing;
    for (const Part part : {prompt, meant.first, meant.second}) {
        if (find(fields, part) || (part == prompt && may_lack_prompt(meant))) continue;
        missing += (missing.empty() ? "" : ", and no column ") + tried(part);
    }
    return invalid_input("has no column " + missing + ". The row has these columns: " +
                         fields.present + ". Add the column to the row, or say which one to read.");
}

Error LabelRowReader::wrong_type(const LabelFields& fields, Part part,
                                 const std::string& wanted) const {
    const LabelField& field = *find(fields, part);
    const std::string held = field.kind == LabelField::Kind::chat ? "a list of turns"
                             : field.kind == LabelField::Kind::text
                                 ? "\"" + shown(field.text) + "\""
                                 : field.text;
    return invalid_input("column " + shown(present_name(fields, part)) + " must hold " + wanted +
                         ", not " + held + ". Change the row, or say which column to read.");
}

Result<LabelField> LabelRowReader::content(const LabelFields& fields, Part part) const {
    const LabelField& field = *find(fields, part);
    if (field.kind != LabelField::Kind::text && !is_chat(field))
        return wrong_type(fields, part, wanted_content);
    return field;
}

Status LabelRowReader::fill_pair(const LabelFields& fields, const Shape& shape,
                                 LabelRow& row) const {
    PLUMB_TRY(LabelField a, content(fields, shape.first));
    PLUMB_TRY(LabelField b, content(fields, shape.second));
    if (is_chat(a) != is_chat(b))
        return invalid_input("columns " + present_name(fields, shape.first) + " and " +
                             present_name(fields, shape.second) +
                             " must both hold text, or both a list of turns. Change the one that "
                             "differs.");
    if (row.form == LabelForm::implicit_preference)
        split_prompt(a, b, row);
    else
        drop_repeated_prompt(a, b, row);
    row.answers_are_chat = is_chat(a);
    row.answer_a = stored(std::move(a));
    row.answer_b = stored(std::move(b));
    return {};
}

Status LabelRowReader::fill_labelled(const LabelFields& fields, LabelRow& row) const {
    PLUMB_TRY(LabelField answer, content(fields, completion));
    row.label = label_of(*find(fields, label));
    if (!row.label) return wrong_type(fields, label, "true or false");
    row.answers_are_chat = is_chat(answer);
    row.answer_a = stored(std::move(answer));
    return {};
}

Result<LabelRow> LabelRowReader::read(std::string_view line,
                                      const std::optional<DecidedForm>& decided) const {
    PLUMB_TRY(const LabelFields fields, read_label_fields(line, wanted_));
    PLUMB_TRY(const Shape shape, shape_of(fields, decided));
    LabelRow row;
    row.form = form_of(fields, shape);
    if (row.form != LabelForm::implicit_preference) {
        PLUMB_TRY(LabelField field, content(fields, prompt));
        row.prompt_is_chat = is_chat(field);
        row.prompt = stored(std::move(field));
    }
    PLUMB_TRY_STATUS(shape.form == LabelForm::labelled_completion ? fill_labelled(fields, row)
                                                                  : fill_pair(fields, shape, row));
    return row;
}

}  // namespace plumb
