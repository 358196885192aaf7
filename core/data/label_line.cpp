// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of label files as lines of JSONL.
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "data/label_fields.h"
#include "data/label_file.h"

namespace plumb {
namespace {

using Json = nlohmann::ordered_json;

Json written(const LabelText& value) {
    const auto turns = value.is_chat ? read_chat_json(value.text) : std::vector<ChatTurn>();
    return turns.empty() ? Json(value.text) : Json::parse(chat_json(turns));
}

std::string finished(Json row, const std::string& provenance) {
    if (!provenance.empty()) {
        Json about = Json::parse(provenance, nullptr, false);
        PLUMB_CHECK(about.is_object(), "provenance must be a JSON object, not " + provenance);
        row["plumbline"] = std::move(about);
    }
    return row.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string preference_line(const LabelText& prompt, const LabelText& chosen,
                            const LabelText& rejected, const std::string& provenance,
                            const PairFacts& facts) {
    Json row = {
        {"prompt", written(prompt)}, {"chosen", written(chosen)}, {"rejected", written(rejected)}};
    if (!facts.chosen_ended) row["chosen_ended"] = false;
    if (!facts.rejected_ended) row["rejected_ended"] = false;
    if (facts.gold_margin) row["gold_margin"] = *facts.gold_margin;
    return finished(std::move(row), provenance);
}

std::string unlabelled_pair_line(const LabelText& prompt, const LabelText& a, const LabelText& b,
                                 const std::string& provenance) {
    return finished(
        {{"prompt", written(prompt)}, {"completion_a", written(a)}, {"completion_b", written(b)}},
        provenance);
}

std::string labelled_completion_line(const LabelText& prompt, const LabelText& completion,
                                     std::optional<bool> label, const std::string& provenance) {
    Json row = {{"prompt", written(prompt)}, {"completion", written(completion)}};
    if (label) row["label"] = *label;
    return finished(std::move(row), provenance);
}

std::string label_line(const LabelRow& row, const std::string& provenance) {
    const LabelText prompt{row.prompt, row.prompt_is_chat};
    const LabelText a{row.answer_a, row.answers_are_chat};
    const LabelText b{row.answer_b, row.answers_are_chat};
    switch (row.form) {
        case LabelForm::unlabelled_pair: return unlabelled_pair_line(prompt, a, b, provenance);
        case LabelForm::labelled_completion:
            return labelled_completion_line(prompt, a, row.label.value_or(false), provenance);
        case LabelForm::preference:
        case LabelForm::implicit_preference: break;
    }
    return preference_line(prompt, a, b, provenance);
}

}  // namespace plumb
