// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/schema.h"

#include <algorithm>

#include <sqlite3.h>

#include "base/check.h"
#include "base/log.h"
#include "base/resources.h"
#include "base/strings.h"
#include "store/rows.h"

namespace plumb {
namespace {

std::vector<Migration> read_migrations() {
    constexpr std::string_view folder = "sql/";
    std::vector<Migration> all;
    for (const Resource& resource : embedded_resources()) {
        if (!resource.name.starts_with(folder)) continue;
        const std::string name = resource.name.substr(folder.size());
        const auto number = parse_int(name.substr(0, name.find('-')));
        PLUMB_CHECK(number.has_value(), name + " has no number");
        all.push_back({static_cast<int>(*number), name, resource.content});
    }
    std::sort(all.begin(), all.end(),
              [](const Migration& a, const Migration& b) { return a.version < b.version; });
    for (std::size_t i = 0; i < all.size(); ++i)
        PLUMB_CHECK(all[i].version == static_cast<int>(i) + 1, all[i].name + " is out of order");
    return all;
}

int pragma_number(Connection& connection, const char* query) {
    return connection.db.execAndGet(query).getInt();
}

/// text_key(TEXT) in the migrations' SQL: prompt_key().
void text_key(sqlite3_context* context, int, sqlite3_value** values) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(values[0]));
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(values[0]));
    sqlite3_result_int64(context, prompt_key(std::string_view(text ? text : "", size)));
}

}  // namespace

const std::vector<Migration>& migrations() {
    static const std::vector<Migration> all = read_migrations();
    return all;
}

Result<int> schema_version(Connection& connection, int newest) {
    return guarded(connection, [&]() -> Result<int> {
        const int application = pragma_number(connection, "PRAGMA application_id");
        const int version = pragma_number(connection, "PRAGMA user_version");
        const int tables = pragma_number(connection, "SELECT count(*) FROM sqlite_schema");
        const std::string file = connection.file.string();
        if (application != workspace_application_id && (application != 0 || tables != 0))
            return invalid_input(file + " is the database of another program; choose another " +
                                 "folder as the workspace");
        if (version > newest)
            return Error{ErrorCode::newer_version,
                         file + " was written by a newer version of this program (its format is " +
                             std::to_string(version) + ", this program knows up to " +
                             std::to_string(newest) +
                             "); update the program, or choose another workspace"};
        return version;
    });
}

Status migrate(Connection& connection, std::span<const Migration> all) {
    const int newest = all.empty() ? 0 : all.back().version;
    PLUMB_TRY(const int version, schema_version(connection, newest));
    sqlite3_create_function(connection.db.getHandle(), "text_key", 1, SQLITE_UTF8, nullptr,
                            &text_key, nullptr, nullptr);
    for (const Migration& migration : all) {
        if (migration.version <= version) continue;
        PLUMB_TRY_STATUS(in_transaction(connection, Durability::power, [&]() -> Status {
            connection.db.exec(migration.sql);
            connection.db.exec("PRAGMA application_id = " +
                               std::to_string(workspace_application_id));
            connection.db.exec("PRAGMA user_version = " + std::to_string(migration.version));
            return {};
        }));
    }
    if (version > 0 && version < newest)
        log_info(connection.file.string() + " was brought from format " + std::to_string(version) +
                 " to " + std::to_string(newest));
    return {};
}

}  // namespace plumb
