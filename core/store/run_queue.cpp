// SPDX-License-Identifier: GPL-3.0-or-later
// The queue, and the edits that its runs and those that were started are to make.
#include <algorithm>

#include "base/clock.h"
#include "store/store_implementation.h"

namespace plumb {

Status insert_planned_edits(Connection& connection, PlanOwner owner, std::int64_t id,
                            const std::vector<PlannedEdit>& edits) {
    const std::string column = owner == PlanOwner::run ? "run" : "queued";
    SQLite::Statement insert(connection.db, "INSERT INTO planned_edits (" + column +
                                                ", step, key, value, reason) VALUES (?, ?, ?, ?, "
                                                "?)");
    for (const PlannedEdit& edit : edits) {
        Use use(insert);
        use->bind(1, id);
        use->bind(2, edit.step);
        use->bind(3, edit.key);
        use->bind(4, edit.value);
        use->bind(5, edit.reason);
        use->exec();
    }
    return {};
}

Status remove_planned_edit(Connection& connection, RunId id, const PlannedEdit& edit) {
    SQLite::Statement remove(
        connection.db,
        "DELETE FROM planned_edits WHERE id = (SELECT min(id) FROM planned_edits WHERE run = ? AND "
        "step = ? AND key = ? AND value = ?)");
    remove.bind(1, id);
    remove.bind(2, edit.step);
    remove.bind(3, edit.key);
    remove.bind(4, edit.value);
    remove.exec();
    return {};
}

Status take_from_queue(Connection& connection, QueueId id) {
    SQLite::Statement remove(connection.db, "DELETE FROM queue WHERE id = ?");
    remove.bind(1, id);
    if (remove.exec() == 0)
        return Error{ErrorCode::not_found, "entry " + std::to_string(id) +
                                               " is not in the queue of " +
                                               connection.file.string() + " (any more)"};
    return {};
}

Result<QueueId> Store::enqueue(QueuedRun run) {
    if (run.added_ms == 0) run.added_ms = unix_milliseconds();
    const Status added = self_->write([&](Connection& connection) -> Status {
        if (run.resumes) PLUMB_TRY_STATUS(require_run(connection, *run.resumes));
        SQLite::Statement insert(
            connection.db,
            "INSERT INTO queue (place, name, algorithm, settings, resumes, added_ms) VALUES "
            "((SELECT coalesce(max(place), 0) + 1 FROM queue), ?, ?, ?, ?, ?)");
        insert.bind(1, run.name);
        insert.bind(2, run.algorithm);
        insert.bind(3, run.settings);
        if (run.resumes) insert.bind(4, *run.resumes);
        insert.bind(5, run.added_ms);
        insert.exec();
        run.id = connection.db.getLastInsertRowid();
        return insert_planned_edits(connection, PlanOwner::queued, run.id, run.edits);
    });
    if (!added) return added.error();
    return run.id;
}

Status Store::dequeue(const std::vector<QueueId>& ids) {
    return self_->write([&](Connection& connection) -> Status {
        for (const QueueId id : ids) PLUMB_TRY_STATUS(take_from_queue(connection, id));
        return {};
    });
}

Status Store::move_queued(QueueId id, std::size_t place) {
    return self_->write([&](Connection& connection) -> Status {
        std::vector<QueueId> order;
        SQLite::Statement list(connection.db, "SELECT id FROM queue ORDER BY place, id");
        while (list.executeStep()) order.push_back(list.getColumn(0).getInt64());
        list.reset();
        if (std::erase(order, id) == 0) return take_from_queue(connection, id);  // its error
        order.insert(order.begin() + static_cast<std::ptrdiff_t>(std::min(place, order.size())),
                     id);
        SQLite::Statement update(connection.db, "UPDATE queue SET place = ? WHERE id = ?");
        for (std::size_t i = 0; i < order.size(); ++i) {
            Use use(update);
            use->bind(1, static_cast<std::int64_t>(i) + 1);
            use->bind(2, order[i]);
            use->exec();
        }
        return {};
    });
}

}  // namespace plumb
