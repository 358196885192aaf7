// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>

#include "base/files.h"
#include "config/yaml.h"
#include "session/label_files.h"
#include "session/label_requeue.h"
#include "session/label_sampling.h"
#include "test_main.h"

using namespace plumb;

namespace {

CompletionRecord answer(std::int64_t row, const std::string& prompt, const std::string& text,
                        double reward, std::optional<double> gold = {}) {
    CompletionRecord record;
    record.row = row;
    record.prompt = prompt;
    record.completion = text;
    record.reward = reward;
    if (gold) record.reward_parts["gold"] = *gold;
    return record;
}

struct Workspace {
    TemporaryFolder folder;
    std::unique_ptr<Store> store =
        Store::open(folder.path() / "workspace", Access::read_write).value();
    std::unique_ptr<StoreReader> reader = StoreReader::open(folder.path() / "workspace").value();

    std::filesystem::path file(const std::string& name, const std::string& content) {
        const auto path = folder.path() / name;
        std::ofstream(path) << content;
        return path;
    }
    LabelQueue import(const std::string& content, const std::string& name = "queue") {
        const auto report =
            import_label_file(*store, {.file = file(name + ".jsonl", content), .queue = name});
        if (!report.ok()) qFatal("%s", report.error().message.c_str());
        return reader->find_label_queue(name).value();
    }
    std::vector<LabelItem> items(LabelQueueId queue) {
        return reader->label_items(queue, 0, 1000).value();
    }
    void judge(LabelItemId item, Choice choice, const std::string& annotator) {
        Verdict verdict;
        verdict.item = item;
        verdict.choice = choice;
        verdict.annotator = annotator;
        QVERIFY(store->add_verdict(verdict).ok());
    }
    /// The lines that the export writes.
    QStringList exported(LabelsToExport what, LabelExportReport* report = nullptr) {
        what.file = folder.path() / "out.jsonl";
        const auto done = export_labels(*reader, what);
        if (!done.ok()) qFatal("%s", done.error().message.c_str());
        if (report) *report = *done;
        const QString text = QString::fromStdString(read_file(what.file).value());
        return text.split('\n', Qt::SkipEmptyParts);
    }
    /// A run with two steps of samples.
    RunId run() {
        RunRecord record;
        record.name = "samples";
        record.algorithm = "grpo";
        const RunId id = store->create_run(record).value();
        store->add_completions(id, 1,
                               {answer(0, "p", "middle", 0.5, 2.0), answer(1, "p", "best", 1, 1.0),
                                answer(2, "p", "worst", 0, 3.0), answer(3, "q", "same", 1),
                                answer(4, "q", "same", 0), answer(5, "r", "alone", 1)});
        store->add_completions(id, 2, {answer(0, "p", "good", 2, 5), answer(1, "p", "poor", 1, 5)});
        if (!store->flush().ok()) qFatal("the samples were not written");
        return id;
    }
};

constexpr const char* three_pairs =
    R"({"prompt":"p1","completion_a":"a1","completion_b":"b1"}
{"prompt":"p2","completion_a":"a2","completion_b":"b2"}
{"prompt":"p3","completion_a":"a3","completion_b":"b3"}
)";

}  // namespace

