// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace plumb {

enum class LogLevel { debug, info, warning, error };

/// Writes one line to standard error and to the log file, if one is set. Any thread.
/// The text is taken as it is: no format placeholders.
void log(LogLevel level, std::string_view text);

inline void log_debug(std::string_view text) { log(LogLevel::debug, text); }
inline void log_info(std::string_view text) { log(LogLevel::info, text); }
inline void log_warning(std::string_view text) { log(LogLevel::warning, text); }
inline void log_error(std::string_view text) { log(LogLevel::error, text); }

/// Lines below this level are left out on standard error; the log file gets all of them.
void set_console_level(LogLevel level);

/// Appends every line to this file too, with its time (a run's log.txt). An empty path ends it.
/// A file that cannot be written is reported once on standard error; the program goes on.
void set_log_file(const std::filesystem::path& path);

/// Called with every line, on the thread that logs; an empty function ends it (log panel).
void set_log_listener(std::function<void(LogLevel, std::string_view)> listener);

}  // namespace plumb
