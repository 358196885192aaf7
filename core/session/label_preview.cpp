// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/label_preview.h"

#include <algorithm>

#include "base/strings.h"
#include "data/label_fields.h"
#include "data/label_file.h"
#include "data/line_reader.h"
#include "session/label_rows.h"

namespace plumb {
namespace {

/// Longer lines are not looked into for the names of columns.
constexpr std::size_t longest_looked_at = 16'000'000;

std::string cut(const std::string& text) {
    constexpr std::size_t most = LabelFilePreview::longest_shown;
    if (text.size() <= most) return text;
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80) --end;
    return text.substr(0, end) + " ...";
}

std::string shown_text(const std::string& text, bool is_chat) {
    if (!is_chat) return cut(text);
    std::string turns;
    for (const ChatTurn& turn : read_chat_json(text)) {
        if (!turns.empty()) turns += '\n';
        turns += turn.role + ": " + cut(turn.content);
        if (turns.size() > LabelFilePreview::longest_shown) break;
    }
    return cut(turns);
}

LabelPreviewRow shown_row(const LabelRow& row) {
    LabelPreviewRow shown;
    shown.line = row.line;
    shown.prompt = shown_text(row.prompt, row.prompt_is_chat);
    shown.a = shown_text(row.answer_a, row.answers_are_chat);
    if (row.form != LabelForm::labelled_completion)
        shown.b = shown_text(row.answer_b, row.answers_are_chat);
    shown.verdict = choice_of(row);
    return shown;
}

std::string form_columns(LabelForm form) {
    switch (form) {
        case LabelForm::unlabelled_pair: return "prompt, completion_a, completion_b";
        case LabelForm::preference: return "prompt, chosen, rejected";
        case LabelForm::implicit_preference: return "chosen, rejected, which begin with the prompt";
        case LabelForm::labelled_completion: return "prompt, completion, label";
    }
    return {};
}

Status read_columns(const LabelFileToImport& from, std::size_t rows, const std::stop_token& stop,
                    std::vector<std::string>& columns) {
    PLUMB_TRY(LineReader lines, LineReader::open(from.file, longest_looked_at));
    for (std::size_t row = 0; row < rows; ++row) {
        const auto line = lines.next(stop);
        if (!line.ok() && line.error().code == ErrorCode::cancelled) return line.error();
        if (!line.ok() || !*line) break;  // the rows tell what is wrong
        if ((*line)->too_long) continue;
        const auto fields = read_label_fields((*line)->text, {});
        if (!fields.ok()) continue;
        for (const std::string& name : fields->names)
            if (std::ranges::find(columns, name) == columns.end() &&
                columns.size() < most_label_columns && !invalid_utf8_offset(name))
                columns.push_back(name);
    }
    return {};
}

}  // namespace

Result<LabelFilePreview> preview_label_file(const LabelFileToImport& from, std::size_t rows,
                                            const std::stop_token& stop) {
    LabelFilePreview preview;
    PLUMB_TRY(const LabelColumns columns, label_columns(from.columns));
    PLUMB_TRY(LabelFile file, LabelFile::open(from.file, columns));
    preview.bytes = file.size();
    while (preview.rows.size() < rows) {
        const auto line = file.next(stop);
        if (!line.ok()) {
            if (line.error().code == ErrorCode::cancelled) return line.error();
            preview.problem = line.error().message;
            break;
        }
        preview.whole = !line->has_value();
        if (preview.whole) break;
        if (const LabelRow* row = (*line)->row())
            preview.rows.push_back(shown_row(*row));
        else
            preview.rows.push_back({.line = (*line)->line, .problem = *(*line)->problem()});
    }
    if (const auto form = file.form()) preview.form = form_columns(*form);
    PLUMB_TRY_STATUS(read_columns(from, rows, stop, preview.columns));
    return preview;
}

}  // namespace plumb
