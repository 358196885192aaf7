// SPDX-License-Identifier: GPL-3.0-or-later
// From verdicts back into training.
#include "session/label_training.h"

#include <algorithm>
#include <fstream>

#include "session/label_sampling.h"
#include "session/label_trace.h"
#include "session/run_plan.h"
#include "small_run.h"
#include "train/reward_refresh.h"

using namespace plumb;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t refreshed_after = 3;

Settings small_refreshed_ppo() {
    Settings settings = small_reviews_run("ppo");
    settings.max_steps = 7;
    settings.save_steps = 2;
    settings.max_completion_length = 12;
    settings.per_device_train_batch_size = 16;
    settings.reward_refresh_epochs = 2;
    return settings;
}

RunId stopped_run(SmallSession& session, const Settings& settings, std::int64_t step) {
    const auto run = session->start(settings, "policy");
    if (!run) qFatal("%s", run.error().message.c_str());
    session->stop_at(step);
    const auto ended = session.until_end();
    if (ended.state != RunState::interrupted) qFatal("the run was not stopped");
    return *run;
}

/// A queue of the run's samples, judged by the gold reward.
LabelQueueId judged_samples(SmallSession& session, RunId run, const std::string& name = "samples") {
    auto reader = session.reader();
    const auto queue = queue_samples(session->store(), *reader, name, {.run = run});
    if (!queue) qFatal("%s", queue.error().message.c_str());
    const auto judged = judge_by_gold(session->store(), *reader, queue->queue, "gold", 0);
    if (!judged) qFatal("%s", judged.error().message.c_str());
    return queue->queue;
}

RunId finish(SmallSession& session, const Result<LabelTraining>& training) {
    if (!training) qFatal("%s", training.error().message.c_str());
    const auto ended = session.until_end();
    if (ended.state != RunState::finished) qFatal("%s", ended.message.c_str());
    return training->run;
}

/// A run that is stopped, refreshed from its judged samples, and goes on to its end.
RunId refreshed_run(SmallSession& session) {
    const RunId run = stopped_run(session, small_refreshed_ppo(), refreshed_after);
    const LabelQueueId queue = judged_samples(session, run);
    return finish(session, refresh_from_labels(*session, run, {.queue = queue}));
}

std::vector<double> values(StoreReader& reader, RunId run, const std::string& key) {
    const auto points = reader.metric(run, key);
    if (!points) qFatal("%s", points.error().message.c_str());
    std::vector<double> all;
    for (const MetricPoint& point : *points) all.push_back(point.value);
    return all;
}

std::string message_of(const Result<LabelTraining>& training) {
    return training ? std::string("it began") : training.error().message;
}

}  // namespace

class TestLabelTraining : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_refresh_is_an_edit_and_changes_what_the_run_is_paid_for() {
        SmallSession session;
        const RunId run = refreshed_run(session);
        auto reader = session.reader();
        const auto edits = reader->edits(run).value();
        QCOMPARE(edits.size(), std::size_t{1});
        QCOMPARE(edits[0].key, std::string("reward_refresh_file"));
        QCOMPARE(edits[0].step, refreshed_after);
        QVERIFY(edits[0].reason.find("samples") != std::string::npos);
        QVERIFY(fs::exists(session->workspace() / edits[0].new_value));
        const auto told = reader->metric(run, "reward_refresh/pairs").value();
        QCOMPARE(told.size(), std::size_t{1});
        QCOMPARE(told[0].step, refreshed_after);
        QVERIFY(told[0].value > 0);
        // The model learnt from these labels: it agrees with no fewer of them.
        QVERIFY(values(*reader, run, "reward_refresh/accuracy_after")[0] >=
                values(*reader, run, "reward_refresh/accuracy_before")[0]);
        QVERIFY(
            fs::exists(refreshed_reward_model(session->store().run_folder(run), refreshed_after) /
                       "model.safetensors"));

