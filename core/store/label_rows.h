// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/store: how rows of label tables are read.
#pragma once

#include "store/database.h"
#include "store/label_records.h"

namespace plumb {

/// Of table label_items, as read_item() takes them.
inline constexpr const char* item_columns =
    "SELECT id, queue, place, prompt, answer_a, answer_b, prompt_is_chat, answers_are_chat, "
    "origin ";
LabelItem read_item(SQLite::Statement& statement);

/// Of table or view "verdict", as read_verdict() takes them; the first of the row.
inline constexpr const char* verdict_columns =
    "verdict.id, verdict.item, verdict.annotator, verdict.choice, verdict.strength, verdict.note, "
    "verdict.seconds, verdict.a_left, verdict.round, verdict.time_ms";
inline constexpr int verdict_column_count = 10;
Verdict read_verdict(SQLite::Statement& statement);

}  // namespace plumb
