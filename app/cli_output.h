// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/records.h"

namespace plumb::cli {

/// Standard output. A reader that goes away (`| head`) is no failure: what follows is dropped. A
/// disk that is full is one, told at the end.
class Output {
public:
    void write(std::string_view text);
    /// The text and a line break, handed on at once.
    void line(std::string_view text);
    void flush();

    /// Nothing can be written any more.
    bool closed() const { return closed_; }
    /// Why not, where it is a failure; empty otherwise.
    std::string failure() const;
    bool is_terminal() const;
    /// Columns of the terminal; 80 where that is not known.
    std::size_t width() const;

private:
    void close();

    bool closed_ = false;
    int error_ = 0;
};

/// Writes a message for people to standard error.
void tell(std::string_view text);
/// Reports the error and returns the exit code for it: 2 for wrong use (something named does not
/// exist or is not valid), 1 for everything else.
int report(const Error& error);

struct Column {
    std::string title;
    bool align_right = false;
};
/// Columns as wide as their widest cell, two blanks apart; no blanks at the ends of lines.
std::string format_table(const std::vector<Column>& columns,
                         const std::vector<std::vector<std::string>>& rows);

/// With so many significant digits: "0.9688", "12340", "1.2e-07"; "nan" and "inf" as such.
std::string format_significant(double value, int digits = 4);
/// "2026-03-05 14:02" in local time.
std::string format_time(std::int64_t unix_ms);
/// Control characters, line breaks included, as \n, \t, \x1b: text from a model on one line.
std::string one_line(std::string_view text);
/// "12/150", or "12" where the total is not known.
std::string step_text(const RunRecord& run);

/// One line of --json output. Every line has event, step, time (seconds) and metrics; step and time
/// are null where they have no meaning. JSON has no NaN or infinity: such a metric is null and its
/// key stands in non_finite.
class JsonLine {
public:
    explicit JsonLine(std::string_view event);
    JsonLine& step(std::int64_t step);
    JsonLine& time(double seconds);
    JsonLine& metrics(const Metrics& metrics);
    JsonLine& set(std::string_view key, std::string_view text);
    JsonLine& set(std::string_view key, const char* text) {
        return set(key, std::string_view(text));
    }
    JsonLine& set(std::string_view key, std::int64_t number);
    JsonLine& set(std::string_view key, double number);
    JsonLine& set(std::string_view key, bool yes);
    /// A value that is JSON already.
    JsonLine& set_encoded(std::string_view key, std::string json);
    std::string text() const;

private:
    std::string event_;
    std::optional<std::int64_t> step_;
    std::optional<double> time_;
    Metrics metrics_;
    std::vector<std::pair<std::string, std::string>> others_;  ///< key to encoded value
};

}  // namespace plumb::cli
