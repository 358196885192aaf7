// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

/// Paths relative to the project ("core/base/files.h") and what the files hold.
using SourceTree = std::map<std::string, std::string>;

/// All .h and .cpp files of core, app, ui and bench below the project's folder.
SourceTree read_sources(const std::filesystem::path& project);

/// One line for each place that breaks a rule, in the order of the paths: "file:line: reason".
///
/// The rules: a folder includes only those that docs/architecture.md puts before it; torch stays
/// out of the folders without tensors and out of the session's headers, for the
/// clients also through other headers;
/// Qt is in ui and the window program alone; spdlog is in base/log.cpp alone, JSON in .cpp files; a
/// .cpp file has at most 600 lines, a header 300; the first line names the licence.
std::vector<std::string> structure_problems(const SourceTree& sources);
