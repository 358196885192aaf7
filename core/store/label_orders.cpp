// SPDX-License-Identifier: GPL-3.0-or-later
// In which order a label queue shows its items, to whom, and what reward models say of them.
#include "base/clock.h"
#include "store/store_implementation.h"

namespace plumb {
namespace {

Status require_queue(Connection& connection, LabelQueueId queue) {
    SQLite::Statement find(connection.db, "SELECT 1 FROM label_queues WHERE id = ?");
    find.bind(1, queue);
    if (find.executeStep()) return {};
    return Error{ErrorCode::not_found, "there is no label queue " + std::to_string(queue) + " in " +
                                           connection.file.string()};
}

Status write_places(Connection& connection, LabelQueueId queue,
                    const std::vector<LabelItemId>& items) {
    SQLite::Statement clear(connection.db, "DELETE FROM label_places WHERE queue = ?");
    clear.bind(1, queue);
    clear.exec();
    SQLite::Statement insert(connection.db,
                             "INSERT INTO label_places (queue, rank, item) VALUES (?, ?, ?)");
    std::int64_t rank = 0;
    for (const LabelItemId item : items) {
        Use use(insert);
        use->bind(1, queue);
        use->bind(2, ++rank);
        use->bind(3, item);
        use->exec();
    }
    return {};
}

}  // namespace

Status Store::order_label_queue(LabelQueueId queue, const LabelOrder& order,
                                const std::vector<LabelItemId>& items) {
    PLUMB_CHECK(order.kind != LabelOrder::given || items.empty(),
                "items in the order in which they came need no places");
    return self_->write([&](Connection& connection) -> Status {
        PLUMB_TRY_STATUS(require_queue(connection, queue));
        SQLite::Statement update(connection.db,
                                 "UPDATE label_queues SET ordering = ?, order_seed = ?, "
                                 "order_source = ? WHERE id = ?");
        update.bind(1, std::string(to_string(order.kind)));
        update.bind(2, order.seed);
        update.bind(3, order.source);
        update.bind(4, queue);
        update.exec();
        return write_places(connection, queue, items);
    });
}

Status Store::set_label_shares(LabelQueueId queue, const LabelShares& shares) {
    const auto is_share = [](double share) { return share >= 0 && share <= 1; };
    if (!is_share(shares.repeated) || !is_share(shares.doubled))
        return invalid_input("a share of items lies between 0 and 1");
    return self_->write([&](Connection& connection) -> Status {
        PLUMB_TRY_STATUS(require_queue(connection, queue));
        SQLite::Statement update(
            connection.db,
            "UPDATE label_queues SET repeat_share = ?, double_share = ? WHERE id = ?");
        update.bind(1, shares.repeated);
        update.bind(2, shares.doubled);
        update.bind(3, queue);
        update.exec();
        return {};
    });
}

Status Store::add_label_scores(const std::string& model, const std::vector<LabelScore>& scores) {
    return self_->write([&](Connection& connection) -> Status {
        SQLite::Statement insert(connection.db,
                                 "INSERT OR REPLACE INTO label_scores (item, model, reward_a, "
                                 "reward_b, time_ms) VALUES (?, ?, ?, ?, ?)");
        const std::int64_t now = unix_milliseconds();
        for (const LabelScore& score : scores) {
            Use use(insert);
            use->bind(1, score.item);
            use->bind(2, model);
            use->bind(3, score.reward_a);
            bind_number(*use, 4, score.reward_b);
            use->bind(5, now);
            use->exec();
        }
        return {};
    });
}

}  // namespace plumb