        const RunId plain = session.run(small_refreshed_ppo(), "plain");
        const auto before = values(*reader, plain, "reward"),
                   after = values(*reader, run, "reward");
        QCOMPARE(after.size(), before.size());
        for (std::size_t i = 0; i < after.size(); ++i)
            QCOMPARE(after[i] == before[i], static_cast<std::int64_t>(i) < refreshed_after);
    }

    void a_paused_run_is_refreshed_and_goes_on() {
        SmallSession session;
        const auto run = session->start(small_refreshed_ppo(), "policy");
        VERIFY_OK(run);
        session->pause();
        int refreshes = 0;
        bool stepped = false;
        const auto ended = session.until_end([&](const Event& event) {
            const auto* step = std::get_if<StepDone>(&event);
            stepped = stepped || (step && step->metrics.contains("loss"));
            if (std::holds_alternative<RunContinued>(event) && !stepped) session->pause();
            if (!std::holds_alternative<RunPaused>(event)) return;
            if (!stepped) return session->go_on();
            const LabelQueueId queue = judged_samples(session, *run);
            const auto training = refresh_from_labels(*session, *run, {.queue = queue});
            if (!training) qFatal("%s", training.error().message.c_str());
            ++refreshes;
        });
        QCOMPARE(refreshes, 1);
        QVERIFY2(ended.state == RunState::finished, ended.message.c_str());
        QCOMPARE(session.reader()->edits(*run)->size(), std::size_t{1});
        QCOMPARE(session.reader()->metric(*run, "reward_refresh/pairs")->size(), std::size_t{1});
    }

    void a_refreshed_run_is_the_same_when_it_is_cut_off_and_when_it_is_repeated() {
        SmallSession session;
        const RunId run = refreshed_run(session);
        auto reader = session.reader();
        const auto expected = lasting_metrics(*reader, run);
        const RunPlan plan = plan_of(*reader, run).value();
        QCOMPARE(plan.edits.size(), std::size_t{1});
        // Before the refresh, where its checkpoint is that of its step, and behind it.
        for (const std::int64_t cut : {refreshed_after - 1, refreshed_after, refreshed_after + 2}) {
            const auto again = session->start(plan.settings, "again", plan.edits);
            VERIFY_OK(again);
            session->stop_at(cut);
            QCOMPARE(session.until_end().state, RunState::interrupted);
            session.close();
            session.open();
            VERIFY_OK(session->resume(*again));
            QCOMPARE(session.until_end().state, RunState::finished);
            QVERIFY2(lasting_metrics(*session.reader(), *again) == expected,
                     ("cut off after step " + std::to_string(cut)).c_str());
        }
    }

    void a_refresh_that_cannot_be_made_is_told_and_the_run_stays_as_it_is() {
        SmallSession session;
        const RunId run = stopped_run(session, small_refreshed_ppo(), refreshed_after);
        auto reader = session.reader();
        const auto queue = queue_samples(session->store(), *reader, "unjudged", {.run = run});
        VERIFY_OK(queue);
        const std::string nothing =
            message_of(refresh_from_labels(*session, run, {.queue = queue->queue}));
        QVERIFY2(nothing.find("no pair with a winner") != std::string::npos, nothing.c_str());
        QVERIFY(fs::is_empty(session->workspace() / "labels"));
        QCOMPARE(reader->run(run)->state, RunState::interrupted);

        const auto other = session->resume(
            run, {{.key = "reward_refresh_file", .value = "labels/not-there.jsonl"}});
        QVERIFY(!other);
        QVERIFY2(other.error().message.find("not-there.jsonl") != std::string::npos,
                 other.error().message.c_str());

        Settings settings = small_refreshed_ppo();
        settings.reward_refresh_file = "labels/pairs.jsonl";
        const auto start = session->start(settings, "too early");
        QVERIFY(!start);
        QVERIFY2(start.error().message.find("preference_files") != std::string::npos,
                 start.error().message.c_str());

        const RunId grpo = session.run(small_grpo(), "rules");
        const std::string none =
            message_of(refresh_from_labels(*session, grpo, {.queue = queue->queue}));
        QVERIFY2(none.find("no learned reward") != std::string::npos, none.c_str());
    }

    void runs_on_verdicts_lead_back_to_them_data() {
        QTest::addColumn<QString>("algorithm");
        QTest::addRow("reward") << "reward";
        QTest::addRow("dpo") << "dpo";
    }
    void runs_on_verdicts_lead_back_to_them() {
        QFETCH(QString, algorithm);
        SmallSession session;
        const RunId policy = stopped_run(session, small_refreshed_ppo(), refreshed_after);
        const LabelQueueId queue = judged_samples(session, policy);
        RunToLearn wanted;
        wanted.labels.queue = queue;
        wanted.labels.held_out = 0.3;
        wanted.algorithm = algorithm.toStdString();
        const RunId run = finish(session, train_on_labels(*session, wanted));
        auto reader = session.reader();
        const RunRecord record = reader->run(run).value();
        QCOMPARE(record.algorithm, algorithm.toStdString());
        QVERIFY(record.settings.find("model_name_or_path: \"" + std::to_string(policy)) !=
                    std::string::npos ||
                record.settings.find("model_name_or_path: " + std::to_string(policy)) !=
                    std::string::npos);
        const auto standing = reader->standing_verdicts(queue).value();
        const auto rows = trace_batch(*reader, session->workspace(), run, 1);
        VERIFY_OK(rows);
        QVERIFY(!rows->empty());
        for (const TracedRow& row : *rows) {
            QCOMPARE(row.verdicts.size(), std::size_t{1});
            const auto verdict = std::ranges::find(standing, row.verdicts[0].id, &Verdict::id);
            QVERIFY(verdict != standing.end());
            QCOMPARE(verdict->item, *row.item);
            const auto items = reader->label_items(queue, 0, 1000).value();
            const auto item = std::ranges::find(items, *row.item, &LabelItem::id);
            QVERIFY(item != items.end());
            QCOMPARE(row.chosen, verdict->choice == Choice::a ? item->answer_a : *item->answer_b);
        }
        QVERIFY(!trace_batch(*reader, session->workspace(), policy, 1));
    }

    void what_is_held_out_shares_no_prompt_with_what_is_learnt() {
        SmallSession session;
        const RunId policy = stopped_run(session, small_refreshed_ppo(), refreshed_after);
        const LabelQueueId queue = judged_samples(session, policy);
        auto reader = session.reader();
        const auto snapshot =
            take_label_snapshot(*reader, session->workspace(), {.queue = queue, .held_out = 0.4});
        VERIFY_OK(snapshot);
        QVERIFY(snapshot->report.held_out > 0);
        Settings columns;
        columns.reward_refresh_file = snapshot->file.string();
        const auto learnt = read_refresh_pairs(columns, session->workspace()).value();
        columns.reward_refresh_file = snapshot->held_out.string();
        const auto held_out = read_refresh_pairs(columns, session->workspace()).value();
        QCOMPARE(std::ssize(learnt), snapshot->report.rows);
        QCOMPARE(std::ssize(held_out), snapshot->report.held_out);
        for (const Preference& pair : held_out)
            QVERIFY(std::ranges::find(learnt, pair.prompt, &Preference::prompt) == learnt.end());
        // Verdicts by the gold reward: the better answer has more of it.
        for (const Preference& pair : learnt) QVERIFY(pair.gold_margin.value() > 0);

        const auto second = take_label_snapshot(*reader, session->workspace(), {.queue = queue});
        VERIFY_OK(second);
        QVERIFY(second->file != snapshot->file);
    }
};

PLUMB_REGISTER_TEST(TestLabelTraining)
#include "label_training_test.moc"
