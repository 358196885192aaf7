// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/store: an item to be judged as queries read it.
#pragma once

#include "store/database.h"
#include "store/label_records.h"

namespace plumb {

/// Of label_items; further columns and FROM follow.
inline constexpr const char* label_item_columns =
    "SELECT label_items.id, label_items.queue, label_items.place, prompt, answer_a, answer_b, "
    "prompt_is_chat, answers_are_chat, origin ";
/// How many these are.
inline constexpr int label_item_column_count = 9;

LabelItem read_label_item(SQLite::Statement& statement);

}  // namespace plumb
