// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/store: what the parts of Store share.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "base/check.h"
#include "store/lock.h"
#include "store/query_thread.h"
#include "store/store.h"
#include "store/writer.h"

namespace plumb {

struct Store::Implementation {
    std::filesystem::path folder;
    Access access = Access::read_only;
    // In this order: the threads end, and with them the connections, before the lock is released.
    std::unique_ptr<WorkspaceLock> lock;
    std::unique_ptr<Writer> writer;
    std::unique_ptr<QueryThread> queries;

    Status write(std::function<Status(Connection&)> work,
                 Durability durability = Durability::power) {
        if (!writer)
            return invalid_input("the workspace " + folder.string() +
                                 " is open read-only; open it for writing to change it");
        return writer->run(std::move(work), durability);
    }

    void queue(RunRows rows) {
        PLUMB_CHECK(writer, "rows for the workspace " + folder.string() + ", which is read-only");
        writer->queue(std::move(rows));
    }
};

/// ErrorCode::not_found, with the file.
Error unknown_run(const Connection& connection, RunId id);
Status require_run(Connection& connection, RunId id);

enum class PlanOwner { run, queued };
Status insert_planned_edits(Connection& connection, PlanOwner owner, std::int64_t id,
                            const std::vector<PlannedEdit>& edits);
/// The first of the run that is equal.
Status remove_planned_edit(Connection& connection, RunId id, const PlannedEdit& edit);
/// With its planned edits. ErrorCode::not_found where it is not in the queue.
Status take_from_queue(Connection& connection, QueueId id);

}  // namespace plumb
