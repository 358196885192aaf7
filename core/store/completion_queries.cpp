// SPDX-License-Identifier: GPL-3.0-or-later
#include <functional>
#include <set>

#include <sqlite3.h>

#include "base/strings.h"
#include "store/reader_implementation.h"
#include "store/rows.h"

namespace plumb {
namespace {

/// Instructions of SQLite's between two looks at a stop token: some hundredths of a millisecond.
constexpr int instructions_between_looks = 1000;

constexpr const char* completion_columns =
    "step, row, prompt_group, prompt, completion, answer, reward, reward_parts, advantage, length, "
    "ended, kl";

CompletionRecord read_completion(SQLite::Statement& statement) {
    CompletionRecord row;
    row.step = statement.getColumn(0).getInt64();
    row.row = statement.getColumn(1).getInt64();
    row.group = statement.getColumn(2).getInt64();
    row.prompt = statement.getColumn(3).getString();
    row.completion = statement.getColumn(4).getString();
    row.answer = statement.getColumn(5).getString();
    row.reward = read_number(statement.getColumn(6));
    row.reward_parts = parts_from_json(statement.getColumn(7).getString())
                           .value_or(std::map<std::string, std::optional<double>>());
    row.advantage = read_value(statement.getColumn(8));
    row.length = statement.getColumn(9).getInt64();
    row.ended = statement.getColumn(10).getInt() != 0;
    row.kl = read_number(statement.getColumn(11));
    return row;
}

/// Ends the connection's query with SQLITE_INTERRUPT once a stop is requested.
class Interruption {
public:
    Interruption(Connection& connection, const std::stop_token& stop)
        : handle_(connection.db.getHandle()), stop_(stop) {
        if (stop_.stop_possible())
            sqlite3_progress_handler(handle_, instructions_between_looks, &is_stopped, &stop_);
    }
    ~Interruption() { sqlite3_progress_handler(handle_, 0, nullptr, nullptr); }
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;

private:
    static int is_stopped(void* stop) {
        return static_cast<std::stop_token*>(stop)->stop_requested() ? 1 : 0;
    }

    sqlite3* handle_;
    std::stop_token stop_;
};

/// The column or expression that holds a number; NULL where a completion has none, a text where it
/// is not finite. part: the parameter that holds the name of the reward function.
std::string stored_number(CompletionValue value, const std::string& part) {
    switch (value) {
        case CompletionValue::step: return "step";
        case CompletionValue::reward: return "reward";
        case CompletionValue::part:
            return "(SELECT value FROM json_each(reward_parts) WHERE key = " + part + ")";
        case CompletionValue::advantage:
        case CompletionValue::advantage_size: return "advantage";
        case CompletionValue::kl:
        case CompletionValue::kl_size: return "kl";
        case CompletionValue::length: return "length";
    }
    return "step";
}

bool is_size(CompletionValue value) {
    return value == CompletionValue::advantage_size || value == CompletionValue::kl_size;
}

/// The number where it is finite.
std::string finite_number(CompletionValue value, const std::string& part) {
    const std::string stored = stored_number(value, part);
    return is_size(value) ? "abs(" + stored + ")" : stored;
}

/// The same as a number that can be put in order.
std::string ordered_number(CompletionValue value, const std::string& part) {
    const std::string stored = stored_number(value, part);
    if (value == CompletionValue::step || value == CompletionValue::length) return stored;
    const std::string infinite =
        is_size(value) ? "9e999" : "CASE " + stored + " WHEN '-inf' THEN -9e999 ELSE 9e999 END";
    return "(CASE typeof(" + stored + ") WHEN 'null' THEN -9e999 WHEN 'text' THEN " + infinite +
           " ELSE " + finite_number(value, part) + " END)";
}

/// A statement that is put together: its conditions, and what is bound to their parameters.
struct Conditions {
    std::string text = "run = :run";
    std::vector<std::function<void(SQLite::Statement&)>> binds;

