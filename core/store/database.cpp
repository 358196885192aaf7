// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/database.h"

#include <cerrno>
#include <cmath>
#include <limits>
#include <string_view>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/files.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

constexpr int busy_timeout_ms = 5000;
constexpr std::string_view not_a_number = "nan";

/// The path as a URI, so that parameters can follow it.
std::string file_uri(const fs::path& file) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string uri = "file://";
    for (const unsigned char c : fs::absolute(file).string()) {
        if (std::isalnum(c) ||
            std::string_view("/-._~").find(static_cast<char>(c)) != std::string_view::npos) {
            uri += static_cast<char>(c);
        } else {
            uri += '%';
            uri += digits[c >> 4];
            uri += digits[c & 15];
        }
    }
    return uri;
}

/// Readers of a WAL database need the log and its index beside it. Where these can be neither found
/// nor made, nobody can be writing, and the file may be read as one that never changes.
bool is_unchangeable(const fs::path& file) {
    std::error_code ignored;
    return ::faccessat(AT_FDCWD, file.parent_path().c_str(), W_OK, AT_EACCESS) != 0 &&
           !fs::exists(file.string() + "-wal", ignored);
}

SQLite::Database open_database(const fs::path& file, Opening opening) {
    // One thread at a time uses a connection, which makes SQLite's own mutexes idle work.
    constexpr int common = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
    switch (opening) {
        case Opening::create:
            return {file_uri(file), common | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                    busy_timeout_ms};
        case Opening::write:
            return {file_uri(file), common | SQLITE_OPEN_READWRITE, busy_timeout_ms};
        case Opening::read: break;
    }
    return {file_uri(file) + (is_unchangeable(file) ? "?immutable=1" : ""),
            common | SQLITE_OPEN_READONLY, busy_timeout_ms};
}

int last_errno(sqlite3_file* file) {
    int error_number = 0;
    if (file && file->pMethods)
        file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &error_number);
    return error_number;
}

/// The errno behind an error of the connection. sqlite3_system_errno does not know it for a commit,
/// whose writes go to the write-ahead log; the files remember theirs.
int last_errno(sqlite3* connection) {
    for (const int which : {SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER}) {
        sqlite3_file* file = nullptr;
        sqlite3_file_control(connection, nullptr, which, &file);
        if (const int error_number = last_errno(file)) return error_number;
    }
    return sqlite3_system_errno(connection);
}

bool means_full_disk(int code, int error_number) {
    return code == SQLITE_FULL ||
           (code == SQLITE_IOERR &&
            (error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG));
}

}  // namespace

Result<std::unique_ptr<Connection>> open_connection(const fs::path& file, Opening opening) {
    try {
        auto connection =
            std::unique_ptr<Connection>(new Connection{file, open_database(file, opening)});
        connection->db.exec("PRAGMA foreign_keys = ON");
        return connection;
    } catch (const SQLite::Exception& problem) {
        return database_error(file, problem, 0);
    }
}

Error database_error(const fs::path& file, const SQLite::Exception& problem, int error_number) {
    const int code = problem.getErrorCode() & 0xff;
    const std::string name = file.string(), reason = problem.what();
    if (means_full_disk(code, error_number))
        return {ErrorCode::disk_full,
                "cannot write " + name + ": the disk is full; free some space and try again"};
    switch (code) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return {ErrorCode::io,
                    name + " is damaged (" + reason +
                        "); nothing was changed. Restore it from a backup, or save its rows with "
                        "the command \"sqlite3 " +
                        name +
                        " .recover\", or move it away to begin a new one: the checkpoints "
                        "below runs stay as they are"};
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {ErrorCode::busy, name + " is in use by another program (" + reason +
                                         "); close that program and try again"};
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return {ErrorCode::io, "cannot write " + name + " (" + reason +
                                       "); check the permissions of the file and its folder"};
        case SQLITE_CANTOPEN:
            return {ErrorCode::io, "cannot open " + name + " (" + reason +
                                       "); check the permissions of the file and its folder"};
        case SQLITE_IOERR: {
            const std::string system =
                error_number ? ": " + std::generic_category().message(error_number) : "";
            return {ErrorCode::io, "cannot read or write " + name + " (" + reason + system +
                                       "); check the disk and try again"};
        }
        case SQLITE_INTERRUPT: return cancelled();
        default: return {ErrorCode::failed, name + ": " + reason};
    }
}

Error database_error(Connection& connection, const SQLite::Exception& problem) {
    return database_error(connection.file, problem, last_errno(connection.db.getHandle()));
}

namespace detail {

Status begin(Connection& connection, Durability durability) {
    // In WAL mode NORMAL writes the log without flushing it; FULL flushes the whole log with each
    // commit, and with it what NORMAL commits left there.
    connection.db.exec(durability == Durability::power ? "PRAGMA synchronous = FULL"
                                                       : "PRAGMA synchronous = NORMAL");
    connection.db.exec("BEGIN IMMEDIATE");
    return {};
}

Status commit(Connection& connection) {
    if (const int fault = write_fault("database commit"))
        return file_error("cannot write", connection.file, fault);
    connection.db.exec("COMMIT");
    return {};
}

void roll_back(Connection& connection) {
    // Some errors have rolled back already; a second attempt would only fail.
    if (sqlite3_get_autocommit(connection.db.getHandle()) == 0) connection.db.tryExec("ROLLBACK");
}

}  // namespace detail

void bind_number(SQLite::Statement& statement, int index, std::optional<double> number) {
    if (!number)
        statement.bind(index);
    else if (std::isnan(*number))
        statement.bind(index, std::string(not_a_number));
    else
        statement.bind(index, *number);
}

std::optional<double> read_number(const SQLite::Column& column) {
    if (column.isNull()) return std::nullopt;
    if (column.isText()) return std::numeric_limits<double>::quiet_NaN();
    return column.getDouble();
}

}  // namespace plumb
