// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/label_file.h"

#include "base/strings.h"
#include "data/label_row.h"
#include "data/line_reader.h"
#include "data/row_values.h"

namespace plumb {
namespace {

constexpr std::size_t longest_line = 16'000'000;

bool is_utf16(std::string_view text) {
    return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
}

/// Why the line cannot be JSON of this program, before anything is parsed; empty: it can.
std::string unreadable(const LineReader::Line& line) {
    if (line.too_long)
        return "is longer than " + format_bytes(longest_line) +
               " and was skipped. Each line must hold one row; shorten it or leave it out.";
    if (const auto nul = line.text.find('\0'); nul != std::string_view::npos)
        return "holds a NUL byte at byte offset " + std::to_string(nul) +
               " of the line. The file is damaged, or it is not UTF-8; save it as UTF-8.";
    return utf8_problem(line.text);
}

}  // namespace

struct LabelFile::State {
    std::string name;  ///< of the file, for messages
    LineReader lines;
    LabelRowReader rows;
    std::optional<DecidedForm> decided = {};
    std::int64_t bad = 0;
    std::optional<Error> failed = {};

    std::string place(std::int64_t line) const { return name + ", row " + std::to_string(line); }

    /// What ends the file at its first row, since no other could be read.
    Status check_first(const LineReader::Line& line) const {
        if (is_utf16(line.text))
            return invalid_input(place(line.number) + ": the file is UTF-16. Save it as UTF-8.");
        if (trim(line.text).starts_with('['))
            return invalid_input(place(line.number) +
                                 ": the file holds one JSON array instead of a row on each line. "
                                 "Write one object a line, for example with: jq -c '.[]' FILE");
        return {};
    }

    LabelLine read(const LineReader::Line& line) {
        const auto is_bad = [&](const std::string& why) {
            ++bad;
            return LabelLine{line.number, place(line.number) + ": " + why};
        };
        if (const std::string why = unreadable(line); !why.empty()) return is_bad(why);
        auto row = rows.read(line.text, decided);
        if (!row) return is_bad(row.error().message);
        row->line = line.number;
        if (!decided) decided = DecidedForm{row->form, line.number};
        return {line.number, std::move(*row)};
    }

    /// At the end of the file.
    Status check_last() const {
        if (decided) return {};
        if (bad == 0)
            return invalid_input(name +
                                 " has no rows. It needs at least one, such as "
                                 "{\"prompt\": \"...\", \"chosen\": \"...\", "
                                 "\"rejected\": \"...\"}.");
        return invalid_input(
            name + " has no row that can be used: " +
            (bad == 1 ? "its only row is" : "all " + std::to_string(bad) + " are") +
            " bad. Correct the file, or say which columns to read.");
    }

    Result<std::optional<LabelLine>> next(const std::stop_token& stop) {
        while (true) {
            PLUMB_TRY(const auto line, lines.next(stop));
            if (!line) {
                PLUMB_TRY_STATUS(check_last());
                return std::optional<LabelLine>();
            }
            if (trim(line->text).empty() && !line->too_long) continue;
            if (!decided && bad == 0) PLUMB_TRY_STATUS(check_first(*line));
            return std::optional(read(*line));
        }
    }
};

LabelFile::LabelFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
LabelFile::LabelFile(LabelFile&&) noexcept = default;
LabelFile& LabelFile::operator=(LabelFile&&) noexcept = default;
LabelFile::~LabelFile() = default;

Result<LabelFile> LabelFile::open(const std::filesystem::path& path, const LabelColumns& columns) {
    PLUMB_TRY(LineReader lines, LineReader::open(path, longest_line));
    return LabelFile(
        std::make_unique<State>(State{path.string(), std::move(lines), LabelRowReader(columns)}));
}

Result<std::optional<LabelLine>> LabelFile::next(const std::stop_token& stop) {
    if (state_->failed) return *state_->failed;
    auto line = state_->next(stop);
    if (!line && line.error().code != ErrorCode::cancelled) state_->failed = line.error();
    return line;
}

std::optional<LabelForm> LabelFile::form() const {
    return state_->decided ? std::optional(state_->decided->form) : std::nullopt;
}

std::uint64_t LabelFile::bytes_read() const { return state_->lines.bytes_read(); }
std::uint64_t LabelFile::size() const { return state_->lines.size(); }

}  // namespace plumb
