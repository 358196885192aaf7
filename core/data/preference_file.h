// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.h"
#include "data/preferences.h"

namespace plumb {

/// The pairs as JSONL, a row each: prompt, chosen, rejected, and chosen_ended, rejected_ended,
/// margin, gold_margin where they are not the default. Any program that reads preference rows reads
/// these. Written through a temporary name and flushed.
Status write_preferences(const std::vector<Preference>& pairs, const std::filesystem::path& file);
/// Reads back what write_preferences() wrote. An empty file holds no pairs.
Result<std::vector<Preference>> read_preferences(const std::filesystem::path& file);

}  // namespace plumb
