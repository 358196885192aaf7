// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/store.h"

#include <algorithm>

#include "base/check.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/log.h"
#include "base/strings.h"
#include "store/opening.h"
#include "store/store_implementation.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

/// The folders are looked at too: should the database be lost and begun anew, its runs must not
/// take over the folders of the old ones.
RunId next_run_id(Connection& connection, const fs::path& runs) {
    RunId last = connection.db
                     .execAndGet(
                         "SELECT max(coalesce((SELECT max(id) FROM runs), 0), coalesce("
                         "(SELECT seq FROM sqlite_sequence WHERE name = 'runs'), 0))")
                     .getInt64();
    std::error_code error;
    for (fs::directory_iterator it(runs, error), end; !error && it != end; it.increment(error))
        if (const auto id = parse_int(it->path().filename().string())) last = std::max(last, *id);
    return last + 1;
}

Status make_run_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder / "checkpoints", error);
    if (error) return file_error("cannot make", folder, error.value());
    PLUMB_TRY_STATUS(sync_path(folder));
    PLUMB_TRY_STATUS(sync_path(folder.parent_path()));
    return sync_path(folder.parent_path().parent_path());
}

Status insert_run(Connection& connection, const RunRecord& run) {
    SQLite::Statement insert(
        connection.db,
        "INSERT INTO runs (id, name, algorithm, preset, state, settings, message, step, "
        "total_steps, created_ms, finished_ms, note, shade) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "?, ?, "
        "?)");
    insert.bind(1, run.id);
    insert.bind(2, run.name);
    insert.bind(3, run.algorithm);
    insert.bind(4, run.preset);
    insert.bind(5, to_string(run.state));
    insert.bind(6, run.settings);
    insert.bind(7, run.message);
    insert.bind(8, run.step);
    insert.bind(9, run.total_steps);
    insert.bind(10, run.created_ms);
    insert.bind(11, run.finished_ms);
    insert.bind(12, run.note);
    insert.bind(13, run.shade);
    insert.exec();
    return {};
}

Status insert_edit(Connection& connection, RunId id, const EditRecord& edit) {
    SQLite::Statement insert(
        connection.db,
        "INSERT INTO edits (run, step, key, old_value, new_value, reason, time_ms) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)");
    insert.bind(1, id);
    insert.bind(2, edit.step);
    insert.bind(3, edit.key);
    insert.bind(4, edit.old_value);
    insert.bind(5, edit.new_value);
    insert.bind(6, edit.reason);
    insert.bind(7, edit.time_ms);
    insert.exec();
    return {};
}

/// Whether the path leads to a place below the folder that it is relative to.
bool stays_below(const fs::path& path) {
    const fs::path normal = path.lexically_normal();
    return !normal.empty() && normal.is_relative() && normal != "." && *normal.begin() != "..";
}

}  // namespace

Store::Store(std::unique_ptr<Implementation> implementation) : self_(std::move(implementation)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const fs::path& workspace, Access access) {
    auto self = std::make_unique<Implementation>();
    std::error_code error;
    self->folder = fs::absolute(workspace, error).lexically_normal();
    self->access = access;
    if (access == Access::read_write) {
        fs::create_directories(self->folder, error);
        if (error) return file_error("cannot make the workspace", self->folder, error.value());
        PLUMB_TRY(WorkspaceLock lock, WorkspaceLock::take(self->folder));
        self->lock = std::make_unique<WorkspaceLock>(std::move(lock));
        PLUMB_TRY(auto connection, open_for_writing(self->folder));
        try {
            self->writer = std::make_unique<Writer>(std::move(connection),
                                                    std::chrono::milliseconds(commit_interval_ms),
                                                    most_queued_bytes);
        } catch (const SQLite::Exception& problem) {
            return database_error(self->folder / database_name, problem, 0);
        }
    }
    PLUMB_TRY(auto reader, StoreReader::open(self->folder));
    self->queries = std::make_unique<QueryThread>(std::move(reader));
    return std::unique_ptr<Store>(new Store(std::move(self)));
}

