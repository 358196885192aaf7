// SPDX-License-Identifier: GPL-3.0-or-later
// Which items an annotator sees, in which order, and how many are left.
#include <limits>

#include "store/label_columns.h"
#include "store/reader_implementation.h"

namespace plumb {
namespace {

constexpr std::int64_t whole = std::int64_t{1} << 32;

/// A share as the bound of the numbers that drawn_by makes.
std::int64_t bound_of(double share) {
    return static_cast<std::int64_t>(share * static_cast<double>(whole));
}

/// SQL: whether the item with this id is among a share of all, whose bound is the parameter. Ids
/// times a factor, modulo 2^32, fill the range evenly (a Weyl sequence), so that chosen items lie
/// evenly among those that follow one another.
std::string is_drawn(const std::string& id, const std::string& factor, const std::string& bound) {
    return "((" + id + " * " + factor + ") & 4294967295) < " + bound;
}
/// The factors are 2^32 times the two of Roberts' R2 sequence (The Unreasonable Effectiveness of
/// Quasirandom Sequences, 2018), so that repeated items are evenly doubled and the others too.
std::string is_repeated(const std::string& id) { return is_drawn(id, "3242174889", ":repeated"); }
std::string is_doubled(const std::string& id) { return is_drawn(id, "2447445413", ":doubled"); }

/// SQL: whether the annotator is to see the item.
std::string is_wanted(const std::string& id) {
    return "NOT EXISTS (SELECT 1 FROM label_standing AS own WHERE own.queue = :queue AND own.item "
           "= " +
           id + " AND own.annotator = :annotator AND own.round = 0) AND (" + is_doubled(id) +
           " OR NOT EXISTS (SELECT 1 FROM label_standing AS other WHERE other.queue = :queue AND "
           "other.item = " +
           id +
           " AND other.annotator <> :annotator AND other.round = 0 AND other.choice <> 'skip'))";
}

/// Of items with a column for the rank and one for is_repeated behind those of every item.
LabelItem read_ranked_item(SQLite::Statement& statement) {
    LabelItem item = read_label_item(statement);
    item.rank = statement.getColumn(label_item_column_count).getInt64();
    item.is_repeated = statement.getColumn(label_item_column_count + 1).getInt() != 0;
    return item;
}

}  // namespace

LabelItem read_label_item(SQLite::Statement& statement) {
    LabelItem item;
    item.id = statement.getColumn(0).getInt64();
    item.queue = statement.getColumn(1).getInt64();
    item.place = statement.getColumn(2).getInt64();
    item.prompt = statement.getColumn(3).getString();
    item.answer_a = statement.getColumn(4).getString();
    if (const SQLite::Column b = statement.getColumn(5); !b.isNull()) item.answer_b = b.getString();
    item.prompt_is_chat = statement.getColumn(6).getInt() != 0;
    item.answers_are_chat = statement.getColumn(7).getInt() != 0;
    item.origin = statement.getColumn(8).getString();
    return item;
}

Result<std::vector<LabelItem>> StoreReader::items_to_judge(LabelQueueId id,
                                                           const std::string& annotator,
                                                           std::int64_t behind,
                                                           std::int64_t limit) {
    PLUMB_TRY(const LabelQueue queue, label_queue(id));
    const std::string columns = label_item_columns;
    const std::string given = columns + ", label_items.place, " + is_repeated("label_items.id") +
                              " FROM label_items WHERE queue = :queue AND place > :behind AND " +
                              is_wanted("label_items.id") + " ORDER BY place LIMIT :limit";
    const std::string ordered =
        columns + ", rank, " + is_repeated("label_items.id") +
        " FROM label_places CROSS JOIN label_items ON label_items.id = label_places.item WHERE "
        "label_places.queue = :queue AND rank > :behind AND " +
        is_wanted("label_places.item") + " ORDER BY rank LIMIT :limit";
    return self_->list(
        queue.order.kind == LabelOrder::given ? given : ordered,
        [&](SQLite::Statement& statement) {
            statement.bind(":queue", id);
            statement.bind(":annotator", annotator);
            statement.bind(":repeated", bound_of(queue.shares.repeated));
            statement.bind(":doubled", bound_of(queue.shares.doubled));
            statement.bind(":behind", behind);
            statement.bind(":limit", limit);
        },
        read_ranked_item);
}

Result<std::vector<LabelItem>> StoreReader::items_to_repeat(LabelQueueId id,
                                                            const std::string& annotator,
                                                            std::int64_t least_since,
                                                            std::int64_t limit) {
    PLUMB_TRY(const LabelQueue queue, label_queue(id));
    if (queue.shares.repeated <= 0) return std::vector<LabelItem>();
    return self_->list(
        std::string(label_item_columns) +
            ", 0, 1 FROM label_standing AS first CROSS JOIN label_items ON label_items.id = "
            "first.item WHERE first.queue = :queue AND first.annotator = :annotator AND "
            "first.round "
            "= 0 AND first.choice <> 'skip' AND " +
            is_repeated("first.item") +
            // Behind this one come enough others.
            " AND (:since <= 0 OR first.verdict < (SELECT verdict FROM label_standing WHERE queue "
            "= :queue AND annotator = :annotator ORDER BY verdict DESC LIMIT 1 OFFSET :since - 1)) "
            "AND NOT EXISTS (SELECT 1 FROM label_standing AS again WHERE again.queue = :queue AND "
            "again.item = first.item AND again.annotator = :annotator AND again.round = 1) ORDER "
            "BY "
            "first.verdict LIMIT :limit",
        [&](SQLite::Statement& statement) {
            statement.bind(":queue", id);
            statement.bind(":annotator", annotator);
            statement.bind(":repeated", bound_of(queue.shares.repeated));
            statement.bind(":since", least_since);
            statement.bind(":limit", limit);
        },
        read_ranked_item);
}

Result<LabelProgress> StoreReader::label_progress(LabelQueueId id, const std::string& annotator) {
    PLUMB_TRY(const LabelQueue queue, label_queue(id));
    const bool repeats = queue.shares.repeated > 0;
    const auto number = [&](const std::string& sql) {
        return self_->number(sql, [&](SQLite::Statement& statement) {
            statement.bind(":queue", id);
            // Not every query has all of them.
            const auto bind = [&](const char* name, auto value) {
                if (sql.find(name) != std::string::npos) statement.bind(name, value);
            };
            bind(":annotator", annotator);
            bind(":repeated", bound_of(queue.shares.repeated));
            bind(":doubled", bound_of(queue.shares.doubled));
        });
    };
    const std::string own =
        "SELECT count(*) FROM label_standing AS own WHERE queue = :queue AND annotator = "
        ":annotator";
    // Items that whoever came first has judged.
    const std::string taken =
        "SELECT count(*) FROM (SELECT 1 FROM label_standing WHERE queue = :queue AND round = 0 AND "
        "NOT (" +
        is_doubled("item") + ")";
    const std::string by_others =
        " GROUP BY item HAVING max(annotator = :annotator) = 0 AND max(choice <> 'skip'))";

    LabelProgress progress;
    PLUMB_TRY(progress.judged, number(own));
    PLUMB_TRY(const std::int64_t once, number(own + " AND round = 0"));
    progress.left = queue.items - once;
    const bool doubles = queue.shares.doubled < 1;
    if (doubles) {
        PLUMB_TRY(const std::int64_t gone, number(taken + by_others));
        progress.left -= gone;
    }
    if (!repeats) return progress;
    // A repeated item that was skipped, or that another has judged, is not shown again.
    PLUMB_TRY(
        const std::int64_t all,
        number("SELECT count(*) FROM label_items WHERE queue = :queue AND " + is_repeated("id")));
    PLUMB_TRY(const std::int64_t done_with,
              number(own + " AND round = 0 AND " + is_repeated("item") +
                     " AND (choice = 'skip' OR EXISTS (SELECT 1 FROM label_standing AS again WHERE "
                     "again.queue = :queue AND again.item = own.item AND again.annotator = "
                     ":annotator AND again.round = 1))"));
    progress.left += all - done_with;
    if (doubles) {
        PLUMB_TRY(const std::int64_t gone,
                  number(taken + " AND " + is_repeated("item") + by_others));
        progress.left -= gone;
    }
    return progress;
}

}  // namespace plumb
