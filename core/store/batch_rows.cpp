// SPDX-License-Identifier: GPL-3.0-or-later
// Which rows of files a step was made of.
#include <nlohmann/json.hpp>

#include "store/reader_implementation.h"
#include "store/rows.h"

namespace plumb {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

std::string file_rows_to_json(const std::vector<FileRows>& files) {
    Json json = Json::object();
    for (const FileRows& file : files) json[file.file] = file.lines;
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<std::vector<FileRows>> file_rows_from_json(const std::string& text) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    std::vector<FileRows> files;
    for (const auto& [name, lines] : json.items()) {
        FileRows& file = files.emplace_back();
        file.file = name;
        if (!lines.is_array()) return std::nullopt;
        for (const Json& line : lines) {
            if (!line.is_number_integer()) return std::nullopt;
            file.lines.push_back(line.get<std::int64_t>());
        }
    }
    return files;
}

Result<std::vector<FileRows>> StoreReader::batch_rows(RunId id, std::int64_t step) {
    PLUMB_TRY(const auto texts,
              self_->list(
                  "SELECT rows FROM batch_rows WHERE run = ? AND step = ?",
                  [&](SQLite::Statement& statement) {
                      statement.bind(1, id);
                      statement.bind(2, step);
                  },
                  [](SQLite::Statement& statement) { return statement.getColumn(0).getString(); }));
    if (texts.empty()) return std::vector<FileRows>();
    auto files = file_rows_from_json(texts.front());
    if (!files)
        return Error{ErrorCode::failed, "the rows of step " + std::to_string(step) + " of run " +
                                            std::to_string(id) + " are damaged in " +
                                            self_->connection->file.string()};
    return std::move(*files);
}

}  // namespace plumb