class TestLabelFiles : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void preferences_come_in_with_their_verdicts_and_go_out_again() {
        Workspace workspace;
        const std::string row = R"({"prompt":"2+2=","chosen":"4","rejected":"5"})";
        const LabelQueue queue = workspace.import(row + "\n");
        QCOMPARE(workspace.reader->items_judged(queue.id).value(), 1);
        QCOMPARE(workspace.exported({.queue = queue.id}),
                 QStringList({QString::fromStdString(row)}));
    }

    void bad_rows_and_duplicates_are_told_by_their_line() {
        Workspace workspace;
        const auto file =
            workspace.file("mixed.jsonl",
                           "{\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":\"b\"}\n"
                           "\n"
                           "{\"prompt\":\"p\"\n"
                           "{\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":\"b\"}\n");
        const auto report =
            import_label_file(*workspace.store, {.file = file, .queue = "mixed"}).value();
        QCOMPARE(report.done.items, 1);
        QCOMPARE(report.bad_rows, 1);
        QVERIFY2(report.problems.at(0).find("row 3") != std::string::npos,
                 report.problems.at(0).c_str());
        QCOMPARE(report.duplicate_lines, std::vector<std::int64_t>({4}));
    }

    void an_import_that_is_stopped_leaves_nothing() {
        Workspace workspace;
        const auto file = workspace.file("pairs.jsonl", three_pairs);
        std::stop_source stop;
        const auto done =
            import_label_file(*workspace.store, {.file = file, .queue = "q"}, stop.get_token(),
                              [&](std::uint64_t, std::uint64_t) { stop.request_stop(); });
        QCOMPARE(done.error().code, ErrorCode::cancelled);
        QVERIFY(workspace.reader->label_queues().value().empty());
    }

    void what_most_say_is_exported() {
        Workspace workspace;
        const LabelQueue queue = workspace.import(three_pairs);
        const auto items = workspace.items(queue.id);
        for (const char* annotator : {"ada", "bob", "eve"})
            workspace.judge(items[0].id, annotator == std::string("eve") ? Choice::a : Choice::b,
                            annotator);
        workspace.judge(items[1].id, Choice::a, "ada");
        workspace.judge(items[1].id, Choice::b, "bob");
        workspace.judge(items[1].id, Choice::skip, "eve");
        LabelExportReport report;
        QCOMPARE(workspace.exported({.queue = queue.id}, &report),
                 QStringList({R"({"prompt":"p1","chosen":"b1","rejected":"a1"})"}));
        QCOMPARE(report.undecided, 1);
        QCOMPARE(report.unjudged, 1);
        QCOMPARE(workspace.exported({.queue = queue.id, .annotator = "ada"}),
                 QStringList({R"({"prompt":"p1","chosen":"b1","rejected":"a1"})",
                              R"({"prompt":"p2","chosen":"a2","rejected":"b2"})"}));
    }

    void ties_and_bad_pairs_go_where_the_user_says() {
        Workspace workspace;
        const LabelQueue queue = workspace.import(three_pairs);
        const auto items = workspace.items(queue.id);
        workspace.judge(items[0].id, Choice::tie, "ada");
        workspace.judge(items[1].id, Choice::both_bad, "ada");
        LabelExportReport report;
        QVERIFY(workspace.exported({.queue = queue.id}, &report).isEmpty());
        QCOMPARE(report.ties, 1);
        QCOMPARE(report.both_bad, 1);
        QCOMPARE(workspace.exported({.queue = queue.id, .ties = NoWinner::both}),
                 QStringList({R"({"prompt":"p1","chosen":"a1","rejected":"b1"})",
                              R"({"prompt":"p1","chosen":"b1","rejected":"a1"})"}));
        QCOMPARE(workspace.exported({.queue = queue.id,
                                     .form = LabelExportForm::completion,
                                     .ties = NoWinner::both,
                                     .both_bad = NoWinner::both}),
                 QStringList({R"({"prompt":"p1","completion":"a1","label":true})",
                              R"({"prompt":"p1","completion":"b1","label":true})",
                              R"({"prompt":"p2","completion":"a2","label":false})",
                              R"({"prompt":"p2","completion":"b2","label":false})"}));
    }

    void a_single_answer_that_nobody_decides_is_archived_without_a_label() {
        Workspace workspace;
        const LabelQueue queue = workspace.import(
            "{\"prompt\":\"p\",\"completion\":\"c\",\"label\":true}\n"
            "{\"prompt\":\"p\",\"completion\":\"d\",\"label\":true}\n");
        workspace.judge(workspace.items(queue.id)[1].id, Choice::bad, "ada");
        const QStringList lines =
            workspace.exported({.queue = queue.id, .form = LabelExportForm::verdicts});
        QCOMPARE(lines.size(), 2);
        QVERIFY2(lines[0].contains(R"("label":true)"), qPrintable(lines[0]));
        QVERIFY2(!lines[1].contains(R"("label")"), qPrintable(lines[1]));
    }

    void provenance_leads_back_to_file_and_verdict() {
        Workspace workspace;
        const LabelQueue queue = workspace.import(three_pairs);
        workspace.judge(workspace.items(queue.id)[1].id, Choice::a, "ada");
        const QStringList lines = workspace.exported({.queue = queue.id, .provenance = true});
        QCOMPARE(lines.size(), 1);
        QVERIFY2(lines[0].contains(R"("origin":{"file":"queue.jsonl","line":2})"),
                 qPrintable(lines[0]));
        QVERIFY2(lines[0].contains(R"("annotator":"ada","choice":"a")"), qPrintable(lines[0]));
        QCOMPARE(workspace.exported({.queue = queue.id, .form = LabelExportForm::verdicts}).size(),
                 3);
    }

    void a_file_that_cannot_be_written_is_named() {
        Workspace workspace;
        const LabelQueue queue = workspace.import(three_pairs);
        LabelsToExport what{.queue = queue.id};
        what.file = workspace.folder.path() / "missing" / "out.jsonl";
        const auto done = export_labels(*workspace.reader, what);
        QVERIFY(done.error().message.find("out.jsonl") != std::string::npos);
    }

    void samples_of_a_run_are_paired_best_against_worst() {
        Workspace workspace;
        const auto done =
            queue_samples(*workspace.store, *workspace.reader, "samples", {.run = workspace.run()})
                .value();
        const auto items = workspace.items(done.queue);
        QCOMPARE(items.size(), std::size_t{2});
        const std::set<std::string> first = {items[0].answer_a, items[0].answer_b.value()};
        QCOMPARE(first, std::set<std::string>({"best", "worst"}));
        const std::set<std::string> second = {items[1].answer_a, items[1].answer_b.value()};
        QCOMPARE(second, std::set<std::string>({"good", "poor"}));
        QVERIFY(items[0].origin.find("\"step\":1") != std::string::npos);
    }

    void samples_tell_how_they_were_sampled_at_their_step() {
        Workspace workspace;
        Settings settings;
        settings.temperature = 0.75;
        RunRecord record;
        record.name = "with settings";
        record.algorithm = "grpo";
        record.settings = write_settings(settings);
        const RunId known = workspace.store->create_run(record).value();
        for (const std::int64_t step : {1, 2})
            workspace.store->add_completions(
                known, step,
                {answer(0, "p", "more " + std::to_string(step), 1), answer(1, "p", "less", 0)});
        // After the first step: the completions of the second are the first with it.
        EditRecord edit;
        edit.step = 1;
        edit.key = "temperature";
        edit.old_value = "0.75";
        edit.new_value = "0.5";
        QVERIFY(workspace.store->add_edit(known, edit).ok());
        QVERIFY(workspace.store->flush().ok());
        const auto done =
            queue_samples(*workspace.store, *workspace.reader, "known", {.run = known});
        VERIFY_OK(done);
        const auto items = workspace.items(done->queue);
        QCOMPARE(items.size(), std::size_t{2});
        QVERIFY2(items[0].origin.find("\"temperature\":0.75") != std::string::npos,
                 items[0].origin.c_str());
        QVERIFY2(items[1].origin.find("\"temperature\":0.5") != std::string::npos,
                 items[1].origin.c_str());
    }

    void a_pair_that_comes_again_is_judged_once() {
        Workspace workspace;
        RunRecord record;
        record.name = "narrow";
        record.algorithm = "grpo";
        const RunId run = workspace.store->create_run(record).value();
        for (std::int64_t step = 1; step <= 20; ++step)
            workspace.store->add_completions(
                run, step, {answer(0, "p", "more", 1), answer(1, "p", "less", 0)});
        QVERIFY(workspace.store->flush().ok());
        const auto done =
            queue_samples(*workspace.store, *workspace.reader, "narrow", {.run = run});
        VERIFY_OK(done);
        QCOMPARE(done->items, std::int64_t{1});
    }

    void samples_are_filtered() {
        Workspace workspace;
        const RunId run = workspace.run();
        workspace.store->add_completions(
            run, 3,
            {answer(0, "The Movie", "x", 0.5), answer(1, "The Movie", "y", 0.25),
             answer(2, "The Movie", "cut off", 3), answer(3, "The Movie", "cut too", -1)});
        QVERIFY(workspace.store->flush().ok());
        const auto pairs = [&](SamplesToJudge samples, const char* name) {
            samples.run = run;
            const auto done = queue_samples(*workspace.store, *workspace.reader, name, samples);
            QStringList texts;
            if (!done.ok()) return QStringList(QString::fromStdString(done.error().message));
            for (const LabelItem& item : workspace.items(done->queue)) {
                QStringList both = {QString::fromStdString(item.answer_a),
                                    QString::fromStdString(*item.answer_b)};
                both.sort();
                texts << both.join(" | ");
            }
            return texts;
        };
        QCOMPARE(pairs({.prompt = "movie"}, "prompt"), QStringList("cut off | cut too"));
        QCOMPARE(pairs({.prompt = "movie", .least_difference = 5}, "far").size(), 1);
        QVERIFY(pairs({.prompt = "movie", .least_difference = 5}, "far")[0].contains("filters"));
        QCOMPARE(pairs({.least_difference = 1}, "one"),
                 QStringList({"best | worst", "good | poor", "cut off | cut too"}));
        QCOMPARE(pairs({.first_step = 2, .last_step = 2}, "steps"), QStringList("good | poor"));
    }

    void only_answers_that_ended_or_only_those_that_were_cut() {
        Workspace workspace;
        RunRecord record;
        record.name = "ended";
        const RunId run = workspace.store->create_run(record).value();
        std::vector<CompletionRecord> rows = {answer(0, "p", "a", 3), answer(1, "p", "b", 2),
                                              answer(2, "p", "c", 1), answer(3, "p", "d", 0)};
        rows[1].ended = rows[2].ended = true;
        workspace.store->add_completions(run, 1, rows);
        QVERIFY(workspace.store->flush().ok());
        const auto texts = [&](std::optional<bool> ended, const char* name) {
            const auto done = queue_samples(*workspace.store, *workspace.reader, name,
                                            {.run = run, .ended = ended});
            const LabelItem item = workspace.items(done->queue)[0];
            return std::set<std::string>({item.answer_a, *item.answer_b});
        };
        QCOMPARE(texts(true, "ended"), std::set<std::string>({"b", "c"}));
        QCOMPARE(texts(false, "cut"), std::set<std::string>({"a", "d"}));
        QCOMPARE(texts({}, "both"), std::set<std::string>({"a", "d"}));
    }

    void the_gold_reward_judges_once() {
        Workspace workspace;
        const auto queue =
            queue_samples(*workspace.store, *workspace.reader, "samples", {.run = workspace.run()})
                .value()
                .queue;
        QCOMPARE(judge_by_gold(*workspace.store, *workspace.reader, queue, "gold", 0).value(), 2);
        QCOMPARE(judge_by_gold(*workspace.store, *workspace.reader, queue, "gold", 0).value(), 0);
        // The learned reward liked "best" most; the gold reward has it the other way round.
        QCOMPARE(workspace.exported({.queue = queue}),
                 QStringList({R"({"prompt":"p","chosen":"worst","rejected":"best"})"}));
        const auto verdicts = workspace.reader->standing_verdicts(queue).value();
        QCOMPARE(verdicts.at(1).choice, Choice::tie);
    }

    void rewards_of_judged_samples_are_known() {
        Workspace workspace;
        const auto queue =
            queue_samples(*workspace.store, *workspace.reader, "samples", {.run = workspace.run()})
                .value()
                .queue;
        QVERIFY(workspace.reader->label_rewards(queue).value().empty());
        workspace.judge(workspace.items(queue)[0].id, Choice::a, "ada");
        const auto rewards = workspace.reader->label_rewards(queue).value();
        QCOMPARE(rewards.size(), std::size_t{2});
        COMPARE_TEXT(rewards[0].source, gold_source);
        COMPARE_TEXT(rewards[1].source, run_source);
        // The best answer by the run's reward, 1 against 0, is the worst by gold, 1 against 3.
        QCOMPARE(std::set<double>({rewards[0].reward_a, rewards[0].reward_b}),
                 std::set<double>({1, 3}));
        QCOMPARE(rewards[0].reward_a > rewards[0].reward_b,
                 rewards[1].reward_a < rewards[1].reward_b);
        const LabelQueue file = workspace.import(three_pairs);
        workspace.judge(workspace.items(file.id)[0].id, Choice::a, "ada");
        QVERIFY(workspace.reader->label_rewards(file.id).value().empty());
    }

    void samples_that_cannot_be_paired_are_told() {
        Workspace workspace;
        const RunId run = workspace.run();
        const auto none =
            queue_samples(*workspace.store, *workspace.reader, "q", {.run = run, .first_step = 3});
        QVERIFY(none.error().message.find("choose other steps") != std::string::npos);
        const LabelQueue file = workspace.import(three_pairs);
        QVERIFY(!judge_by_gold(*workspace.store, *workspace.reader, file.id, "gold", 0).ok());
    }

    void what_annotators_differ_on_is_judged_anew() {
        Workspace workspace;
        const LabelQueue queue = workspace.import(three_pairs, "first");
        const auto items = workspace.items(queue.id);
        const auto none =
            requeue_disagreements(*workspace.store, *workspace.reader, queue.id, "again");
        QCOMPARE(none.error().code, ErrorCode::invalid_input);
        QVERIFY(workspace.reader->label_queues()->size() == 1);
        for (const LabelItem& item : items) workspace.judge(item.id, Choice::a, "ada");
        workspace.judge(items[0].id, Choice::a, "bob");
        workspace.judge(items[1].id, Choice::skip, "bob");
        workspace.judge(items[2].id, Choice::tie, "bob");
        const auto done =
            requeue_disagreements(*workspace.store, *workspace.reader, queue.id, "again").value();
        QCOMPARE(done.items, 1);
        const auto again = workspace.items(done.queue);
        QCOMPARE(again.size(), std::size_t{1});
        COMPARE_TEXT(again[0].prompt, "p3");
        COMPARE_TEXT(again[0].answer_b.value(), "b3");
        COMPARE_TEXT(again[0].origin,
                     R"({"file":"first.jsonl","line":3,"taken_from":{"queue":1,"item":3}})");
        QVERIFY(workspace.reader->standing_verdicts(done.queue).value().empty());
        QVERIFY(!requeue_disagreements(*workspace.store, *workspace.reader, queue.id, "again"));
        QCOMPARE(requeue_disagreements(*workspace.store, *workspace.reader, 99, "x").error().code,
                 ErrorCode::not_found);
    }

    void a_deleted_run_takes_no_verdict_with_it() {
        Workspace workspace;
        const RunId run = workspace.run();
        const auto queue =
            queue_samples(*workspace.store, *workspace.reader, "samples", {.run = run})
                .value()
                .queue;
        QVERIFY(judge_by_gold(*workspace.store, *workspace.reader, queue, "gold", 0).ok());
        QVERIFY(workspace.store->set_run_state(run, RunState::finished, "").ok());
        QVERIFY(workspace.store->delete_runs({run}).ok());
        QVERIFY(workspace.store->remove_run(run).ok());
        QCOMPARE(workspace.reader->standing_verdicts(queue).value().size(), std::size_t{2});
        QCOMPARE(workspace.items(queue).size(), std::size_t{2});
    }
};

PLUMB_REGISTER_TEST(TestLabelFiles)
#include "labels_test.moc"
