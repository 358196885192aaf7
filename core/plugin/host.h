// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace plumb {

/// The helper program that loads native plug-ins: beside the running program, or in the folder bin
/// next to that one's. An error where it is missing.
Result<std::filesystem::path> plugin_host_program();

/// What the helper program does: loads the plug-in, says hello on standard output, answers batches
/// from standard input until that ends, in the lines of docs/reward-programs.md. A plug-in that
/// cannot be loaded is told in place of the hello. Returns the exit code.
int run_plugin_host(const std::string& plugin, const std::string& config);

}  // namespace plumb