const fs::path& Store::folder() const { return self_->folder; }
Access Store::access() const { return self_->access; }
fs::path Store::run_folder(RunId id) const { return self_->folder / "runs" / std::to_string(id); }

Result<RunId> Store::create_run(RunRecord record, const std::vector<PlannedEdit>& edits,
                                std::optional<QueueId> queued) {
    const Status created = self_->write([&](Connection& connection) -> Status {
        record.id = next_run_id(connection, self_->folder / "runs");
        if (record.name.empty()) record.name = record.algorithm + "-" + std::to_string(record.id);
        if (record.created_ms == 0) record.created_ms = unix_milliseconds();
        // Before the row: a run in the list always has its folder.
        PLUMB_TRY_STATUS(make_run_folder(run_folder(record.id)));
        PLUMB_TRY_STATUS(insert_run(connection, record));
        PLUMB_TRY_STATUS(insert_planned_edits(connection, PlanOwner::run, record.id, edits));
        return queued ? take_from_queue(connection, *queued) : Status();
    });
    if (!created) return created.error();
    return record.id;
}

Status Store::set_run_state(RunId id, RunState state, const std::string& message) {
    return self_->write([&](Connection& connection) -> Status {
        SQLite::Statement update(
            connection.db, "UPDATE runs SET state = ?, message = ?, finished_ms = ? WHERE id = ?");
        update.bind(1, to_string(state));
        update.bind(2, message);
        update.bind(3, is_over(state) ? unix_milliseconds() : std::int64_t{0});
        update.bind(4, id);
        if (update.exec() == 0) return unknown_run(connection, id);
        return {};
    });
}

Status Store::add_edit(RunId id, const EditRecord& edit) {
    return self_->write([&](Connection& connection) -> Status {
        PLUMB_TRY_STATUS(require_run(connection, id));
        return insert_edit(connection, id, edit);
    });
}

Status Store::add_planned_edits(RunId id, const std::vector<PlannedEdit>& edits) {
    return self_->write([&](Connection& connection) -> Status {
        PLUMB_TRY_STATUS(require_run(connection, id));
        return insert_planned_edits(connection, PlanOwner::run, id, edits);
    });
}

Status Store::settle_planned_edit(RunId id, const PlannedEdit& planned,
                                  const std::optional<EditRecord>& made) {
    return self_->write([&](Connection& connection) -> Status {
        PLUMB_TRY_STATUS(require_run(connection, id));
        PLUMB_TRY_STATUS(remove_planned_edit(connection, id, planned));
        return made ? insert_edit(connection, id, *made) : Status();
    });
}

Status Store::pin_prompt(const std::string& prompt) {
    return self_->write([&](Connection& connection) -> Status {
        SQLite::Statement insert(
            connection.db, "INSERT OR IGNORE INTO pinned_prompts (prompt, time_ms) VALUES (?, ?)");
        insert.bind(1, prompt);
        insert.bind(2, unix_milliseconds());
        insert.exec();
        return {};
    });
}

Status Store::unpin_prompt(const std::string& prompt) {
    return self_->write([&](Connection& connection) -> Status {
        SQLite::Statement remove(connection.db, "DELETE FROM pinned_prompts WHERE prompt = ?");
        remove.bind(1, prompt);
        remove.exec();
        return {};
    });
}

