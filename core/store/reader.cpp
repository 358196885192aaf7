// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/strings.h"
#include "store/reader_implementation.h"
#include "store/schema.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

constexpr const char* run_columns =
    "SELECT id, name, algorithm, preset, state, settings, message, step, total_steps, created_ms, "
    "finished_ms, note, shade, archived, deleted_ms FROM runs ";

/// The condition of a scope; those that are being removed are in none but `all`.
const char* scope_condition(RunScope scope) {
    switch (scope) {
        case RunScope::kept: return "deleted_ms = 0 ";
        case RunScope::deleted: return "deleted_ms > 0 ";
        case RunScope::all: break;
    }
    return "1 ";
}

bool is_in(RunScope scope, const RunRecord& run) {
    return scope == RunScope::all || (scope == RunScope::kept) == (run.deleted_ms == 0);
}

RunRecord read_run(SQLite::Statement& statement) {
    RunRecord run;
    run.id = statement.getColumn(0).getInt64();
    run.name = statement.getColumn(1).getString();
    run.algorithm = statement.getColumn(2).getString();
    run.preset = statement.getColumn(3).getString();
    // The table allows no other names.
    run.state = parse_run_state(statement.getColumn(4).getString()).value_or(RunState::failed);
    run.settings = statement.getColumn(5).getString();
    run.message = statement.getColumn(6).getString();
    run.step = statement.getColumn(7).getInt64();
    run.total_steps = statement.getColumn(8).getInt64();
    run.created_ms = statement.getColumn(9).getInt64();
    run.finished_ms = statement.getColumn(10).getInt64();
    run.note = statement.getColumn(11).getString();
    run.shade = statement.getColumn(12).getInt64();
    run.archived = statement.getColumn(13).getInt() != 0;
    run.deleted_ms = statement.getColumn(14).getInt64();
    return run;
}

constexpr const char* planned_columns = "SELECT step, key, value, reason FROM planned_edits ";

PlannedEdit read_planned_edit(SQLite::Statement& statement) {
    return {statement.getColumn(0).getInt64(), statement.getColumn(1).getString(),
            statement.getColumn(2).getString(), statement.getColumn(3).getString()};
}

}  // namespace

StoreReader::StoreReader(std::unique_ptr<Implementation> implementation)
    : self_(std::move(implementation)) {}
StoreReader::~StoreReader() = default;

Result<std::unique_ptr<StoreReader>> StoreReader::open(const fs::path& workspace) {
    const fs::path file = workspace / database_name;
    std::error_code ignored;
    if (!fs::exists(file, ignored))
        return Error{ErrorCode::not_found, "there is no workspace in " + workspace.string() + " (" +
                                               database_name +
                                               " is missing); check the folder, or start a run "
                                               "in it to make one"};
    PLUMB_TRY(auto connection, open_connection(file, Opening::read));
    const int newest = migrations().back().version;
    PLUMB_TRY(const int version, schema_version(*connection, newest));
    if (version < newest)
        return Error{ErrorCode::failed,
                     file.string() + " was written by an older version of this program (its " +
                         "format is " + std::to_string(version) + ", this program reads " +
                         std::to_string(newest) +
                         "); open the workspace once for writing to bring it up to date"};
    auto implementation = std::make_unique<Implementation>();
    implementation->connection = std::move(connection);
    return std::unique_ptr<StoreReader>(new StoreReader(std::move(implementation)));
}

Result<std::vector<RunRecord>> StoreReader::runs(RunScope scope) {
    return self_->list(
        run_columns + ("WHERE " + std::string(scope_condition(scope))) + "ORDER BY id",
        [](SQLite::Statement&) {}, read_run);
}

Result<RunRecord> StoreReader::run(RunId id) {
    PLUMB_TRY(auto found,
              self_->list_of_run(std::string(run_columns) + "WHERE id = ?", id, read_run));
    if (found.empty())
        return Error{ErrorCode::not_found, "there is no run " + std::to_string(id) + " in " +
                                               self_->connection->file.string()};
    return std::move(found.front());
}

Result<RunRecord> StoreReader::find_run(const std::string& id_or_name, RunScope scope) {
    const auto of_scope = [&](RunRecord found) -> Result<RunRecord> {
        if (is_in(scope, found)) return found;
        const std::string run = "run " + std::to_string(found.id) + " (" + found.name + ") was ";
        return Error{ErrorCode::not_found, scope == RunScope::deleted
                                               ? run + "not deleted"
                                               : run + "deleted; bring it back first"};
    };
    if (const auto id = parse_int(id_or_name)) {
        auto found = run(*id);
        if (found) return of_scope(std::move(*found));
        if (found.error().code != ErrorCode::not_found) return found;
    }
    // One in the scope before one that is not.
    PLUMB_TRY(auto found,
              self_->list(
                  run_columns + ("WHERE name = ? ORDER BY " + std::string(scope_condition(scope))) +
                      "DESC, id DESC LIMIT 1",
                  [&](SQLite::Statement& statement) { statement.bind(1, id_or_name); }, read_run));
    if (!found.empty()) return of_scope(std::move(found.front()));

    PLUMB_TRY(const auto names,
              self_->list(
                  "SELECT DISTINCT name FROM runs WHERE " + std::string(scope_condition(scope)),
                  [](SQLite::Statement&) {},
                  [](SQLite::Statement& statement) { return statement.getColumn(0).getString(); }));
    std::string message = "there is no run \"" + id_or_name + "\" in " +
                          self_->connection->file.parent_path().string();
    if (const auto nearest = nearest_name(id_or_name, names))
        message += "; did you mean \"" + *nearest + "\"?";
    else if (names.empty())
        message +=
            scope == RunScope::deleted ? ", where no run was deleted" : ", which has no runs yet";
    return Error{ErrorCode::not_found, message};
}

