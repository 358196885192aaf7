// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/store: the only header there that knows SQLite.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/result.h"

namespace plumb {

/// Name of the database below the workspace.
inline constexpr const char* database_name = "workspace.db";

/// A connection and the file it belongs to, which every error names. One thread at a time.
struct Connection {
    std::filesystem::path file;
    SQLite::Database db;
};

enum class Opening {
    create,  ///< for writing; makes the file where it is missing
    write,
    read,
};

/// Opens the file. A file system that forbids writing is read as it stands, provided that no
/// write-ahead log waits beside the database.
Result<std::unique_ptr<Connection>> open_connection(const std::filesystem::path& file,
                                                    Opening opening);

/// The expected failure behind an exception of SQLiteCpp: names the file, the reason and the
/// remedy. error_number: the errno of the system call that failed, 0 where none did.
Error database_error(const std::filesystem::path& file, const SQLite::Exception& problem,
                     int error_number);
Error database_error(Connection& connection, const SQLite::Exception& problem);

/// Calls the action, which returns a Result, and makes a Result of its SQLite exceptions.
template <class Action>
auto guarded(Connection& connection, Action action) -> std::invoke_result_t<Action> {
    try {
        return action();
    } catch (const SQLite::Exception& problem) {
        return database_error(connection, problem);
    }
}

enum class Durability {
    program,  ///< survives the death of the program; a power cut may take the last commits
    power,    ///< on the disk when the commit returns, and with it every commit before
};

namespace detail {
Status begin(Connection& connection, Durability durability);
Status commit(Connection& connection);
void roll_back(Connection& connection);
}  // namespace detail

/// Runs the action, which returns a Status, in one transaction; an error of it or of the commit
/// undoes all of it.
template <class Action>
Status in_transaction(Connection& connection, Durability durability, Action action) {
    try {
        Status status = guarded(connection, [&]() -> Status {
            PLUMB_TRY_STATUS(detail::begin(connection, durability));
            PLUMB_TRY_STATUS(action());
            return detail::commit(connection);
        });
        if (!status) detail::roll_back(connection);
        return status;
    } catch (...) {
        detail::roll_back(connection);
        throw;
    }
}

/// A prepared statement for one use: ready at the start, and at the end reset, because an open
/// read keeps the write-ahead log from being taken over.
class Use {
public:
    explicit Use(SQLite::Statement& statement) : statement_(statement) { statement_.tryReset(); }
    ~Use() { statement_.tryReset(); }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    SQLite::Statement* operator->() { return &statement_; }
    SQLite::Statement& operator*() { return statement_; }

private:
    SQLite::Statement& statement_;
};

/// A number as the workspace stores it: none is NULL, and NaN is the text 'nan', because SQLite
/// would make a NULL of it. Infinities are stored as they are.
void bind_number(SQLite::Statement& statement, int index, std::optional<double> number);
std::optional<double> read_number(const SQLite::Column& column);
/// The same of a column that has no NULL.
inline double read_value(const SQLite::Column& column) { return read_number(column).value_or(0.0); }

}  // namespace plumb
