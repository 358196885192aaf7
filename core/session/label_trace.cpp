// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/label_trace.h"

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/strings.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& row, const char* key) {
    if (!row.contains(key)) return {};
    const Json& value = row[key];
    return value.is_string() ? value.get<std::string>()
                             : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<TracedVerdict> verdicts_of(const Json& about) {
    std::vector<TracedVerdict> verdicts;
    if (!about.contains("verdicts")) return verdicts;
    for (const Json& verdict : about["verdicts"])
        if (verdict.is_object())
            verdicts.push_back({verdict.value("id", VerdictId{0}),
                                verdict.value("annotator", std::string()),
                                verdict.value("choice", std::string()),
                                verdict.value("time_ms", std::int64_t{0})});
    return verdicts;
}

TracedRow traced(const std::string& file, std::int64_t line, const std::string& text) {
    TracedRow row;
    row.file = file;
    row.line = line;
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return row;
    row.prompt = text_of(json, "prompt");
    row.chosen = text_of(json, "chosen");
    row.rejected = text_of(json, "rejected");
    if (!json.contains("plumbline") || !json["plumbline"].is_object()) return row;
    const Json& about = json["plumbline"];
    if (about.contains("item") && about["item"].is_number_integer())
        row.item = about["item"].get<LabelItemId>();
    row.verdicts = verdicts_of(about);
    return row;
}

}  // namespace

std::vector<FileRows> rows_by_file(const std::vector<std::string>& sources,
                                   const fs::path& workspace) {
    constexpr std::string_view before_line = ", line ";
    const std::string root = (workspace / "").string();
    std::vector<FileRows> files;
    for (const std::string& source : sources) {
        const auto at = source.rfind(before_line);
        if (at == std::string::npos) continue;
        const auto line = parse_int(source.substr(at + before_line.size()));
        if (!line) continue;
        std::string name = source.substr(0, at);
        if (name.starts_with(root)) name = name.substr(root.size());
        auto file = std::ranges::find(files, name, &FileRows::file);
        if (file == files.end()) file = files.insert(files.end(), FileRows{name, {}});
        file->lines.push_back(*line);
    }
    return files;
}

Result<std::vector<TracedRow>> trace_batch(StoreReader& reader, const fs::path& workspace,
                                           RunId run, std::int64_t step) {
    PLUMB_TRY(const RunRecord record, reader.run(run));
    PLUMB_TRY(const auto files, reader.batch_rows(run, step));
    if (files.empty())
        return Error{
            ErrorCode::not_found,
            "run " + std::to_string(run) + ", " + record.name +
                ", does not tell the rows of step " + std::to_string(step) +
                "; runs of dpo and reward on pairs do, for the steps that they have done (" +
                std::to_string(record.step) + ")"};
    std::vector<TracedRow> rows;
    for (const FileRows& file : files) {
        PLUMB_TRY(const std::string content, read_file(workspace / file.file));
        const std::vector<std::string> lines = split(content, '\n');
        for (const std::int64_t line : file.lines) {
            const bool there = line >= 1 && line <= std::ssize(lines);
            rows.push_back(
                traced(file.file, line, there ? lines[static_cast<std::size_t>(line - 1)] : ""));
        }
    }
    return rows;
}

}  // namespace plumb