Result<std::vector<QueuedRun>> StoreReader::queue() {
    PLUMB_TRY(auto runs,
              self_->list(
                  "SELECT id, name, algorithm, settings, resumes, added_ms FROM queue ORDER BY "
                  "place, id",
                  [](SQLite::Statement&) {},
                  [](SQLite::Statement& statement) {
                      QueuedRun run;
                      run.id = statement.getColumn(0).getInt64();
                      run.name = statement.getColumn(1).getString();
                      run.algorithm = statement.getColumn(2).getString();
                      run.settings = statement.getColumn(3).getString();
                      if (!statement.getColumn(4).isNull())
                          run.resumes = statement.getColumn(4).getInt64();
                      run.added_ms = statement.getColumn(5).getInt64();
                      return run;
                  }));
    for (QueuedRun& run : runs) {
        PLUMB_TRY(run.edits, self_->list_of_run(std::string(planned_columns) +
                                                    "WHERE queued = ? ORDER BY step, id",
                                                run.id, read_planned_edit));
    }
    return runs;
}

Result<std::vector<PlannedEdit>> StoreReader::planned_edits(RunId id) {
    return self_->list_of_run(std::string(planned_columns) + "WHERE run = ? ORDER BY step, id", id,
                              read_planned_edit);
}

Result<std::vector<std::string>> StoreReader::metric_keys(RunId id) {
    // One probe for each key instead of a walk over all points of the run.
    return self_->list_of_run(
        "SELECT name FROM metric_keys WHERE EXISTS (SELECT 1 FROM metrics WHERE run = ? AND "
        "key = metric_keys.id) ORDER BY name",
        id, [](SQLite::Statement& statement) { return statement.getColumn(0).getString(); });
}

Result<std::vector<MetricPoint>> StoreReader::metric(RunId id, const std::string& key) {
    return self_->list(
        "SELECT step, value FROM metrics WHERE run = ? AND key = (SELECT id FROM metric_keys WHERE "
        "name = ?) ORDER BY step",
        [&](SQLite::Statement& statement) {
            statement.bind(1, id);
            statement.bind(2, key);
        },
        [](SQLite::Statement& statement) {
            return MetricPoint{statement.getColumn(0).getInt64(),
                               read_value(statement.getColumn(1))};
        });
}

Result<MetricTable> StoreReader::metric_table(RunId id) {
    PLUMB_TRY(const auto keys, metric_keys(id));
    MetricTable table;
    for (const std::string& key : keys) {
        PLUMB_TRY(table[key], metric(id, key));
    }
    return table;
}

Result<std::vector<std::pair<std::int64_t, Metrics>>> StoreReader::metrics(RunId id) {
    struct Point {
        std::int64_t step, key;
        double value;
    };
    std::map<std::int64_t, std::string> names;
    PLUMB_TRY(const auto keys, self_->list(
                                   "SELECT id, name FROM metric_keys", [](SQLite::Statement&) {},
                                   [](SQLite::Statement& statement) {
                                       return std::pair(statement.getColumn(0).getInt64(),
                                                        statement.getColumn(1).getString());
                                   }));
    PLUMB_TRY(const auto points,
              self_->list_of_run("SELECT step, key, value FROM metrics WHERE run = ?", id,
                                 [](SQLite::Statement& statement) {
                                     return Point{statement.getColumn(0).getInt64(),
                                                  statement.getColumn(1).getInt64(),
                                                  read_value(statement.getColumn(2))};
                                 }));
    for (const auto& [key, name] : keys) names[key] = name;
    std::map<std::int64_t, Metrics> by_step;
    for (const Point& point : points) {
        // A key that a writer added between the two queries is left to the next call.
        if (const auto name = names.find(point.key); name != names.end())
            by_step[point.step][name->second] = point.value;
    }
    std::vector<std::pair<std::int64_t, Metrics>> result;
    result.reserve(by_step.size());
    for (auto& [step, metrics] : by_step) result.emplace_back(step, std::move(metrics));
    return result;
}

Result<std::vector<EditRecord>> StoreReader::edits(RunId id) {
    return self_->list_of_run(
        "SELECT step, key, old_value, new_value, reason, time_ms FROM edits WHERE run = ? "
        "ORDER BY step, id",
        id, [](SQLite::Statement& statement) {
            return EditRecord{
                statement.getColumn(0).getInt64(),  statement.getColumn(1).getString(),
                statement.getColumn(2).getString(), statement.getColumn(3).getString(),
                statement.getColumn(4).getString(), statement.getColumn(5).getInt64()};
        });
}

Result<std::vector<CheckpointRecord>> StoreReader::checkpoints(RunId id) {
    return self_->list_of_run(
        "SELECT step, folder, is_best, score, bytes, time_ms FROM checkpoints WHERE run = ? "
        "ORDER BY step",
        id, [](SQLite::Statement& statement) {
            return CheckpointRecord{statement.getColumn(0).getInt64(),
                                    statement.getColumn(1).getString(),
                                    statement.getColumn(2).getInt() != 0,
                                    read_number(statement.getColumn(3)),
                                    static_cast<std::uint64_t>(statement.getColumn(4).getInt64()),
                                    statement.getColumn(5).getInt64()};
        });
}

}  // namespace plumb
