// SPDX-License-Identifier: GPL-3.0-or-later
// Reading items to be judged, and verdicts.
#include <algorithm>

#include "base/strings.h"
#include "store/label_rows.h"
#include "store/reader_implementation.h"

namespace plumb {
namespace {

constexpr const char* queue_columns =
    "SELECT id, name, source, added_ms, (SELECT count(*) FROM label_items WHERE queue = "
    "label_queues.id) FROM label_queues ";

LabelQueue read_queue(SQLite::Statement& statement) {
    LabelQueue queue;
    queue.id = statement.getColumn(0).getInt64();
    queue.name = statement.getColumn(1).getString();
    queue.source = statement.getColumn(2).getString();
    queue.added_ms = statement.getColumn(3).getInt64();
    queue.items = statement.getColumn(4).getInt64();
    return queue;
}

}  // namespace

Result<std::vector<LabelQueue>> StoreReader::label_queues() {
    return self_->list(
        std::string(queue_columns) + "ORDER BY id", [](SQLite::Statement&) {}, read_queue);
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
        "SELECT " + std::string(verdict_columns) +
            " FROM label_items CROSS JOIN standing_verdicts AS verdict ON verdict.item = "
            "label_items.id WHERE queue = ? AND place > ? AND place <= ? ORDER BY place, "
            "annotator, "
            "round",
        [&](SQLite::Statement& statement) {
            statement.bind(1, queue);
            statement.bind(2, behind);
            statement.bind(3, up_to);
        },
        read_verdict);
}

}  // namespace plumb
