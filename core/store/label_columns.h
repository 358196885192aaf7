// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/store: items to be judged, and verdicts, as queries read them.
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

/// Of table verdicts AS verdict, as read_verdict() takes them; the first of a row.
inline constexpr const char* verdict_columns =
    "verdict.id, verdict.item, verdict.annotator, verdict.choice, verdict.strength, verdict.note, "
    "verdict.seconds, verdict.a_left, verdict.round, verdict.time_ms";
inline constexpr int verdict_column_count = 10;

Verdict read_verdict(SQLite::Statement& statement);

}  // namespace plumb
