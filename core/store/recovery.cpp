// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/recovery.h"

#include <set>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/log.h"
#include "store/records.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

struct Checkpoint {
    RunId run = 0;
    std::int64_t step = 0;
    fs::path folder;  ///< absolute, without dots
};

/// Without dots and without a slash at the end, so that equal places are equal paths.
fs::path normal(const fs::path& path) {
    const fs::path result = path.lexically_normal();
    return result.has_filename() ? result : result.parent_path();
}

Status interrupt_runs(Connection& connection, std::int64_t last_written_ms) {
    return in_transaction(connection, Durability::power, [&]() -> Status {
        SQLite::Statement update(
            connection.db,
            "UPDATE runs SET state = 'interrupted', finished_ms = max(?, created_ms), message = "
            "'its program ended at step ' || step || CASE WHEN total_steps > 0 THEN ' of ' || "
            "total_steps ELSE '' END || ' without finishing it' WHERE state IN ('running', "
            "'paused')");
        update.bind(1, last_written_ms);
        if (const int count = update.exec(); count > 0)
            log_info(connection.file.string() + ": " + std::to_string(count) +
                     (count == 1 ? " run was" : " runs were") + " interrupted");
        return {};
    });
}

std::vector<Checkpoint> read_checkpoints(Connection& connection, const fs::path& workspace) {
    SQLite::Statement statement(connection.db, "SELECT run, step, folder FROM checkpoints");
    std::vector<Checkpoint> all;
    while (statement.executeStep())
        all.push_back({statement.getColumn(0).getInt64(), statement.getColumn(1).getInt64(),
                       normal(workspace / statement.getColumn(2).getString())});
    return all;
}

Status remove_rows_without_folder(Connection& connection,
                                  const std::vector<Checkpoint>& checkpoints) {
    return in_transaction(connection, Durability::power, [&]() -> Status {
        SQLite::Statement remove(connection.db,
                                 "DELETE FROM checkpoints WHERE run = ? AND step = ?");
        for (const Checkpoint& checkpoint : checkpoints) {
            // Only a folder that is surely not there counts; one that cannot be looked at stays.
            std::error_code error;
            if (fs::status(checkpoint.folder, error).type() != fs::file_type::not_found) continue;
            log_warning("the checkpoint " + checkpoint.folder.string() +
                        " is gone; its entry was removed");
            Use use(remove);
            use->bind(1, checkpoint.run);
            use->bind(2, checkpoint.step);
            use->exec();
        }
        return {};
    });
}

/// A folder that cannot be removed costs space, not the workspace: the log says so.
void remove_folders_without_row(const fs::path& below, const std::set<fs::path>& kept) {
    std::error_code error;
    std::vector<fs::path> leftover;
    for (fs::directory_iterator it(below, error), end; !error && it != end; it.increment(error)) {
        const fs::path path = normal(it->path());
        std::error_code ignored;
        // Symbolic links and single files are no work of this program.
        if (fs::is_directory(it->symlink_status(ignored)) && !kept.contains(path))
            leftover.push_back(path);
    }
    for (const fs::path& path : leftover) {
        log_info("removing the unfinished checkpoint " + path.string());
        if (fs::remove_all(path, error); error)
            log_warning(file_error("cannot remove", path, error.value()).message);
    }
}

}  // namespace

Status recover(Connection& connection, const fs::path& workspace, std::int64_t last_written_ms) {
    return guarded(connection, [&]() -> Status {
        PLUMB_TRY_STATUS(interrupt_runs(connection, last_written_ms));
        const fs::path root = fs::absolute(workspace);
        const std::vector<Checkpoint> checkpoints = read_checkpoints(connection, root);
        PLUMB_TRY_STATUS(remove_rows_without_folder(connection, checkpoints));
        // A row may name a folder further down: what leads there stays as well.
        std::set<fs::path> kept;
        for (const Checkpoint& checkpoint : checkpoints)
            for (fs::path path = checkpoint.folder; path != path.root_path();
                 path = path.parent_path())
                kept.insert(path);

        SQLite::Statement runs(connection.db, "SELECT id FROM runs");
        while (runs.executeStep())
            remove_folders_without_row(
                root / "runs" / runs.getColumn(0).getString() / "checkpoints", kept);
        return {};
    });
}

}  // namespace plumb
