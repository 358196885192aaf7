// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/opening.h"

#include <algorithm>

#include <sqlite3.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/files.h"
#include "store/recovery.h"
#include "store/schema.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

/// After this the log is cut back when the next writing begins at its front.
constexpr int wal_bytes_kept = 4 << 20;

bool exists_with_content(const fs::path& file) {
    std::error_code error;
    const auto size = fs::file_size(file, error);
    return !error && size > 0;
}

/// Unix milliseconds of the last change of the file; 0 where it is missing.
std::int64_t changed_ms(const std::string& file) {
    struct stat info {};
    if (::stat(file.c_str(), &info) != 0) return 0;
    return static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1000 + info.st_mtim.tv_nsec / 1'000'000;
}

/// Looks at the file without a right to change it: closing a writing connection alone would already
/// take the write-ahead log over.
Status check_version(const fs::path& file) {
    // A first opening that was cut off leaves a rollback journal, which only a writer can undo.
    const bool cut_off = fs::exists(file.string() + "-journal");
    PLUMB_TRY(auto connection, open_connection(file, cut_off ? Opening::write : Opening::read));
    PLUMB_TRY([[maybe_unused]] const int version,
              schema_version(*connection, migrations().back().version));
    return {};
}

Status use_write_ahead_log(Connection& connection) {
    return guarded(connection, [&]() -> Status {
        const std::string mode = connection.db.execAndGet("PRAGMA journal_mode = WAL").getString();
        if (mode != "wal")
            return Error{ErrorCode::io, "the file system of " + connection.file.string() +
                                            " cannot hold a workspace (SQLite's write-ahead log "
                                            "does not work there); choose a folder on a local "
                                            "disk"};
        connection.db.exec("PRAGMA journal_size_limit = " + std::to_string(wal_bytes_kept));
        // The log stays as a file when the last program closes the workspace: readers without the
        // right to write to the folder need to find it, and those with it then make nothing.
        int keep = 1;
        sqlite3_file_control(connection.db.getHandle(), nullptr, SQLITE_FCNTL_PERSIST_WAL, &keep);
        return {};
    });
}

}  // namespace

Result<std::unique_ptr<Connection>> open_for_writing(const fs::path& workspace) {
    const fs::path file = workspace / database_name;
    const bool is_new = !exists_with_content(file);
    if (!is_new) PLUMB_TRY_STATUS(check_version(file));
    std::int64_t last_written_ms =
        std::max(changed_ms(file.string()), changed_ms(file.string() + "-wal"));
    if (last_written_ms == 0) last_written_ms = unix_milliseconds();

    PLUMB_TRY(auto connection, open_connection(file, Opening::create));
    PLUMB_TRY_STATUS(use_write_ahead_log(*connection));
    PLUMB_TRY_STATUS(migrate(*connection, migrations()));
    // SQLite flushes its files; the entry of a new one in its folder is left to us.
    if (is_new) PLUMB_TRY_STATUS(sync_path(workspace));
    PLUMB_TRY_STATUS(recover(*connection, workspace, last_written_ms));
    return connection;
}

}  // namespace plumb
