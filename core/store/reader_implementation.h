// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/store: what the parts of StoreReader share.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/database.h"
#include "store/store.h"

namespace plumb {

struct StoreReader::Implementation {
    std::unique_ptr<Connection> connection;

    /// The rows of a query, each made by read(statement); bind(statement) gives its parameters.
    template <class Bind, class Read>
    auto list(const std::string& sql, Bind bind, Read read) {
        using Row = decltype(read(std::declval<SQLite::Statement&>()));
        return guarded(*connection, [&]() -> Result<std::vector<Row>> {
            SQLite::Statement statement(connection->db, sql);
            bind(statement);
            std::vector<Row> rows;
            while (statement.executeStep()) rows.push_back(read(statement));
            return rows;
        });
    }
    /// The same for a query whose only parameter is the id of a run, or of what it belongs to.
    template <class Read>
    auto list_of_run(const std::string& sql, RunId id, Read read) {
        return list(
            sql, [&](SQLite::Statement& statement) { statement.bind(1, id); }, read);
    }
    /// The whole number that a query has in its only row.
    template <class Bind>
    Result<std::int64_t> number(const std::string& sql, Bind bind) {
        PLUMB_TRY(const auto numbers, list(sql, bind, [](SQLite::Statement& statement) {
                      return statement.getColumn(0).getInt64();
                  }));
        return numbers.front();
    }
    /// What table completions finds the pinned prompts by; none unless they are wanted.
    Result<std::vector<std::string>> pinned_keys(bool wanted);
    /// By name.
    Result<std::vector<std::string>> answer_judges(AnswerSetId set);
};

}  // namespace plumb
