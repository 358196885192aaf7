// SPDX-License-Identifier: GPL-3.0-or-later
// What users say of their runs, down to taking them away.
#include "base/clock.h"
#include "base/files.h"
#include "base/strings.h"
#include "store/store_implementation.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

/// Rows that one commit of a removal takes away: some ten milliseconds.
constexpr std::int64_t rows_a_commit = 10000;

Error not_deleted(RunId id) {
    return invalid_input("run " + std::to_string(id) + " was not deleted");
}

/// Sets one column of a run.
template <class Value>
Status set_column(Connection& connection, RunId id, const char* column, const Value& value) {
    SQLite::Statement update(connection.db,
                             "UPDATE runs SET " + std::string(column) + " = ? WHERE id = ?");
    update.bind(1, value);
    update.bind(2, id);
    if (update.exec() == 0) return unknown_run(connection, id);
    return {};
}

Status mark_deleted(Connection& connection, RunId id) {
    SQLite::Statement find(connection.db, "SELECT name, state, deleted_ms FROM runs WHERE id = ?");
    find.bind(1, id);
    if (!find.executeStep()) return unknown_run(connection, id);
    const auto state = parse_run_state(find.getColumn(1).getString());
    if (state && !is_over(*state))
        return invalid_input("run " + std::to_string(id) + " (" + find.getColumn(0).getString() +
                             ") is going on; finish or abort it before it is deleted");
    if (find.getColumn(2).getInt64() != 0) return {};
    SQLite::Statement waits(connection.db, "DELETE FROM queue WHERE resumes = ?");
    waits.bind(1, id);
    waits.exec();
    return set_column(connection, id, "deleted_ms", unix_milliseconds());
}

Status bring_back(Connection& connection, RunId id) {
    SQLite::Statement find(connection.db, "SELECT deleted_ms FROM runs WHERE id = ?");
    find.bind(1, id);
    if (!find.executeStep()) return unknown_run(connection, id);
    const std::int64_t deleted_ms = find.getColumn(0).getInt64();
    if (deleted_ms == 0) return not_deleted(id);
    if (deleted_ms == run_being_removed)
        return invalid_input("run " + std::to_string(id) +
                             " is being removed for good and cannot be brought back");
    return set_column(connection, id, "deleted_ms", std::int64_t{0});
}

Status begin_removal(Connection& connection, RunId id) {
    SQLite::Statement find(connection.db, "SELECT deleted_ms FROM runs WHERE id = ?");
    find.bind(1, id);
    if (!find.executeStep()) return unknown_run(connection, id);
    if (find.getColumn(0).getInt64() == 0) return not_deleted(id);
    return set_column(connection, id, "deleted_ms", run_being_removed);
}

/// Some rows of the run, of the tables that hold many; returns how many are gone.
Result<std::int64_t> remove_some_rows(Connection& connection, RunId id) {
    for (const char* sql :
         {"DELETE FROM completions WHERE id IN (SELECT id FROM completions WHERE run = ? LIMIT ?)",
          "DELETE FROM metrics WHERE (run, key, step) IN (SELECT run, key, step FROM metrics WHERE "
          "run = ? LIMIT ?)"}) {
        SQLite::Statement remove(connection.db, sql);
        remove.bind(1, id);
        remove.bind(2, rows_a_commit);
        if (const int count = remove.exec(); count > 0) return std::int64_t{count};
    }
    return std::int64_t{0};
}

}  // namespace

Error unknown_run(const Connection& connection, RunId id) {
    return {ErrorCode::not_found,
            "there is no run " + std::to_string(id) + " in " + connection.file.string()};
}

Status require_run(Connection& connection, RunId id) {
    SQLite::Statement find(connection.db, "SELECT 1 FROM runs WHERE id = ?");
    find.bind(1, id);
    if (!find.executeStep()) return unknown_run(connection, id);
    return {};
}

Status Store::rename_run(RunId id, const std::string& name) {
    if (trim(name).empty())
        return invalid_input("run " + std::to_string(id) + " needs a name that is not empty");
    return self_->write(
        [&](Connection& connection) { return set_column(connection, id, "name", name); });
}

Status Store::set_note(RunId id, const std::string& note) {
    return self_->write(
        [&](Connection& connection) { return set_column(connection, id, "note", note); });
}

Status Store::set_shade(const std::vector<RunId>& ids, std::int64_t shade) {
    return self_->write([&](Connection& connection) -> Status {
        for (const RunId id : ids) PLUMB_TRY_STATUS(set_column(connection, id, "shade", shade));
        return {};
    });
}

Status Store::archive_runs(const std::vector<RunId>& ids, bool archived) {
    return self_->write([&](Connection& connection) -> Status {
        for (const RunId id : ids)
            PLUMB_TRY_STATUS(set_column(connection, id, "archived", archived ? 1 : 0));
        return {};
    });
}

Status Store::delete_runs(const std::vector<RunId>& ids) {
    return self_->write([&](Connection& connection) -> Status {
        for (const RunId id : ids) PLUMB_TRY_STATUS(mark_deleted(connection, id));
        return {};
    });
}

Status Store::undelete_runs(const std::vector<RunId>& ids) {
    return self_->write([&](Connection& connection) -> Status {
        for (const RunId id : ids) PLUMB_TRY_STATUS(bring_back(connection, id));
        return {};
    });
}

Status Store::remove_run(RunId id, std::stop_token stop) {
    PLUMB_TRY_STATUS(
        self_->write([&](Connection& connection) { return begin_removal(connection, id); }));
    for (std::int64_t removed = 1; removed > 0;) {
        if (stop.stop_requested()) return cancelled();
        PLUMB_TRY_STATUS(self_->write(
            [&](Connection& connection) -> Status {
                PLUMB_TRY(removed, remove_some_rows(connection, id));
                return {};
            },
            Durability::program));
    }
    // Before the row: what is left after a crash here still has the row that says so.
    if (const int fault = write_fault("remove run folder"))
        return file_error("cannot remove", run_folder(id), fault);
    std::error_code error;
    fs::remove_all(run_folder(id), error);
    if (error) return file_error("cannot remove", run_folder(id), error.value());
    return self_->write([&](Connection& connection) -> Status {
        SQLite::Statement remove(connection.db, "DELETE FROM runs WHERE id = ?");
        remove.bind(1, id);
        remove.exec();
        return {};
    });
}

}  // namespace plumb
