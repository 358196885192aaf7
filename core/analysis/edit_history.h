// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "config/settings.h"
#include "store/records.h"

namespace plumb {

/// Whether the edit had an effect on the update of that step: it holds from the first update after
/// its own step on.
inline bool held_at(const EditRecord& edit, std::int64_t step) { return edit.step < step; }

/// The settings that the update of that step was made with, from those after all edits; step 0:
/// those that the run began with. edits: all of the run, in the order they were made. An old value
/// that the setting does not take is left out.
Settings settings_at(Settings now, const std::vector<EditRecord>& edits, std::int64_t step);

}  // namespace plumb
