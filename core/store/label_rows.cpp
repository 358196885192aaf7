// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/label_rows.h"

#include <string>

namespace plumb {

LabelItem read_item(SQLite::Statement& statement) {
    LabelItem item;
    item.id = statement.getColumn(0).getInt64();
    item.queue = statement.getColumn(1).getInt64();
    item.place = statement.getColumn(2).getInt64();
    item.prompt = statement.getColumn(3).getString();
    item.answer_a = statement.getColumn(4).getString();
    if (const SQLite::Column b = statement.getColumn(5); !b.isNull()) item.answer_b = b.getString();
    item.prompt_is_chat = statement.getColumn(6).getInt() != 0;
    item.answers_are_chat = statement.getColumn(7).getInt() != 0;
    item.origin = statement.getColumn(8).getString();
    return item;
}

Verdict read_verdict(SQLite::Statement& statement) {
    Verdict verdict;
    verdict.id = statement.getColumn(0).getInt64();
    verdict.item = statement.getColumn(1).getInt64();
    verdict.annotator = statement.getColumn(2).getString();
    // The table allows no other names.
    verdict.choice = parse_choice(statement.getColumn(3).getString()).value_or(Choice::skip);
    if (const SQLite::Column strength = statement.getColumn(4); !strength.isNull())
        verdict.strength = strength.getInt64();
    verdict.note = statement.getColumn(5).getString();
    verdict.seconds = read_number(statement.getColumn(6));
    if (const SQLite::Column left = statement.getColumn(7); !left.isNull())
        verdict.a_left = left.getInt() != 0;
    verdict.round = statement.getColumn(8).getInt64();
    verdict.time_ms = statement.getColumn(9).getInt64();
    return verdict;
}

}  // namespace plumb
