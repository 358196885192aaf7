// SPDX-License-Identifier: GPL-3.0-or-later
// Reading verdicts one by one, and who gave them.
#include "store/label_columns.h"
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
        ", place FROM label_standing AS standing CROSS JOIN verdicts AS verdict ON verdict.id = "
        "standing.verdict CROSS JOIN label_items ON label_items.id = verdict.item WHERE "
        "standing.queue = :queue AND standing.annotator = :annotator";
    if (continues) sql += " AND standing.verdict < :before";
    if (filter.item) sql += " AND verdict.item = :item";
    if (filter.choice) sql += " AND verdict." + std::string(condition_of(*filter.choice));
    if (!filter.search.empty())
        sql +=
            " AND (note LIKE :search ESCAPE '\\' OR prompt LIKE :search ESCAPE '\\' OR answer_a "
            "LIKE :search ESCAPE '\\' OR answer_b LIKE :search ESCAPE '\\')";
    return sql + " ORDER BY standing.verdict DESC LIMIT :limit";
}

}  // namespace

Verdict read_verdict(SQLite::Statement& statement) {
    Verdict verdict;
    verdict.id = statement.getColumn(0).getInt64();
    verdict.item = statement.getColumn(1).getInt64();
    verdict.annotator = statement.getColumn(2).getString();
    // The table allows no other names.
    verdict.choice = parse_choice(statement.getColumn(3).getString()).value_or(Choice::skip);
    if (const SQLite::Column strength = statement.getColumn(4); !strength.isNull())
        verdict.strength = strength.getInt64();
    verdict.note = statement.getColumn(5).getString();
    verdict.seconds = read_number(statement.getColumn(6));
    if (const SQLite::Column left = statement.getColumn(7); !left.isNull())
        verdict.a_left = left.getInt() != 0;
    verdict.round = statement.getColumn(8).getInt64();
    verdict.time_ms = statement.getColumn(9).getInt64();
    return verdict;
}

Result<LabelItem> StoreReader::label_item(LabelItemId id) {
    PLUMB_TRY(auto found,
              self_->list(
                  std::string(label_item_columns) + "FROM label_items WHERE id = ?",
                  [&](SQLite::Statement& statement) { statement.bind(1, id); }, read_label_item));
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

Result<std::vector<LabelAnnotator>> StoreReader::label_annotators(LabelQueueId queue) {
    return self_->list_of_run(
        "SELECT annotator, count(*) FROM label_standing WHERE queue = ? GROUP BY annotator ORDER "
        "BY annotator",
        queue, [](SQLite::Statement& statement) {
            return LabelAnnotator{statement.getColumn(0).getString(),
                                  statement.getColumn(1).getInt64()};
        });
}

}  // namespace plumb
