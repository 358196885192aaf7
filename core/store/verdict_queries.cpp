// SPDX-License-Identifier: GPL-3.0-or-later
// Reading verdicts one by one, and who gave them.
#include "store/label_rows.h"
#include "store/reader_implementation.h"
#include "store/rows.h"

namespace plumb {
namespace {

/// What holds of a verdict that was seen as the choice (seen_choice).
const char* condition_of(SeenChoice choice) {
    switch (choice) {
        case SeenChoice::left:
            return "choice = CASE coalesce(a_left, 1) WHEN 1 THEN 'a' ELSE 'b' END";
        case SeenChoice::right:
            return "choice = CASE coalesce(a_left, 1) WHEN 1 THEN 'b' ELSE 'a' END";
        case SeenChoice::tie: return "choice = 'tie'";
        case SeenChoice::both_bad: return "choice = 'both_bad'";
        case SeenChoice::good: return "choice = 'good'";
        case SeenChoice::bad: return "choice = 'bad'";
        case SeenChoice::skip: break;
    }
    return "choice = 'skip'";
}

std::string page_query(const VerdictFilter& filter, bool continues) {
    // The order of the join lets SQLite walk the newest verdicts until the page is full.
    std::string sql =
        "SELECT " + std::string(verdict_columns) +
        ", place FROM standing_verdicts AS verdict CROSS JOIN label_items ON label_items.id = "
        "verdict.item WHERE queue = :queue AND annotator = :annotator";
    if (continues) sql += " AND verdict.id < :before";
    if (filter.item) sql += " AND verdict.item = :item";
    if (filter.choice) sql += " AND " + std::string(condition_of(*filter.choice));
    if (!filter.search.empty())
        sql +=
            " AND (note LIKE :search ESCAPE '\\' OR prompt LIKE :search ESCAPE '\\' OR answer_a "
            "LIKE :search ESCAPE '\\' OR answer_b LIKE :search ESCAPE '\\')";
    return sql + " ORDER BY verdict.id DESC LIMIT :limit";
}

}  // namespace

Result<LabelItem> StoreReader::label_item(LabelItemId id) {
    PLUMB_TRY(auto found,
              self_->list(
                  std::string(item_columns) + "FROM label_items WHERE id = ?",
                  [&](SQLite::Statement& statement) { statement.bind(1, id); }, read_item));
    if (found.empty())
        return Error{ErrorCode::not_found, "there is no item " + std::to_string(id) +
                                               " to be judged in " +
                                               self_->connection->file.string()};
    return std::move(found.front());
}

Result<std::vector<Verdict>> StoreReader::verdicts_on(LabelItemId item) {
    return self_->list(
        "SELECT " + std::string(verdict_columns) +
            " FROM standing_verdicts AS verdict WHERE item = ? ORDER BY annotator, round",
        [&](SQLite::Statement& statement) { statement.bind(1, item); }, read_verdict);
}

Result<std::vector<PlacedVerdict>> StoreReader::verdict_page(const VerdictFilter& filter,
                                                             std::optional<VerdictId> before,
                                                             std::int64_t limit) {
    return self_->list(
        page_query(filter, before.has_value()),
        [&](SQLite::Statement& statement) {
            statement.bind(":queue", filter.queue);
            statement.bind(":annotator", filter.annotator);
            statement.bind(":limit", limit);
            if (before) statement.bind(":before", *before);
            if (filter.item) statement.bind(":item", *filter.item);
            if (!filter.search.empty()) statement.bind(":search", like_pattern(filter.search));
        },
        [](SQLite::Statement& statement) {
            return PlacedVerdict{read_verdict(statement),
                                 statement.getColumn(verdict_column_count).getInt64()};
        });
}

Result<std::map<LabelItemId, std::int64_t>> StoreReader::label_places(LabelQueueId queue) {
    PLUMB_TRY(const auto rows, self_->list(
                                   "SELECT id, place FROM label_items WHERE queue = ?",
                                   [&](SQLite::Statement& statement) { statement.bind(1, queue); },
                                   [](SQLite::Statement& statement) {
                                       return std::pair(statement.getColumn(0).getInt64(),
                                                        statement.getColumn(1).getInt64());
                                   }));
    return std::map<LabelItemId, std::int64_t>(rows.begin(), rows.end());
}

Result<std::vector<LabelAnnotator>> StoreReader::label_annotators(LabelQueueId queue) {
    return self_->list(
        "SELECT annotator, count(*) FROM label_items CROSS JOIN standing_verdicts AS verdict ON "
        "verdict.item = label_items.id WHERE queue = ? GROUP BY annotator ORDER BY annotator",
        [&](SQLite::Statement& statement) { statement.bind(1, queue); },
        [](SQLite::Statement& statement) {
            return LabelAnnotator{statement.getColumn(0).getString(),
                                  statement.getColumn(1).getInt64()};
        });
}

}  // namespace plumb
