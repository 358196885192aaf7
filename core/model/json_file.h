// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"

namespace plumb {

/// The JSON object in a file that may come from anywhere: read only where it is a regular file of
/// at most so many bytes, and nested no deeper than such files are. Errors name the file.
Result<nlohmann::json> read_untrusted_json(const std::filesystem::path& file,
                                           std::uint64_t most_bytes);

}  // namespace plumb