Status Store::add_checkpoint(RunId id, const CheckpointRecord& checkpoint) {
    if (!stays_below(checkpoint.folder))
        return invalid_input("the folder \"" + checkpoint.folder + "\" of the checkpoint of step " +
                             std::to_string(checkpoint.step) + " is not below the workspace " +
                             self_->folder.string());
    return self_->write([&](Connection& connection) -> Status {
        PLUMB_TRY_STATUS(require_run(connection, id));
        if (checkpoint.is_best) {
            SQLite::Statement update(connection.db,
                                     "UPDATE checkpoints SET is_best = 0 WHERE run = ?");
            update.bind(1, id);
            update.exec();
        }
        SQLite::Statement insert(
            connection.db,
            "INSERT OR REPLACE INTO checkpoints (run, step, folder, is_best, score, bytes, "
            "time_ms) VALUES (?, ?, ?, ?, ?, ?, ?)");
        insert.bind(1, id);
        insert.bind(2, checkpoint.step);
        insert.bind(3, checkpoint.folder);
        insert.bind(4, checkpoint.is_best ? 1 : 0);
        bind_number(insert, 5, checkpoint.score);
        insert.bind(6, static_cast<std::int64_t>(checkpoint.bytes));
        insert.bind(7, checkpoint.time_ms);
        insert.exec();
        return {};
    });
}

Status Store::remove_checkpoint(RunId id, std::int64_t step) {
    fs::path folder;
    PLUMB_TRY_STATUS(self_->write([&](Connection& connection) -> Status {
        SQLite::Statement find(connection.db,
                               "SELECT folder FROM checkpoints WHERE run = ? AND step = ?");
        find.bind(1, id);
        find.bind(2, step);
        if (!find.executeStep())
            return Error{
                ErrorCode::not_found,
                "run " + std::to_string(id) + " has no checkpoint of step " + std::to_string(step)};
        folder = self_->folder / find.getColumn(0).getString();
        SQLite::Statement remove(connection.db,
                                 "DELETE FROM checkpoints WHERE run = ? AND step = ?");
        remove.bind(1, id);
        remove.bind(2, step);
        remove.exec();
        return {};
    }));
    // A program that dies here leaves a folder without a row, which the next opening removes.
    if (const int fault = write_fault("remove folder"))
        return file_error("cannot remove", folder, fault);
    std::error_code error;
    fs::remove_all(folder, error);
    if (error) return file_error("cannot remove", folder, error.value());
    return {};
}

Status Store::remove_rows_after(RunId id, std::int64_t step) {
    return self_->write([&](Connection& connection) -> Status {
        PLUMB_TRY_STATUS(require_run(connection, id));
        for (const char* sql : {"DELETE FROM metrics WHERE run = ? AND step > ? AND key NOT IN "
                                "(SELECT id FROM metric_keys WHERE name GLOB 'start/*' "
                                "OR name GLOB 'reward_model/*')",
                                "DELETE FROM completions WHERE run = ? AND step > ?",
                                "DELETE FROM batch_rows WHERE run = ? AND step > ?",
                                "UPDATE runs SET step = ?2 WHERE id = ?1 AND step > ?2"}) {
            SQLite::Statement statement(connection.db, sql);
            statement.bind(1, id);
            statement.bind(2, step);
            statement.exec();
        }
        return {};
    });
}

void Store::add_metrics(RunId id, std::int64_t step, Metrics metrics, std::int64_t total_steps) {
    self_->queue(MetricRows{id, step, std::move(metrics), total_steps});
}

void Store::add_completions(RunId id, std::int64_t step, std::vector<CompletionRecord> rows) {
    self_->queue(CompletionRows{id, step, std::move(rows)});
}

void Store::add_batch_rows(RunId id, std::int64_t step, std::vector<FileRows> files) {
    self_->queue(BatchRows{id, step, std::move(files)});
}

void Store::add_token_data(RunId id, std::int64_t step, std::vector<TokenRecord> rows) {
    self_->queue(TokenRows{id, step, std::move(rows)});
}

void Store::thin_token_data(RunId id, std::int64_t every) {
    self_->queue(TokenThinning{id, every});
}

Status Store::flush() { return self_->writer ? self_->writer->flush() : Status(); }

void Store::post_query(std::function<void(StoreReader&)> query) {
    self_->queries->post(std::move(query));
}

}  // namespace plumb
