// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/edit_history.h"

#include <ranges>

#include "config/fields.h"

namespace plumb {

Settings settings_at(Settings now, const std::vector<EditRecord>& edits, std::int64_t step) {
    for (const EditRecord& edit : std::views::reverse(edits))
        if (!held_at(edit, step)) {
            // A refusal leaves the setting as it is.
            static_cast<void>(set_field(edit.key, now, edit.old_value));
        }
    return now;
}

}  // namespace plumb
