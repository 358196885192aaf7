// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli_output.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <ctime>

#include <sys/ioctl.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "base/strings.h"

namespace plumb::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string encode(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

void Output::write(std::string_view text) {
    if (closed_) return;
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) close();
}

void Output::line(std::string_view text) {
    write(text);
    write("\n");
    flush();
}

void Output::flush() {
    if (!closed_ && std::fflush(stdout) != 0) close();
}

void Output::close() {
    error_ = errno;
    closed_ = true;
}

std::string Output::failure() const {
    if (!closed_ || error_ == EPIPE) return "";
    return std::string("cannot write standard output: ") + std::strerror(error_);
}

bool Output::is_terminal() const { return ::isatty(STDOUT_FILENO) == 1; }

std::size_t Output::width() const {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

void tell(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fputc('\n', stderr);
}

int report(const Error& error) {
    tell("plumbline-cli: " + error.message);
    const bool wrong_use =
        error.code == ErrorCode::invalid_input || error.code == ErrorCode::not_found;
    return wrong_use ? 2 : 1;
}

std::string format_table(const std::vector<Column>& columns,
                         const std::vector<std::vector<std::string>>& rows) {
    const auto width_of = [](const std::string& cell) { return utf8_characters(cell).size(); };
    std::vector<std::size_t> widths;
    for (const Column& column : columns) widths.push_back(width_of(column.title));
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width_of(row[i]));

    std::string text;
    const auto add_row = [&](const std::vector<std::string>& cells) {
        std::string line;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (i > 0) line += "  ";
            const std::string padding(widths[i] - width_of(cells[i]), ' ');
            line += columns[i].align_right ? padding + cells[i] : cells[i] + padding;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    };
    std::vector<std::string> titles;
    for (const Column& column : columns) titles.push_back(column.title);
    add_row(titles);
    for (const auto& row : rows) add_row(row);
    return text;
}

std::string format_significant(double value, int digits) {
    if (!std::isfinite(value)) return format_number(value);
    std::array<char, 64> buffer;
    char* const end = buffer.data() + buffer.size();
    const auto scientific =
        std::to_chars(buffer.data(), end, value, std::chars_format::scientific, digits - 1);
    // Rounded first, so that what is left reads back as the shortest text of a short number.
    double rounded = value;
    std::from_chars(buffer.data(), scientific.ptr, rounded);
    const double size = std::abs(rounded);
    if (size != 0 && (size < 1e-4 || size >= 1e9)) return format_number(rounded);
    const auto fixed = std::to_chars(buffer.data(), end, rounded, std::chars_format::fixed);
    return {buffer.data(), fixed.ptr};
}

std::string format_time(std::int64_t unix_ms) {
    const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
    std::tm local{};
    ::localtime_r(&seconds, &local);
    std::array<char, 40> buffer;
    std::snprintf(buffer.data(), buffer.size(), "%04d-%02d-%02d %02d:%02d", local.tm_year + 1900,
                  local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min);
    return buffer.data();
}

std::string one_line(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n') {
            result += "\\n";
        } else if (c == '\t') {
            result += "\\t";
        } else if (byte < 0x20 || byte == 0x7f) {
            constexpr char digits[] = "0123456789abcdef";
            result += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
        } else {
            result += c;
        }
    }
    return result;
}

std::string step_text(const RunRecord& run) {
    const std::string step = std::to_string(run.step);
    return run.total_steps > 0 ? step + "/" + std::to_string(run.total_steps) : step;
}

JsonLine::JsonLine(std::string_view event) : event_(event) {}

JsonLine& JsonLine::step(std::int64_t step) {
    step_ = step;
    return *this;
}

JsonLine& JsonLine::time(double seconds) {
    time_ = seconds;
    return *this;
}

JsonLine& JsonLine::metrics(const Metrics& metrics) {
    metrics_ = metrics;
    return *this;
}

JsonLine& JsonLine::set(std::string_view key, std::string_view text) {
    others_.emplace_back(key, encode(Json(text)));
    return *this;
}

JsonLine& JsonLine::set(std::string_view key, std::int64_t number) {
    others_.emplace_back(key, encode(Json(number)));
    return *this;
}

JsonLine& JsonLine::set(std::string_view key, double number) {
    others_.emplace_back(key, encode(Json(number)));
    return *this;
}

JsonLine& JsonLine::set(std::string_view key, bool yes) {
    others_.emplace_back(key, yes ? "true" : "false");
    return *this;
}

JsonLine& JsonLine::set_encoded(std::string_view key, std::string json) {
    others_.emplace_back(key, std::move(json));
    return *this;
}

std::string JsonLine::text() const {
    Json head;
    head["event"] = event_;
    head["step"] = step_ ? Json(*step_) : Json(nullptr);
    head["time"] = time_ ? Json(std::round(*time_ * 1e6) / 1e6) : Json(nullptr);
    Json values = Json::object();
    Json non_finite = Json::array();
    for (const auto& [key, value] : metrics_) {
        values[key] = value;  // dump() writes a number that is not finite as null
        if (!std::isfinite(value)) non_finite.push_back(key);
    }
    head["metrics"] = std::move(values);
    if (!non_finite.empty()) head["non_finite"] = std::move(non_finite);
    std::string line = encode(head);
    line.pop_back();
    for (const auto& [key, value] : others_) line += "," + encode(Json(key)) + ":" + value;
    return line + "}";
}

}  // namespace plumb::cli
