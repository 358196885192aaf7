// SPDX-License-Identifier: GPL-3.0-or-later
// Answers of several models to the same prompts: writing them.
#include <algorithm>

#include "base/clock.h"
#include "base/strings.h"
#include "store/answer_columns.h"
#include "store/store_implementation.h"

namespace plumb {
namespace {

Status require_set(Connection& connection, AnswerSetId set) {
    SQLite::Statement find(connection.db, "SELECT 1 FROM answer_sets WHERE id = ?");
    find.bind(1, set);
    if (find.executeStep()) return {};
    return unknown_answer_set(connection, set);
}

template <class Table>
bool has_shape(const Table& table, std::size_t models, std::size_t prompts) {
    return table.size() == models &&
           std::ranges::all_of(table, [&](const auto& row) { return row.size() == prompts; });
}

Status check_shape(const AnswerScores& scores, std::size_t models, std::size_t prompts) {
    if (has_shape(scores.scores, models, prompts)) return {};
    return invalid_input("the scores of judge " + scores.judge + " are not those of " +
                         std::to_string(models) + " models on " + std::to_string(prompts) +
                         " prompts");
}

void insert_models(Connection& connection, AnswerSetId set,
                   const std::vector<AnswerModel>& models) {
    SQLite::Statement insert(connection.db,
                             "INSERT INTO answer_models (answer_set, model, name, identity, run, "
                             "step) VALUES (?, ?, ?, ?, ?, ?)");
    for (std::size_t m = 0; m < models.size(); ++m) {
        Use use(insert);
        use->bind(1, set);
        use->bind(2, static_cast<std::int64_t>(m));
        use->bind(3, models[m].name);
        use->bind(4, models[m].identity);
        if (models[m].run)
            use->bind(5, *models[m].run);
        else
            use->bind(5);
        use->bind(6, models[m].step);
        use->exec();
    }
}

void insert_prompts(Connection& connection, AnswerSetId set,
                    const std::vector<AnsweredPrompt>& prompts) {
    SQLite::Statement insert(connection.db,
                             "INSERT INTO answer_prompts (answer_set, prompt, text, answer, "
                             "source) VALUES (?, ?, ?, ?, ?)");
    for (std::size_t p = 0; p < prompts.size(); ++p) {
        Use use(insert);
        use->bind(1, set);
        use->bind(2, static_cast<std::int64_t>(p));
        use->bind(3, prompts[p].text);
        use->bind(4, prompts[p].answer);
        use->bind(5, prompts[p].source);
        use->exec();
    }
}

void insert_answers(Connection& connection, AnswerSetId set,
                    const std::vector<std::vector<KeptAnswer>>& answers) {
    SQLite::Statement insert(connection.db,
                             "INSERT INTO answers (answer_set, model, prompt, completion, "
                             "sampled, tokens, ended) VALUES (?, ?, ?, ?, ?, ?, ?)");
    for (std::size_t m = 0; m < answers.size(); ++m) {
        for (std::size_t p = 0; p < answers[m].size(); ++p) {
            const KeptAnswer& answer = answers[m][p];
            const std::string tokens = tokens_to_blob(answer.tokens);
            Use use(insert);
            use->bind(1, set);
            use->bind(2, static_cast<std::int64_t>(m));
            use->bind(3, static_cast<std::int64_t>(p));
            use->bind(4, answer.completion);
            use->bind(5, answer.sampled);
            use->bind(6, tokens.data(), static_cast<int>(tokens.size()));
            use->bind(7, static_cast<int>(answer.ended));
            use->exec();
        }
    }
}

void insert_scores(Connection& connection, AnswerSetId set,
                   const std::vector<AnswerScores>& scores) {
    SQLite::Statement insert(connection.db,
                             "INSERT OR REPLACE INTO answer_scores (answer_set, judge, model, "
                             "prompt, score) VALUES (?, ?, ?, ?, ?)");
    for (const AnswerScores& judge : scores) {
        for (std::size_t m = 0; m < judge.scores.size(); ++m) {
            for (std::size_t p = 0; p < judge.scores[m].size(); ++p) {
                Use use(insert);
                use->bind(1, set);
                use->bind(2, judge.judge);
                use->bind(3, static_cast<std::int64_t>(m));
                use->bind(4, static_cast<std::int64_t>(p));
                bind_number(*use, 5, judge.scores[m][p]);
                use->exec();
            }
        }
    }
}

/// How many rows of a table the set has.
std::size_t rows_of(Connection& connection, const std::string& table, AnswerSetId set) {
    SQLite::Statement count(connection.db,
                            "SELECT count(*) FROM " + table + " WHERE answer_set = ?");
    count.bind(1, set);
    count.executeStep();
    return static_cast<std::size_t>(count.getColumn(0).getInt64());
}

}  // namespace

Result<AnswerSetId> Store::add_answer_set(AnswerSet set, const AnswerTexts& texts,
                                          const std::vector<AnswerScores>& scores) {
    if (trim(set.name).empty()) return invalid_input("answers need a name that is not empty");
    if (!has_shape(texts.answers, set.models.size(), texts.prompts.size()))
        return invalid_input("the answers \"" + set.name + "\" are not those of " +
                             std::to_string(set.models.size()) + " models to " +
                             std::to_string(texts.prompts.size()) + " prompts");
    for (const AnswerScores& judge : scores)
        PLUMB_TRY_STATUS(check_shape(judge, set.models.size(), texts.prompts.size()));
    const Status written = self_->write([&](Connection& connection) -> Status {
        SQLite::Statement insert(connection.db,
                                 "INSERT INTO answer_sets (name, source, settings, added_ms) "
                                 "VALUES (?, ?, ?, ?)");
        insert.bind(1, set.name);
        insert.bind(2, set.source);
        insert.bind(3, set.settings);
        insert.bind(4, set.added_ms == 0 ? unix_milliseconds() : set.added_ms);
        insert.exec();
        set.id = connection.db.getLastInsertRowid();
        insert_models(connection, set.id, set.models);
        insert_prompts(connection, set.id, texts.prompts);
        insert_answers(connection, set.id, texts.answers);
        insert_scores(connection, set.id, scores);
        return {};
    });
    if (!written) return written.error();
    return set.id;
}

Status Store::add_answer_scores(AnswerSetId set, const std::vector<AnswerScores>& scores) {
    return self_->write([&](Connection& connection) -> Status {
        PLUMB_TRY_STATUS(require_set(connection, set));
        const std::size_t models = rows_of(connection, "answer_models", set);
        const std::size_t prompts = rows_of(connection, "answer_prompts", set);
        for (const AnswerScores& judge : scores)
            PLUMB_TRY_STATUS(check_shape(judge, models, prompts));
        insert_scores(connection, set, scores);
        return {};
    });
}

Status Store::rename_answer_set(AnswerSetId set, const std::string& name) {
    if (trim(name).empty()) return invalid_input("answers need a name that is not empty");
    return self_->write([&](Connection& connection) -> Status {
        PLUMB_TRY_STATUS(require_set(connection, set));
        SQLite::Statement update(connection.db, "UPDATE answer_sets SET name = ? WHERE id = ?");
        update.bind(1, name);
        update.bind(2, set);
        update.exec();
        return {};
    });
}

Status Store::remove_answer_set(AnswerSetId set) {
    return self_->write([&](Connection& connection) -> Status {
        PLUMB_TRY_STATUS(require_set(connection, set));
        for (const char* table : {"answer_scores", "answers", "answer_prompts", "answer_models"}) {
            SQLite::Statement remove(connection.db,
                                     "DELETE FROM " + std::string(table) + " WHERE answer_set = ?");
            remove.bind(1, set);
            remove.exec();
        }
        SQLite::Statement remove(connection.db, "DELETE FROM answer_sets WHERE id = ?");
        remove.bind(1, set);
        remove.exec();
        return {};
    });
}

}  // namespace plumb
