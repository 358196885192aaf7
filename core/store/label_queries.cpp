// SPDX-License-Identifier: GPL-3.0-or-later
// Reading items to be judged, and verdicts.
#include <algorithm>

#include "base/strings.h"
#include "store/label_columns.h"
#include "store/reader_implementation.h"

namespace plumb {
namespace {

/// Places count from 1 on without a gap, so the last one says how many there are.
constexpr const char* queue_columns =
    "SELECT id, name, source, added_ms, (SELECT coalesce(max(place), 0) FROM label_items WHERE "
    "queue = label_queues.id), ordering, order_seed, order_source, repeat_share, double_share FROM "
    "label_queues ";

LabelQueue read_queue(SQLite::Statement& statement) {
    LabelQueue queue;
    queue.id = statement.getColumn(0).getInt64();
    queue.name = statement.getColumn(1).getString();
    queue.source = statement.getColumn(2).getString();
    queue.added_ms = statement.getColumn(3).getInt64();
    queue.items = statement.getColumn(4).getInt64();
    // The table allows no other names.
    queue.order.kind =
        parse_label_order(statement.getColumn(5).getString()).value_or(LabelOrder::given);
    queue.order.seed = statement.getColumn(6).getInt64();
    queue.order.source = statement.getColumn(7).getString();
    queue.shares.repeated = statement.getColumn(8).getDouble();
    queue.shares.doubled = statement.getColumn(9).getDouble();
    return queue;
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
        std::string(label_item_columns) +
            "FROM label_items WHERE queue = ? AND place > ? ORDER BY place LIMIT ?",
        [&](SQLite::Statement& statement) {
            statement.bind(1, queue);
            statement.bind(2, behind);
            statement.bind(3, limit);
        },
        read_label_item);
}

Result<std::int64_t> StoreReader::items_judged(LabelQueueId queue) {
    return self_->number(
        "SELECT count(*) FROM (SELECT 1 FROM label_standing WHERE queue = ? AND choice <> 'skip' "
        "GROUP BY item)",
        [&](SQLite::Statement& statement) { statement.bind(1, queue); });
}

Result<std::vector<LabelItemId>> StoreReader::label_item_ids(LabelQueueId queue) {
    return self_->list_of_run(
        "SELECT id FROM label_items WHERE queue = ? ORDER BY place", queue,
        [](SQLite::Statement& statement) { return statement.getColumn(0).getInt64(); });
}

Result<std::vector<LabelItem>> StoreReader::items_to_score(LabelQueueId queue,
                                                           const std::string& model, bool again,
                                                           std::int64_t behind,
                                                           std::int64_t limit) {
    return self_->list(
        std::string(label_item_columns) +
            "FROM label_items WHERE queue = ?1 AND place > ?2 AND (?3 OR NOT EXISTS (SELECT 1 FROM "
            "label_scores WHERE item = id AND model = ?4)) ORDER BY place LIMIT ?5",
        [&](SQLite::Statement& statement) {
            statement.bind(1, queue);
            statement.bind(2, behind);
            statement.bind(3, static_cast<int>(again));
            statement.bind(4, model);
            statement.bind(5, limit);
        },
        read_label_item);
}

Result<std::vector<Verdict>> StoreReader::standing_verdicts(LabelQueueId queue, std::int64_t behind,
                                                            std::int64_t up_to) {
    // The ids of a queue's items rise with their places, so that no verdict is sorted.
    return self_->list(
        "SELECT verdict.id, standing.item, standing.annotator, verdict.choice, strength, note, "
        "seconds, a_left, standing.round, time_ms FROM label_standing AS standing CROSS JOIN "
        "verdicts AS verdict ON verdict.id = standing.verdict WHERE standing.queue = ?1 AND "
        "standing.item >= (SELECT id FROM label_items WHERE queue = ?1 AND place > ?2 ORDER BY "
        "place LIMIT 1) AND standing.item <= (SELECT id FROM label_items WHERE queue = ?1 AND "
        "place <= ?3 ORDER BY place DESC LIMIT 1) ORDER BY standing.item, standing.annotator, "
        "standing.round",
        [&](SQLite::Statement& statement) {
            statement.bind(1, queue);
            statement.bind(2, behind);
            statement.bind(3, up_to);
        },
        read_verdict);
}

Result<std::vector<ItemReward>> StoreReader::label_rewards(LabelQueueId queue, bool judged) {
    const std::string all = "SELECT id, origin FROM label_items WHERE queue = ?";
    const std::string some =
        "SELECT id, origin FROM (SELECT DISTINCT item FROM label_standing WHERE queue = ?) AS "
        "judged CROSS JOIN label_items ON label_items.id = judged.item WHERE true";
    return self_->list(
        "WITH wanted AS (" + (judged ? some : all) +
            " AND answer_b IS NOT NULL), "
            "known AS (SELECT id AS item, 'gold' AS source, origin ->> '$.a.gold' AS a, origin ->> "
            "'$.b.gold' AS b FROM wanted WHERE json_valid(origin) UNION ALL SELECT id, 'run', "
            "origin ->> '$.a.reward', origin ->> '$.b.reward' FROM wanted WHERE json_valid(origin) "
            "UNION ALL SELECT item, model, reward_a, reward_b FROM wanted CROSS JOIN label_scores "
            "ON item = wanted.id) "
            "SELECT item, source, a, b FROM known WHERE typeof(a) IN ('real', 'integer') AND "
            "typeof(b) IN ('real', 'integer') ORDER BY item, source",
        [&](SQLite::Statement& statement) { statement.bind(1, queue); },
        [](SQLite::Statement& statement) {
            return ItemReward{statement.getColumn(0).getInt64(), statement.getColumn(1).getString(),
                              statement.getColumn(2).getDouble(),
                              statement.getColumn(3).getDouble()};
        });
}

}  // namespace plumb
