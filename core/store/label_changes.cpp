// SPDX-License-Identifier: GPL-3.0-or-later
// Items to be judged, and verdicts on them.
#include "base/clock.h"
#include "base/strings.h"
#include "store/rows.h"
#include "store/store_implementation.h"

namespace plumb {
namespace {

std::int64_t key_of(const LabelItem& item) {
    const std::string end(1, '\0');
    return prompt_key(item.prompt + end + item.answer_a + end + item.answer_b.value_or(""));
}

template <class Value>
void bind_optional(SQLite::Statement& statement, int index, const std::optional<Value>& value) {
    if (value)
        statement.bind(index, *value);
    else
        statement.bind(index);
}

/// Writes items and verdicts through prepared statements, inside a transaction of the caller.
class LabelWriter {
public:
    explicit LabelWriter(Connection& connection)
        : add_item_(connection.db,
                    "INSERT INTO label_items (queue, place, prompt, answer_a, answer_b, "
                    "prompt_is_chat, answers_are_chat, text_key, origin) VALUES (?, ?, ?, ?, ?, ?, "
                    "?, ?, ?)"),
          find_item_(connection.db,
                     "SELECT id FROM label_items WHERE queue = ? AND text_key = ? AND prompt = ? "
                     "AND answer_a = ? AND answer_b IS ?"),
          add_verdict_(connection.db,
                       "INSERT INTO verdicts (item, annotator, choice, undoes, strength, note, "
                       "seconds, a_left, round, time_ms) VALUES (?, ?, ?, NULL, ?, ?, ?, ?, ?, ?)"),
          find_verdict_(connection.db,
                        "SELECT 1 FROM verdicts WHERE item = ? AND annotator = ? LIMIT 1"),
          connection_(connection) {}

    LabelItemId add_item(const LabelItem& item) {
        Use use(add_item_);
        use->bind(1, item.queue);
        use->bind(2, item.place);
        use->bind(3, item.prompt);
        use->bind(4, item.answer_a);
        bind_optional(*use, 5, item.answer_b);
        use->bind(6, static_cast<int>(item.prompt_is_chat));
        use->bind(7, static_cast<int>(item.answers_are_chat));
        use->bind(8, key_of(item));
        use->bind(9, item.origin);
        use->exec();
        return connection_.db.getLastInsertRowid();
    }

    std::optional<LabelItemId> find_item(const LabelItem& item) {
        Use use(find_item_);
        use->bind(1, item.queue);
        use->bind(2, key_of(item));
        use->bind(3, item.prompt);
        use->bind(4, item.answer_a);
        bind_optional(*use, 5, item.answer_b);
        if (!use->executeStep()) return std::nullopt;
        return use->getColumn(0).getInt64();
    }

    VerdictId add_verdict(const Verdict& verdict) {
        Use use(add_verdict_);
        use->bind(1, verdict.item);
        use->bind(2, verdict.annotator);
        use->bind(3, std::string(to_string(verdict.choice)));
        bind_optional(*use, 4, verdict.strength);
        use->bind(5, verdict.note);
        bind_optional(*use, 6, verdict.seconds);
        bind_optional(*use, 7, verdict.a_left);
        use->bind(8, verdict.round);
        use->bind(9, verdict.time_ms == 0 ? unix_milliseconds() : verdict.time_ms);
        use->exec();
        return connection_.db.getLastInsertRowid();
    }

