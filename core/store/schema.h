// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

#include "store/database.h"

namespace plumb {

/// "PLMB": PRAGMA application_id of every workspace, which tells it from other SQLite files.
inline constexpr int workspace_application_id = 0x504C4D42;

/// The statements that bring a database from version - 1 to version.
struct Migration {
    int version = 0;
    std::string name;  ///< of its file, "001-workspace.sql"
    std::string sql;
};

/// resources/sql in the order of their numbers, which are 1, 2, 3 and so on.
const std::vector<Migration>& migrations();

/// The version (PRAGMA user_version) of a database; 0: a file without tables. Changes nothing.
/// newest: what this program knows; a higher one is ErrorCode::newer_version. A database of another
/// program is ErrorCode::invalid_input.
Result<int> schema_version(Connection& connection, int newest);

/// Applies the migrations that the database does not have yet, each in one transaction that is on
/// the disk before the next begins.
Status migrate(Connection& connection, std::span<const Migration> all);

}  // namespace plumb
