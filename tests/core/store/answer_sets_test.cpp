// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <limits>

#include "store/schema.h"
#include "store_test_data.h"

using namespace plumb;

namespace {

AnswerSet example_set() {
    AnswerSet set;
    set.name = "first";
    set.source = "{\"prompts\":{\"from\":\"pinned\"}}";
    set.settings = "task: reviews\n";
    set.models = {{"ppo@60", "ppo/1@60", 1, 60}, {"base", "/models/base", {}, 0}};
    return set;
}

AnswerTexts example_texts() {
    AnswerTexts texts;
    texts.prompts = {{"1+2=", "3", ""}, {"the movie", "", "rows.jsonl, line 2"}, {"", "", ""}};
    for (const char* model : {"a", "b"}) {
        auto& answers = texts.answers.emplace_back();
        for (std::size_t p = 0; p < texts.prompts.size(); ++p) {
            const std::string text = model + std::to_string(p);
            answers.push_back({text, text + "$", {0, 70000, static_cast<std::int64_t>(p)}, p != 1});
        }
    }
    return texts;
}

AnswerScores example_scores(const std::string& judge, double first) {
    return {judge, {{first, 0.0, std::nullopt}, {-1.0, 2.5, 3.0}}};
}

}  // namespace

class TestAnswerSets : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void what_was_added_is_read_again() {
        const TemporaryFolder folder;
        const auto store = open_store(folder.path());
        const auto reader = open_reader(folder.path());
        QVERIFY(reader->answer_sets().value().empty());
        const auto id = store->add_answer_set(
            example_set(), example_texts(), {example_scores("gold", 1), example_scores("a b", 2)});
        VERIFY_OK(id);
        const AnswerSet set = reader->answer_set(*id).value();
        COMPARE_TEXT(set.name, "first");
        COMPARE_TEXT(set.settings, "task: reviews\n");
        COMPARE_TEXT(set.source, example_set().source);
        QVERIFY(set.added_ms > 0);
        QCOMPARE(set.prompts, 3);
        QCOMPARE(set.models.size(), std::size_t{2});
        COMPARE_TEXT(set.models[0].identity, "ppo/1@60");
        QCOMPARE(set.models[0].run, std::optional<RunId>(1));
        QCOMPARE(set.models[0].step, 60);
        QVERIFY(!set.models[1].run);
        QCOMPARE(set.judges, std::vector<std::string>({"a b", "gold"}));

        const AnswerTexts texts = reader->answer_texts(set).value();
        const AnswerTexts given = example_texts();
        for (std::size_t m = 0; m < 2; ++m)
            for (std::size_t p = 0; p < 3; ++p) {
                const KeptAnswer &kept = texts.answers[m][p], &expected = given.answers[m][p];
                COMPARE_TEXT(kept.completion, expected.completion);
                COMPARE_TEXT(kept.sampled, expected.sampled);
                QCOMPARE(kept.tokens, expected.tokens);
                QCOMPARE(kept.ended, expected.ended);
            }
        COMPARE_TEXT(texts.prompts[0].answer, "3");
        COMPARE_TEXT(texts.prompts[1].source, "rows.jsonl, line 2");
        const auto scores = reader->answer_scores(set).value();
        QCOMPARE(scores.size(), std::size_t{2});
        COMPARE_TEXT(scores[1].judge, "gold");
        QCOMPARE(scores[1].scores, example_scores("gold", 1).scores);