    bool has_verdict(LabelItemId item, const std::string& annotator) {
        Use use(find_verdict_);
        use->bind(1, item);
        use->bind(2, annotator);
        return use->executeStep();
    }

private:
    SQLite::Statement add_item_, find_item_, add_verdict_, find_verdict_;
    Connection& connection_;
};

Error does_not_fit(const Verdict& verdict, bool has_two_answers) {
    return invalid_input("the verdict \"" + std::string(to_string(verdict.choice)) +
                         "\" does not fit item " + std::to_string(verdict.item) + ", which has " +
                         (has_two_answers ? "two answers: a, b, tie, both_bad or skip"
                                          : "one answer: good, bad or skip"));
}

Result<LabelQueueId> add_queue(Connection& connection, const std::string& name,
                               const std::string& source) {
    SQLite::Statement find(connection.db, "SELECT 1 FROM label_queues WHERE name = ?");
    find.bind(1, name);
    if (find.executeStep())
        return invalid_input("there is a label queue \"" + name + "\" already in " +
                             connection.file.string() + "; choose another name");
    SQLite::Statement insert(connection.db,
                             "INSERT INTO label_queues (name, source, added_ms) VALUES (?, ?, ?)");
    insert.bind(1, name);
    insert.bind(2, source);
    insert.bind(3, unix_milliseconds());
    insert.exec();
    return connection.db.getLastInsertRowid();
}

}  // namespace

Result<LabelImport> Store::import_labels(
    const std::string& name, const std::string& source,
    const std::function<Result<std::optional<NewLabel>>()>& next) {
    if (trim(name).empty()) return invalid_input("a label queue needs a name that is not empty");
    LabelImport done;
    const Status written = self_->write([&](Connection& connection) -> Status {
        done = {};
        PLUMB_TRY(done.queue, add_queue(connection, name, source));
        LabelWriter writer(connection);
        for (std::int64_t position = 1;; ++position) {
            PLUMB_TRY(std::optional<NewLabel> label, next());
            if (!label) break;
            LabelItem& item = label->item;
            item.queue = done.queue;
            std::optional<LabelItemId> id = writer.find_item(item);
            if (id) {
                done.duplicates.push_back(position);
            } else {
                item.place = ++done.items;
                id = writer.add_item(item);
            }
            if (!label->verdict || writer.has_verdict(*id, label->verdict->annotator)) continue;
            label->verdict->item = *id;
            if (!fits(label->verdict->choice, item.answer_b.has_value()))
                return does_not_fit(*label->verdict, item.answer_b.has_value());
            writer.add_verdict(*label->verdict);
            ++done.verdicts;
        }
        if (done.items == 0)
            return invalid_input("nothing came for the label queue \"" + name +
                                 "\": there is no row that can be used");
        return {};
    });
    if (!written) return written.error();
    return done;
}

Result<VerdictId> Store::add_verdict(Verdict verdict) {
    if (trim(verdict.annotator).empty())
        return invalid_input("a verdict needs the name of its annotator");
    const Status written = self_->write([&](Connection& connection) -> Status {
        SQLite::Statement find(connection.db,
                               "SELECT answer_b IS NOT NULL FROM label_items WHERE id = ?");
        find.bind(1, verdict.item);
        if (!find.executeStep())
            return Error{ErrorCode::not_found, "there is no item " + std::to_string(verdict.item) +
                                                   " to be judged in " + connection.file.string()};
        const bool two = find.getColumn(0).getInt() != 0;
        find.reset();
        if (!fits(verdict.choice, two)) return does_not_fit(verdict, two);
        verdict.id = LabelWriter(connection).add_verdict(verdict);
        return {};
    });
    if (!written) return written.error();
    return verdict.id;
}

Status Store::undo_verdict(VerdictId id) {
    return self_->write([&](Connection& connection) -> Status {
        SQLite::Statement undo(
            connection.db,
            "INSERT INTO verdicts (item, annotator, choice, undoes, note, round, time_ms) SELECT "
            "item, annotator, 'undo', id, '', round, :now FROM verdicts AS verdict WHERE id = :id "
            "AND choice <> 'undo' AND NOT EXISTS (SELECT 1 FROM verdicts WHERE undoes = "
            "verdict.id)");
        undo.bind(":id", id);
        undo.bind(":now", unix_milliseconds());
        if (undo.exec() == 0)
            return invalid_input("verdict " + std::to_string(id) +
                                 " is not there, or was taken back already");
        return {};
    });
}

}  // namespace plumb
