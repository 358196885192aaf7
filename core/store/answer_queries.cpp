// SPDX-License-Identifier: GPL-3.0-or-later
// Answers of several models to the same prompts: reading them.
#include <algorithm>
#include <map>
#include <utility>

#include "base/strings.h"
#include "store/answer_columns.h"
#include "store/reader_implementation.h"

namespace plumb {
namespace {

constexpr const char* set_columns =
    "SELECT id, name, source, settings, added_ms, (SELECT count(*) FROM answer_prompts WHERE "
    "answer_set = answer_sets.id) FROM answer_sets ";

AnswerSet read_set(SQLite::Statement& statement) {
    AnswerSet set;
    set.id = statement.getColumn(0).getInt64();
    set.name = statement.getColumn(1).getString();
    set.source = statement.getColumn(2).getString();
    set.settings = statement.getColumn(3).getString();
    set.added_ms = statement.getColumn(4).getInt64();
    set.prompts = statement.getColumn(5).getInt64();
    return set;
}

AnswerModel read_model(SQLite::Statement& statement) {
    AnswerModel model;
    model.name = statement.getColumn(0).getString();
    model.identity = statement.getColumn(1).getString();
    if (const SQLite::Column run = statement.getColumn(2); !run.isNull())
        model.run = run.getInt64();
    model.step = statement.getColumn(3).getInt64();
    return model;
}

Error damaged(const Connection& connection, AnswerSetId set) {
    return Error{ErrorCode::failed, "answer set " + std::to_string(set) + " is damaged in " +
                                        connection.file.string() +
                                        ": not every model has an answer to every prompt"};
}

/// A cell of a table [model][prompt].
template <class Value>
struct Placed {
    std::size_t model = 0, prompt = 0;
    std::optional<Value> value;
};

template <class Value>
Placed<Value> place_of(SQLite::Statement& statement, int model_column) {
    return {static_cast<std::size_t>(statement.getColumn(model_column).getInt64()),
            static_cast<std::size_t>(statement.getColumn(model_column + 1).getInt64()),
            {}};
}

}  // namespace

Error unknown_answer_set(const Connection& connection, AnswerSetId set) {
    return Error{ErrorCode::not_found, "there is no answer set " + std::to_string(set) + " in " +
                                           connection.file.string()};
}

std::string tokens_to_blob(const std::vector<std::int64_t>& tokens) {
    std::string blob;
    blob.reserve(4 * tokens.size());
    for (const std::int64_t token : tokens)
        for (int byte = 0; byte < 4; ++byte)
            blob += static_cast<char>((static_cast<std::uint64_t>(token) >> (8 * byte)) & 0xFF);
    return blob;
}

std::optional<std::vector<std::int64_t>> tokens_from_blob(std::string_view blob) {
    if (blob.size() % 4 != 0) return std::nullopt;
    std::vector<std::int64_t> tokens;
    tokens.reserve(blob.size() / 4);
    for (std::size_t i = 0; i < blob.size(); i += 4) {
        std::uint32_t token = 0;
        for (std::size_t byte = 0; byte < 4; ++byte)
            token |= static_cast<std::uint32_t>(static_cast<unsigned char>(blob[i + byte]))
                     << (8 * byte);
        tokens.push_back(static_cast<std::int32_t>(token));
    }
    return tokens;
}

Result<std::vector<AnswerSet>> StoreReader::answer_sets() {
    PLUMB_TRY(auto sets,
              self_->list(
                  std::string(set_columns) + "ORDER BY id", [](SQLite::Statement&) {}, read_set));
    std::map<AnswerSetId, AnswerSet*> by_id;
    for (AnswerSet& set : sets) by_id[set.id] = &set;
    PLUMB_TRY(const auto models,
              self_->list(
                  "SELECT name, identity, run, step, answer_set FROM answer_models ORDER BY "
                  "answer_set, model",
                  [](SQLite::Statement&) {},
                  [](SQLite::Statement& statement) {
                      return std::pair(statement.getColumn(4).getInt64(), read_model(statement));
                  }));
    for (const auto& [set, model] : models)
        if (const auto found = by_id.find(set); found != by_id.end())
            found->second->models.push_back(model);
    for (AnswerSet& set : sets) {
        PLUMB_TRY(set.judges, self_->answer_judges(set.id));
    }
    return sets;
}

Result<std::vector<std::string>> StoreReader::Implementation::answer_judges(AnswerSetId set) {
    // Each step looks up the next name, so that scores are not walked.
    return list_of_run(
        "WITH RECURSIVE names(judge) AS (SELECT min(judge) FROM answer_scores WHERE answer_set = "
        "?1 UNION ALL SELECT (SELECT min(judge) FROM answer_scores WHERE answer_set = ?1 AND judge "
        "> names.judge) FROM names WHERE names.judge IS NOT NULL) SELECT judge FROM names WHERE "
        "judge IS NOT NULL",
        set, [](SQLite::Statement& statement) { return statement.getColumn(0).getString(); });
}

Result<AnswerSet> StoreReader::answer_set(AnswerSetId id) {
    PLUMB_TRY(auto found,
              self_->list_of_run(std::string(set_columns) + "WHERE id = ?", id, read_set));
    if (found.empty()) return unknown_answer_set(*self_->connection, id);
    AnswerSet set = std::move(found.front());
    PLUMB_TRY(set.models, self_->list_of_run("SELECT name, identity, run, step FROM answer_models "
                                             "WHERE answer_set = ? ORDER BY model",
                                             id, read_model));
    PLUMB_TRY(set.judges, self_->answer_judges(id));
    return set;
}

Result<AnswerSet> StoreReader::find_answer_set(const std::string& id_or_name) {
    PLUMB_TRY(const auto all,
              self_->list(
                  "SELECT id, name FROM answer_sets ORDER BY id DESC", [](SQLite::Statement&) {},
                  [](SQLite::Statement& statement) {
                      return std::pair(statement.getColumn(0).getInt64(),
                                       statement.getColumn(1).getString());
                  }));
    std::vector<std::string> names;
    for (const auto& [id, name] : all) {
        if (std::to_string(id) == id_or_name) return answer_set(id);
        names.push_back(name);
    }
    for (const auto& [id, name] : all)
        if (name == id_or_name) return answer_set(id);
    std::string message =
        "there is no answer set \"" + id_or_name + "\" in " + self_->connection->file.string();
    if (const auto nearest = nearest_name(id_or_name, names))
        message += "; did you mean \"" + *nearest + "\"?";
    return Error{ErrorCode::not_found, message};
}

Result<AnswerTexts> StoreReader::answer_texts(const AnswerSet& set) {
    AnswerTexts texts;
    PLUMB_TRY(texts.prompts,
              self_->list_of_run(
                  "SELECT text, answer, source FROM answer_prompts WHERE answer_set = ? ORDER BY "
                  "prompt",
                  set.id, [](SQLite::Statement& statement) {
                      return AnsweredPrompt{statement.getColumn(0).getString(),
                                            statement.getColumn(1).getString(),
                                            statement.getColumn(2).getString()};
                  }));
    PLUMB_TRY(auto answers,
              self_->list_of_run(
                  "SELECT completion, sampled, tokens, ended, model, prompt FROM answers WHERE "
                  "answer_set = ? ORDER BY model, prompt",
                  set.id, [](SQLite::Statement& statement) {
                      auto placed = place_of<KeptAnswer>(statement, 4);
                      const SQLite::Column blob = statement.getColumn(2);
                      auto tokens = tokens_from_blob({static_cast<const char*>(blob.getBlob()),
                                                      static_cast<std::size_t>(blob.getBytes())});
                      if (!tokens) return placed;
                      placed.value = KeptAnswer{
                          statement.getColumn(0).getString(), statement.getColumn(1).getString(),
                          std::move(*tokens), statement.getColumn(3).getInt() != 0};
                      return placed;
                  }));
    const std::size_t prompts = texts.prompts.size();
    if (answers.size() != set.models.size() * prompts) return damaged(*self_->connection, set.id);
    texts.answers.resize(set.models.size());
    for (std::size_t i = 0; i < answers.size(); ++i) {
        auto& placed = answers[i];
        if (placed.model != i / prompts || placed.prompt != i % prompts || !placed.value)
            return damaged(*self_->connection, set.id);
        texts.answers[placed.model].push_back(std::move(*placed.value));
    }
    return texts;
}

Result<std::vector<AnswerScores>> StoreReader::answer_scores(const AnswerSet& set) {
    PLUMB_TRY(const auto rows,
              self_->list_of_run(
                  "SELECT score, model, prompt, judge FROM answer_scores WHERE answer_set = ? "
                  "ORDER BY judge, model, prompt",
                  set.id, [](SQLite::Statement& statement) {
                      auto placed = place_of<double>(statement, 1);
                      placed.value = read_number(statement.getColumn(0));
                      return std::pair(statement.getColumn(3).getString(), placed);
                  }));
    std::vector<AnswerScores> all;
    const auto prompts = static_cast<std::size_t>(set.prompts);
    for (const auto& [judge, placed] : rows) {
        if (all.empty() || all.back().judge != judge) {
            AnswerScores& scores = all.emplace_back();
            scores.judge = judge;
            scores.scores.assign(set.models.size(), std::vector<std::optional<double>>(prompts));
        }
        if (placed.model >= set.models.size() || placed.prompt >= prompts)
            return damaged(*self_->connection, set.id);
        all.back().scores[placed.model][placed.prompt] = placed.value;
    }
    return all;
}

Result<std::vector<LabelQueue>> StoreReader::answer_queues(AnswerSetId set) {
    PLUMB_TRY(
        const auto ids,
        self_->list_of_run(
            "SELECT id FROM label_queues WHERE json_valid(source) AND source ->> "
            "'$.answer_set' = ? ORDER BY id",
            set, [](SQLite::Statement& statement) { return statement.getColumn(0).getInt64(); }));
    std::vector<LabelQueue> queues;
    for (const LabelQueueId id : ids) {
        PLUMB_TRY(queues.emplace_back(), label_queue(id));
    }
    return queues;
}

}  // namespace plumb