    void add(const std::string& condition) { text += " AND " + condition; }
    template <class Value>
    void bind(const char* name, const Value& value) {
        binds.emplace_back([name, value](SQLite::Statement& statement) {
            if (statement.getIndex(name) > 0) statement.bind(name, value);
        });
    }
    template <class Value>
    void add(const std::string& condition, const char* name, const Value& value) {
        add(condition);
        bind(name, value);
    }
    void apply(SQLite::Statement& statement) const {
        for (const auto& bind : binds) bind(statement);
    }
};

/// pinned: keys of the pinned prompts.
Conditions conditions_of(RunId run, const CompletionFilter& filter,
                         const std::vector<std::string>& pinned) {
    Conditions where;
    where.bind(":run", run);
    if (filter.first_step) where.add("step >= :first_step", ":first_step", *filter.first_step);
    if (filter.last_step) where.add("step <= :last_step", ":last_step", *filter.last_step);
    if (filter.group) where.add("prompt_group = :group", ":group", *filter.group);
    if (filter.source == CompletionSource::training) where.add("row >= 0");
    if (filter.source == CompletionSource::held_out) where.add("row < 0");
    if (filter.ended) where.add("ended = :ended", ":ended", *filter.ended ? 1 : 0);
    if (filter.last_id != std::numeric_limits<std::int64_t>::max())
        where.add("id <= :last_id", ":last_id", filter.last_id);
    if (filter.least || filter.most) {
        const CompletionValue value = filter.number.value;
        const std::string number = finite_number(value, ":filter_part");
        where.bind(":filter_part", filter.number.part);
        where.add("typeof(" + stored_number(value, ":filter_part") + ") IN ('real', 'integer')");
        if (filter.least) where.add(number + " >= :least", ":least", *filter.least);
        if (filter.most) where.add(number + " <= :most", ":most", *filter.most);
    }
    if (filter.prompt) {
        where.add("prompt_key = :prompt_key", ":prompt_key", prompt_key(*filter.prompt));
        where.add("prompt = :prompt", ":prompt", *filter.prompt);
    }
    if (filter.pinned) {
        where.add("prompt_key IN (" + join(pinned, ", ") + ")");
        where.add("prompt IN (SELECT prompt FROM pinned_prompts)");
    }
    if (!filter.search.empty())
        where.add("(completion LIKE :search ESCAPE '\\' OR prompt LIKE :search ESCAPE '\\')",
                  ":search", like_pattern(filter.search));
    return where;
}

/// The table with the index that has all numbers of a run's completions in the order of the steps,
/// or the one that leads to a prompt. Said outright, since SQLite's guess depends on statistics
/// that nobody has made.
std::string table_for(const CompletionFilter& filter) {
    return std::string("completions INDEXED BY ") +
           (filter.prompt || filter.pinned ? "completions_of_prompt" : "completions_facts");
}

}  // namespace

Result<std::vector<CompletionRecord>> StoreReader::completions(RunId id,
                                                               const CompletionQuery& query) {
    std::string sql =
        std::string("SELECT ") + completion_columns + " FROM completions WHERE run = :run";
    sql += query.step ? " AND step = :step AND row >= 0" : " AND row >= 0";
    if (!query.search.empty())
        sql += " AND (prompt LIKE :search ESCAPE '\\' OR completion LIKE :search ESCAPE '\\')";
    sql += " ORDER BY step, row LIMIT :limit OFFSET :offset";
    return self_->list(
        sql,
        [&](SQLite::Statement& statement) {
            statement.bind(":run", id);
            if (query.step) statement.bind(":step", *query.step);
            if (!query.search.empty()) statement.bind(":search", like_pattern(query.search));
            statement.bind(":limit", query.limit);
            statement.bind(":offset", query.offset);
        },
        read_completion);
}

Result<std::vector<std::int64_t>> StoreReader::completion_steps(RunId id) {
    return self_->list_of_run(
        "SELECT DISTINCT step FROM completions WHERE run = ? AND row >= 0 ORDER BY step", id,
        [](SQLite::Statement& statement) { return statement.getColumn(0).getInt64(); });
}

Result<std::vector<std::string>> StoreReader::Implementation::pinned_keys(bool wanted) {
    if (!wanted) return std::vector<std::string>();
    return list(
        "SELECT prompt FROM pinned_prompts", [](SQLite::Statement&) {},
        [](SQLite::Statement& statement) {
            return std::to_string(prompt_key(statement.getColumn(0).getString()));
        });
}

Result<std::vector<PlacedCompletion>> StoreReader::completion_page(RunId id,
                                                                   const CompletionFilter& filter,
                                                                   const CompletionOrder& order,
                                                                   const CompletionPage& page,
                                                                   const std::stop_token& stop) {
    PLUMB_TRY(const auto pinned, self_->pinned_keys(filter.pinned));
    Conditions where = conditions_of(id, filter, pinned);
    const bool by_step = order.number.value == CompletionValue::step;
    // One direction for all columns: a place is then one comparison of rows.
    const bool descends = order.descending != page.backward;
    const std::string number = by_step ? "0" : ordered_number(order.number.value, ":order_part");
    where.bind(":order_part", order.number.part);
    if (page.from) {
        const std::string side = descends ? " < " : " > ";
        if (!by_step) where.bind(":from_number", page.from->number);
        where.bind(":from_step", page.from->step);
        where.bind(":from_row", page.from->row);
        where.add(by_step ? "(step, row)" + side + "(:from_step, :from_row)"
                          : "(" + number + ", step, row)" + side +
                                "(:from_number, :from_step, :from_row)");
    }
    const auto order_by = [&](bool down) {
        const std::string way = down ? " DESC" : "";
        return " ORDER BY " + (by_step ? "" : "number" + way + ", ") + "step" + way + ", row" + way;
    };
    // First the places alone, then the long rows of those that are on the page.
    const std::string sql =
        "WITH places AS MATERIALIZED (SELECT id AS place, " + number + " AS number FROM " +
        table_for(filter) + " WHERE " + where.text + order_by(descends) +
        " LIMIT :limit OFFSET :skip) SELECT " + completion_columns +
        ", number FROM places CROSS JOIN completions ON id = place" + order_by(order.descending);
    const Interruption interruption(*self_->connection, stop);
    return self_->list(
        sql,
        [&](SQLite::Statement& statement) {
            where.apply(statement);
            statement.bind(":limit", page.limit);
            statement.bind(":skip", page.skip);
        },
        [](SQLite::Statement& statement) {
            PlacedCompletion placed;
            placed.record = read_completion(statement);
            placed.place = {statement.getColumn(12).getDouble(), placed.record.step,
                            placed.record.row};
            return placed;
        });
}

Result<std::int64_t> StoreReader::completion_count(RunId id, const CompletionFilter& filter,
                                                   const std::stop_token& stop) {
    PLUMB_TRY(const auto pinned, self_->pinned_keys(filter.pinned));
    const Conditions where = conditions_of(id, filter, pinned);
    const Interruption interruption(*self_->connection, stop);
    PLUMB_TRY(const auto counts,
              self_->list(
                  "SELECT count(*) FROM " + table_for(filter) + " WHERE " + where.text,
                  [&](SQLite::Statement& statement) { where.apply(statement); },
                  [](SQLite::Statement& statement) { return statement.getColumn(0).getInt64(); }));
    return counts.front();
}

Result<std::int64_t> StoreReader::last_completion() {
    PLUMB_TRY(const auto ids,
              self_->list(
                  "SELECT coalesce(max(id), 0) FROM completions", [](SQLite::Statement&) {},
                  [](SQLite::Statement& statement) { return statement.getColumn(0).getInt64(); }));
    return ids.front();
}

Result<std::vector<std::string>> StoreReader::reward_parts(RunId id) {
    std::set<std::string> names;
    for (const char* end : {"row >= 0 ORDER BY step, row", "row >= 0 ORDER BY step DESC, row DESC",
                            "row < 0 ORDER BY step, row"}) {
        PLUMB_TRY(const auto parts,
                  self_->list_of_run(std::string("SELECT reward_parts FROM completions INDEXED BY "
                                                 "completions_facts WHERE run = ? AND ") +
                                         end + " LIMIT 1",
                                     id, [](SQLite::Statement& statement) {
                                         return statement.getColumn(0).getString();
                                     }));
        for (const std::string& text : parts)
            if (const auto read = parts_from_json(text))
                for (const auto& [name, value] : *read) names.insert(name);
    }
    return std::vector<std::string>(names.begin(), names.end());
}

Result<std::optional<TokenData>> StoreReader::token_data(RunId id, std::int64_t step,
                                                         std::int64_t row) {
    PLUMB_TRY(const auto blobs,
              self_->list(
                  "SELECT data FROM token_data WHERE completion_id = (SELECT id FROM completions "
                  "WHERE run = ? AND step = ? AND row = ?)",
                  [&](SQLite::Statement& statement) {
                      statement.bind(1, id);
                      statement.bind(2, step);
                      statement.bind(3, row);
                  },
                  [](SQLite::Statement& statement) { return statement.getColumn(0).getString(); }));
    if (blobs.empty()) return std::optional<TokenData>();
    auto tokens = decode_token_data(blobs.front());
    if (tokens) return std::optional(std::move(*tokens));
    return Error{tokens.error().code, self_->connection->file.string() + ", run " +
                                          std::to_string(id) + ", step " + std::to_string(step) +
                                          ", row " + std::to_string(row) + ": " +
                                          tokens.error().message};
}

Result<std::map<std::int64_t, std::uint64_t>> StoreReader::token_bytes(RunId id) {
    PLUMB_TRY(const auto sums,
              self_->list_of_run(
                  "SELECT step, sum(length(data)) FROM completions INDEXED BY completions_facts "
                  "JOIN token_data ON completion_id = id WHERE run = ? GROUP BY step",
                  id, [](SQLite::Statement& statement) {
                      return std::pair(
                          statement.getColumn(0).getInt64(),
                          static_cast<std::uint64_t>(statement.getColumn(1).getInt64()));
                  }));
    return std::map<std::int64_t, std::uint64_t>(sums.begin(), sums.end());
}

Result<std::vector<PinnedPrompt>> StoreReader::pinned_prompts(RunId id) {
    PLUMB_TRY(auto pinned,
              self_->list(
                  "SELECT prompt FROM pinned_prompts ORDER BY id", [](SQLite::Statement&) {},
                  [](SQLite::Statement& statement) {
                      return PinnedPrompt{statement.getColumn(0).getString(), 0};
                  }));
    for (PinnedPrompt& prompt : pinned) {
        CompletionFilter filter;
        filter.prompt = prompt.prompt;
        PLUMB_TRY(prompt.answers, completion_count(id, filter, {}));
    }
    return pinned;
}

}  // namespace plumb