        const auto all = reader->answer_sets().value();
        QCOMPARE(all.size(), std::size_t{1});
        QCOMPARE(all[0].models.size(), std::size_t{2});
        QCOMPARE(all[0].judges, set.judges);
        QCOMPARE(all[0].prompts, 3);
    }

    void a_judge_that_judges_again_takes_its_place() {
        const TemporaryFolder folder;
        const auto store = open_store(folder.path());
        const auto reader = open_reader(folder.path());
        const auto id = store->add_answer_set(example_set(), example_texts()).value();
        QVERIFY(reader->answer_set(id)->judges.empty());
        VERIFY_OK(store->add_answer_scores(id, {example_scores("gold", 1)}));
        VERIFY_OK(store->add_answer_scores(id, {example_scores("gold", 7)}));
        const auto scores = reader->answer_scores(reader->answer_set(id).value()).value();
        QCOMPARE(scores.size(), std::size_t{1});
        QCOMPARE(scores[0].scores[0][0], std::optional(7.0));
    }

    void what_does_not_fit_is_refused() {
        const TemporaryFolder folder;
        const auto store = open_store(folder.path());
        const auto reader = open_reader(folder.path());
        AnswerTexts texts = example_texts();
        texts.answers[1].pop_back();
        const auto uneven = store->add_answer_set(example_set(), texts);
        QVERIFY2(uneven.error().message.find("2 models to 3 prompts") != std::string::npos,
                 uneven.error().message.c_str());
        AnswerSet unnamed = example_set();
        unnamed.name = " ";
        QVERIFY(!store->add_answer_set(unnamed, example_texts()).ok());
        AnswerScores few = example_scores("gold", 1);
        few.scores.pop_back();
        QVERIFY(!store->add_answer_set(example_set(), example_texts(), {few}).ok());
        QVERIFY(reader->answer_sets().value().empty());
        const auto id = store->add_answer_set(example_set(), example_texts()).value();
        const Status wrong = store->add_answer_scores(id, {few});
        QVERIFY2(wrong.error().message.find("gold") != std::string::npos,
                 wrong.error().message.c_str());
        QCOMPARE(store->add_answer_scores(99, {}).error().code, ErrorCode::not_found);
        QCOMPARE(reader->answer_set(99).error().code, ErrorCode::not_found);
    }

    void sets_are_found_renamed_and_removed() {
        const TemporaryFolder folder;
        const auto store = open_store(folder.path());
        const auto reader = open_reader(folder.path());
        const auto older = store->add_answer_set(example_set(), example_texts()).value();
        const auto newer =
            store->add_answer_set(example_set(), example_texts(), {example_scores("gold", 1)})
                .value();
        QCOMPARE(reader->find_answer_set("first")->id, newer);
        QCOMPARE(reader->find_answer_set(std::to_string(older))->id, older);
        const auto unknown = reader->find_answer_set("frist");
        QVERIFY2(unknown.error().message.find("did you mean \"first\"") != std::string::npos,
                 unknown.error().message.c_str());
        VERIFY_OK(store->rename_answer_set(older, "old"));
        QCOMPARE(reader->find_answer_set("old")->id, older);
        VERIFY_OK(store->remove_answer_set(newer));
        QCOMPARE(store->remove_answer_set(newer).error().code, ErrorCode::not_found);
        QCOMPARE(reader->answer_sets()->size(), std::size_t{1});
        QCOMPARE(reader->answer_texts(reader->answer_set(older).value())->answers.size(),
                 std::size_t{2});
    }

    void a_set_outlives_its_runs_and_knows_its_queues() {
        const TemporaryFolder folder;
        const auto store = open_store(folder.path());
        const auto reader = open_reader(folder.path());
        const RunId run = store->create_run(example_run()).value();
        VERIFY_OK(store->set_run_state(run, RunState::finished, ""));
        AnswerSet set = example_set();
        set.models[0].run = run;
        const auto id = store->add_answer_set(set, example_texts()).value();
        int left = 1;
        const auto import = [&](const std::string& name, const std::string& source) {
            left = 1;
            return store
                ->import_labels(name, source,
                                [&]() -> Result<std::optional<NewLabel>> {
                                    if (left-- == 0) return std::optional<NewLabel>();
                                    NewLabel label;
                                    label.item.answer_a = "a";
                                    label.item.origin = "{}";
                                    return std::optional(label);
                                })
                .value()
                .queue;
        };
        const auto own = import("own", "{\"answer_set\":" + std::to_string(id) + "}");
        import("other", "{\"answer_set\":77}");
        import("file", "not json");
        const auto queues = reader->answer_queues(id).value();
        QCOMPARE(queues.size(), std::size_t{1});
        QCOMPARE(queues[0].id, own);
        VERIFY_OK(store->delete_runs({run}));
        VERIFY_OK(store->remove_run(run));
        QCOMPARE(reader->answer_texts(reader->answer_set(id).value())->answers.size(),
                 std::size_t{2});
    }

    void an_answer_that_is_missing_is_told() {
        const TemporaryFolder folder;
        AnswerSetId id = 0;
        {
            const auto store = open_store(folder.path());
            id = store->add_answer_set(example_set(), example_texts()).value();
        }
        {
            const auto connection =
                open_connection(folder.path() / database_name, Opening::write).value();
            connection->db.exec("DELETE FROM answers WHERE model = 1 AND prompt = 0");
        }
        const auto reader = open_reader(folder.path());
        const auto texts = reader->answer_texts(reader->answer_set(id).value());
        QVERIFY2(texts.error().message.find("damaged") != std::string::npos,
                 texts.error().message.c_str());
    }

    void a_large_set_is_read_whole() {
        const TemporaryFolder folder;
        const auto store = open_store(folder.path());
        const auto reader = open_reader(folder.path());
        constexpr std::size_t models = 50, prompts = 256;
        AnswerSet set = example_set();
        set.models.clear();
        AnswerTexts texts;
        AnswerScores scores{"gold", {}};
        for (std::size_t p = 0; p < prompts; ++p) texts.prompts.push_back({std::to_string(p)});
        for (std::size_t m = 0; m < models; ++m) {
            set.models.push_back({"m" + std::to_string(m)});
            auto& answers = texts.answers.emplace_back();
            auto& values = scores.scores.emplace_back();
            for (std::size_t p = 0; p < prompts; ++p) {
                answers.push_back({std::to_string(m * p), "", {1, 2, 3}, true});
                values.push_back(static_cast<double>(m + p));
            }
        }
        const auto id = store->add_answer_set(set, texts, {scores}).value();
        const AnswerSet read = reader->answer_set(id).value();
        const auto kept = reader->answer_texts(read).value();
        COMPARE_TEXT(kept.answers[49][255].completion, std::to_string(49 * 255));
        QCOMPARE(reader->answer_scores(read)->front().scores[49][255], std::optional(304.0));
    }
};

PLUMB_REGISTER_TEST(TestAnswerSets)
#include "answer_sets_test.moc"
