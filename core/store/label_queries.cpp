// SPDX-License-Identifier: GPL-3.0-or-later
// Reading items to be judged, and verdicts.
#include <algorithm>

#include "base/strings.h"
#include "store/reader_implementation.h"

namespace plumb {
namespace {

constexpr const char* queue_columns =
    "SELECT id, name, source, added_ms, (SELECT count(*) FROM label_items WHERE queue = "
    "label_queues.id) FROM label_queues ";

constexpr const char* item_columns =
    "SELECT id, queue, place, prompt, answer_a, answer_b, prompt_is_chat, answers_are_chat, "
    "origin ";

LabelQueue read_queue(SQLite::Statement& statement) {
    LabelQueue queue;
    queue.id = statement.getColumn(0).getInt64();
    queue.name = statement.getColumn(1).getString();
    queue.source = statement.getColumn(2).getString();
    queue.added_ms = statement.getColumn(3).getInt64();
    queue.items = statement.getColumn(4).getInt64();
    return queue;
}

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

}  // namespace

Result<std::vector<LabelQueue>> StoreReader::label_queues() {
    return self_->list(
        std::string(queue_columns) + "ORDER BY id", [](SQLite::Statement&) {}, read_queue);
}

Result<LabelQueue> StoreReader::label_queue(LabelQueueId id) {
    PLUMB_TRY(const auto found,
              self_->list_of_run(std::string(queue_columns) + "WHERE id = ?", id, read_queue));
    if (found.empty())
        return Error{ErrorCode::not_found, "there is no label queue " + std::to_string(id) +
                                               " in " + self_->connection->file.string()};
    return found.front();
}

Result<LabelQueue> StoreReader::find_label_queue(const std::string& name_or_id) {
    PLUMB_TRY(const std::vector<LabelQueue> all, label_queues());
    std::vector<std::string> names;
    for (const LabelQueue& queue : all) {
        if (queue.name == name_or_id) return queue;
        names.push_back(queue.name);
    }
    for (const LabelQueue& queue : all)
        if (std::to_string(queue.id) == name_or_id) return queue;
    std::string message =
        "there is no label queue \"" + name_or_id + "\" in " + self_->connection->file.string();
    if (const auto nearest = nearest_name(name_or_id, names))
        message += "; did you mean \"" + *nearest + "\"?";
    return Error{ErrorCode::not_found, message};
}

Result<std::vector<LabelItem>> StoreReader::label_items(LabelQueueId queue, std::int64_t behind,
                                                        std::int64_t limit) {
    return self_->list(
        std::string(item_columns) +
            "FROM label_items WHERE queue = ? AND place > ? ORDER BY place LIMIT ?",
        [&](SQLite::Statement& statement) {
            statement.bind(1, queue);
            statement.bind(2, behind);
            statement.bind(3, limit);
        },
        read_item);
}

Result<std::vector<LabelItem>> StoreReader::items_to_judge(LabelQueueId queue,
                                                           const std::string& annotator,
                                                           std::int64_t behind,
                                                           std::int64_t limit) {
    return self_->list(
        std::string(item_columns) +
            "FROM label_items WHERE queue = ? AND place > ? AND NOT EXISTS (SELECT 1 FROM "
            "standing_verdicts WHERE item = label_items.id AND annotator = ?) ORDER BY place LIMIT "
            "?",
        [&](SQLite::Statement& statement) {
            statement.bind(1, queue);
            statement.bind(2, behind);
            statement.bind(3, annotator);
            statement.bind(4, limit);
        },
        read_item);
}

Result<std::int64_t> StoreReader::items_judged(LabelQueueId queue) {
    return self_->count_judged("choice <> 'skip'",
                               [&](SQLite::Statement& statement) { statement.bind(1, queue); });
}

Result<std::int64_t> StoreReader::items_judged(LabelQueueId queue, const std::string& annotator) {
    return self_->count_judged("annotator = ?", [&](SQLite::Statement& statement) {
        statement.bind(1, queue);
        statement.bind(2, annotator);
    });
}

Result<std::vector<Verdict>> StoreReader::standing_verdicts(LabelQueueId queue, std::int64_t behind,
                                                            std::int64_t up_to) {
    return self_->list(
        "SELECT verdict.id, item, annotator, choice, strength, note, seconds, a_left, round, "
        "time_ms FROM label_items CROSS JOIN standing_verdicts AS verdict ON verdict.item = "
        "label_items.id WHERE queue = ? AND place > ? AND place <= ? ORDER BY place, annotator, "
        "round",
        [&](SQLite::Statement& statement) {
            statement.bind(1, queue);
            statement.bind(2, behind);
            statement.bind(3, up_to);
        },
        read_verdict);
}

Result<std::vector<ItemReward>> StoreReader::label_rewards(LabelQueueId queue) {
    return self_->list(
        "WITH judged AS (SELECT id, origin FROM label_items WHERE queue = ? AND answer_b IS NOT "
        "NULL AND json_valid(origin) AND EXISTS (SELECT 1 FROM standing_verdicts WHERE item = "
        "label_items.id)), "
        "known AS (SELECT id AS item, 'gold' AS source, origin ->> '$.a.gold' AS a, origin ->> "
        "'$.b.gold' AS b FROM judged UNION ALL SELECT id, 'run', origin ->> '$.a.reward', origin "
        "->> '$.b.reward' FROM judged) "
        "SELECT item, source, a, b FROM known WHERE typeof(a) IN ('real', 'integer') AND typeof(b) "
        "IN ('real', 'integer') ORDER BY item, source",
        [&](SQLite::Statement& statement) { statement.bind(1, queue); },
        [](SQLite::Statement& statement) {
            return ItemReward{statement.getColumn(0).getInt64(), statement.getColumn(1).getString(),
                              statement.getColumn(2).getDouble(),
                              statement.getColumn(3).getDouble()};
        });
}

}  // namespace plumb
