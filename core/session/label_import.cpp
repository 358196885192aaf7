// SPDX-License-Identifier: GPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "data/label_file.h"
#include "session/label_files.h"
#include "session/label_rows.h"

namespace plumb {
namespace {

using Json = nlohmann::ordered_json;

NewLabel label_of(const LabelRow& row, const LabelFileToImport& from) {
    NewLabel label;
    label.item.prompt = row.prompt;
    label.item.answer_a = row.answer_a;
    if (row.form != LabelForm::labelled_completion) label.item.answer_b = row.answer_b;
    label.item.prompt_is_chat = row.prompt_is_chat;
    label.item.answers_are_chat = row.answers_are_chat;
    Json origin;
    origin["file"] = from.file.filename().string();
    origin["line"] = row.line;
    label.item.origin = origin.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (const auto choice = choice_of(row)) {
        Verdict verdict;
        verdict.annotator = from.annotator.empty() ? "file" : from.annotator;
        verdict.choice = *choice;
        label.verdict = verdict;
    }
    return label;
}

}  // namespace

Result<LabelColumns> label_columns(const std::map<std::string, std::string>& named) {
    LabelColumns columns;
    const std::map<std::string, std::string LabelColumns::*> roles = {
        {"prompt", &LabelColumns::prompt},
        {"a", &LabelColumns::a},
        {"b", &LabelColumns::b},
        {"chosen", &LabelColumns::chosen},
        {"rejected", &LabelColumns::rejected},
        {"completion", &LabelColumns::completion},
        {"label", &LabelColumns::label},
    };
    for (const auto& [role, name] : named) {
        const auto found = roles.find(role);
        if (found == roles.end())
            return invalid_input("there is no role \"" + role +
                                 "\" for a column; there are prompt, a, b, chosen, rejected, "
                                 "completion and label");
        columns.*found->second = name;
    }
    return columns;
}

std::optional<Choice> choice_of(const LabelRow& row) {
    switch (row.form) {
        case LabelForm::unlabelled_pair: return std::nullopt;
        case LabelForm::preference:
        case LabelForm::implicit_preference: return Choice::a;
        case LabelForm::labelled_completion: break;
    }
    return row.label.value_or(false) ? Choice::good : Choice::bad;
}

Result<LabelFileReport> import_label_file(
    Store& store, const LabelFileToImport& from, const std::stop_token& stop,
    const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    PLUMB_TRY(const LabelColumns columns, label_columns(from.columns));
    PLUMB_TRY(LabelFile file, LabelFile::open(from.file, columns));
    LabelFileReport report;
    std::vector<std::int64_t> lines;  // by position of the rows that were handed on
    const auto next = [&]() -> Result<std::optional<NewLabel>> {
        while (true) {
            PLUMB_TRY(const std::optional<LabelLine> line, file.next(stop));
            if (progress) progress(file.bytes_read(), file.size());
            if (!line) return std::optional<NewLabel>();
            if (const LabelRow* row = line->row()) {
                lines.push_back(row->line);
                return std::optional(label_of(*row, from));
            }
            if (++report.bad_rows <= static_cast<std::int64_t>(LabelFileReport::most_problems))
                report.problems.push_back(*line->problem());
        }
    };
    Json source;
    source["file"] = std::filesystem::absolute(from.file).string();
    PLUMB_TRY(report.done,
              store.import_labels(
                  from.queue, source.dump(-1, ' ', false, Json::error_handler_t::replace), next));
    for (const std::int64_t position : report.done.duplicates)
        report.duplicate_lines.push_back(lines[static_cast<std::size_t>(position - 1)]);
    return report;
}

}  // namespace plumb
