// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/clock.h"
#include "small_run.h"

using namespace plumb;

class TestSession : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_run_keeps_every_step() {
        SmallSession session;
        const RunId run = session.run(small_grpo(), "first");
        auto reader = session.reader();
        const auto record = reader->run(run);
        VERIFY_OK(record);
        QCOMPARE(static_cast<int>(record->state), static_cast<int>(RunState::finished));
        QCOMPARE(record->step, std::int64_t{8});
        const auto losses = reader->metric(run, "loss");
        VERIFY_OK(losses);
        QCOMPARE(losses->size(), std::size_t{8});
        const auto accuracy = reader->metric(run, "eval/accuracy");
        VERIFY_OK(accuracy);
        QCOMPARE(accuracy->size(), std::size_t{4});  // steps 0, 3, 6 and 8
        const auto rows = reader->completions(run, {});
        VERIFY_OK(rows);
        QCOMPARE(rows->size(), std::size_t{8 * 8});
        for (const auto& row : *rows) {
            QVERIFY(row.reward.has_value());
            QVERIFY(row.reward_parts.contains("arithmetic"));
            QVERIFY(row.length >= 1 && row.length <= 8);
        }
        const auto checkpoints = reader->checkpoints(run);
        VERIFY_OK(checkpoints);
        QVERIFY(checkpoints->size() >= 3 && checkpoints->size() <= 4);
        for (const auto& checkpoint : *checkpoints)
            QVERIFY(std::filesystem::exists(session->workspace() / checkpoint.folder /
                                            "model.safetensors"));
    }

    void same_settings_give_the_same_numbers() {
        SmallSession session;
        const RunId first = session.run(small_grpo(), "first");
        const RunId second = session.run(small_grpo(), "second");
        auto reader = session.reader();
        const auto a = lasting_metrics(*reader, first), b = lasting_metrics(*reader, second);
        QVERIFY(a.size() > 50);
        QVERIFY(a == b);
        Settings other = small_grpo();
        other.seed = 6;
        const RunId third = session.run(other, "third");
        QVERIFY(lasting_metrics(*reader, third) != a);
    }

    void abort_ends_at_once_and_keeps_rows() {
        SmallSession session;
        Settings settings = small_grpo();
        settings.max_steps = 100000;
        const auto run = session->start(settings, "aborted");
        VERIFY_OK(run);
        Stopwatch since_abort;
        const auto ended = session.until_end([&](const Event& event) {
            const auto* step = std::get_if<StepDone>(&event);
            if (!step || step->step != 5 || !step->metrics.contains("loss")) return;
            since_abort.restart();
            session->abort();
        });
        QCOMPARE(static_cast<int>(ended.state), static_cast<int>(RunState::aborted));
        auto reader = session.reader();
        const auto losses = reader->metric(*run, "loss");
        VERIFY_OK(losses);
        QVERIFY(losses->size() >= 5);
        QVERIFY(!session->active_run());
    }

    void finish_evaluates_and_saves() {
        SmallSession session;
        Settings settings = small_grpo();
        settings.max_steps = 100000;
        settings.eval_steps = 0;
        settings.save_steps = 0;
        const auto run = session->start(settings, "finished");
        VERIFY_OK(run);
        const auto ended = session.until_end([&](const Event& event) {
            const auto* step = std::get_if<StepDone>(&event);
            if (step && step->step == 3) session->finish();
        });
        QCOMPARE(static_cast<int>(ended.state), static_cast<int>(RunState::finished));
        auto reader = session.reader();
        const auto accuracy = reader->metric(*run, "eval/accuracy");
        VERIFY_OK(accuracy);
        QCOMPARE(accuracy->back().step, ended.step);
        const auto checkpoints = reader->checkpoints(*run);
        VERIFY_OK(checkpoints);
        QCOMPARE(checkpoints->back().step, ended.step);
    }

    void paused_policy_can_be_talked_to() {
        SmallSession session;
        Settings settings = small_grpo();
        settings.max_steps = 100000;
        const auto run = session->start(settings, "paused");
        VERIFY_OK(run);
        int paused = 0;
        const auto ended = session.until_end([&](const Event& event) {
            const auto* step = std::get_if<StepDone>(&event);
            if (step && step->step == 2 && paused == 0) session->pause();
            if (std::holds_alternative<RunPaused>(event)) {
                ++paused;
                GenerateRequest request;
                request.model = std::to_string(*run);
                request.prompt = "1+2+3=";
                request.max_tokens = 6;
                request.threads = 1;
                auto reply = session->generate(request).get();
                if (!reply) qFatal("%s", reply.error().message.c_str());
                if (reply->tokens < 1) qFatal("nothing was generated");
                session->go_on();
            }
            if (std::holds_alternative<RunContinued>(event)) session->abort();
        });
        QCOMPARE(static_cast<int>(ended.state), static_cast<int>(RunState::aborted));
        QCOMPARE(paused, 1);
    }

    void wrong_edits_are_refused() {
        SmallSession session;
        QVERIFY(!session->edit("learning_rate", "0.1", ""));
        Settings settings = small_grpo();
        settings.max_steps = 100000;
        VERIFY_OK(session->start(settings, "edited"));
        QVERIFY(!session->edit("hidden_size", "64", "not live"));
        QVERIFY(!session->edit("learning_rate", "-1", "out of range"));
        QVERIFY(!session->edit("learning_rte", "0.1", "unknown"));
        QVERIFY(!session->edit("num_generations", "3", "does not divide the batch"));
        VERIFY_OK(session->edit("learning_rate", "0.002", ""));
        session->abort();
        session.until_end();
    }

    void a_price_on_the_kl_may_come_while_a_rollout_is_in_use() {
        SmallSession session;
        Settings settings = small_grpo();
        settings.max_steps = settings.num_iterations = 300;  // one rollout
        settings.reward_funcs = {"length_target"};
        settings.reward_length = 4;
        settings.eval_steps = settings.save_steps = 0;
        const auto id = session->start(settings, "priced");
        VERIFY_OK(id);
        const auto ended = session.until_end([&](const Event& event) {
            const auto* step = std::get_if<StepDone>(&event);
            if (step && step->step == 1 && is_update(step->metrics)) session->pause();
            if (std::holds_alternative<RunPaused>(event)) {
                VERIFY_OK(session->edit("beta", "0.1", "test"));
                session->go_on();
            }
        });
        COMPARE_TEXT(ended.message, "");
        auto reader = session.reader();
        const auto edits = reader->edits(*id);
        VERIFY_OK(edits);
        QCOMPARE(edits->size(), std::size_t{1});
        const auto kl = reader->metric(*id, "kl");
        VERIFY_OK(kl);
        // Measured from the step on that the edit belongs to, not from the next rollout on.
        QCOMPARE(kl->front().step, edits->front().step + 1);
        QVERIFY(kl->back().value != 0.0);
    }

    void one_run_at_a_time() {
        SmallSession session;
        Settings settings = small_grpo();
        settings.max_steps = 100000;
        VERIFY_OK(session->start(settings, "one"));
        const auto second = session->start(settings, "two");
        QVERIFY(!second);
        QCOMPARE(static_cast<int>(second.error().code), static_cast<int>(ErrorCode::busy));
        session->abort();
        session.until_end();
    }

    void a_failed_supervised_start_ends_the_run() {
        SmallSession session;
        Settings settings = small_grpo();
        settings.start_check_accuracy = 1.0;
        VERIFY_OK(session->start(settings, "hopeless"));
        const auto ended = session.until_end();
        QCOMPARE(static_cast<int>(ended.state), static_cast<int>(RunState::failed));
        QVERIFY(ended.message.find("start_check_accuracy") != std::string::npos);
    }

    void a_supervised_start_on_reviews_is_checked_and_cached() {
        SmallSession session;
        Settings settings = small_grpo();
        settings.task = "reviews";
        settings.max_steps = 2;
        const RunId first = session.run(settings, "first");
        settings.eval_prompts = 4;  // of no concern to the start
        const RunId second = session.run(settings, "second");
        auto reader = session.reader();
        const auto share = reader->metric(first, "start/well_formed");
        VERIFY_OK(share);
        QCOMPARE(share->size(), std::size_t{1});
        QCOMPARE(share->front().step, settings.start_max_steps);
        QVERIFY(reader->metric(second, "start/well_formed")->empty());
        const auto rows = reader->completions(first, {});
        VERIFY_OK(rows);
        QVERIFY(!rows->empty() && rows->front().reward_parts.contains("reviews"));
        QVERIFY(rows->front().prompt.ends_with(" "));

        settings.start_check_accuracy = 1.0;
        VERIFY_OK(session->start(settings, "hopeless"));
        const auto ended = session.until_end();
        QCOMPARE(static_cast<int>(ended.state), static_cast<int>(RunState::failed));
        QVERIFY(ended.message.find("without a mistake") != std::string::npos);
    }

    void a_model_with_nan_weights_ends_the_run_and_not_the_program() {
        SmallSession session;
        const RunId first = session.run(small_grpo(), "first");
        auto reader = session.reader();
        const auto checkpoints = reader->checkpoints(first);
        VERIFY_OK(checkpoints);
        const auto broken = session.folder() / "broken";
        std::filesystem::copy(session->workspace() / checkpoints->back().folder, broken);
        auto weights = read_file(broken / "model.safetensors");
        VERIFY_OK(weights);
        for (std::size_t i = weights->size() - 4096; i < weights->size(); ++i)
            (*weights)[i] = '\xff';
        VERIFY_OK(write_file_atomic(broken / "model.safetensors", *weights));
        Settings settings = small_grpo();
        settings.model_name_or_path = broken.string();
        const auto started = session->start(settings, "broken");
        if (!started) return;  // refused before the start: as good
        const auto ended = session.until_end();
        QCOMPARE(static_cast<int>(ended.state), static_cast<int>(RunState::failed));
        QVERIFY2(ended.message.find("finite") != std::string::npos ||
                     ended.message.find("NaN") != std::string::npos,
                 ended.message.c_str());
    }

    void a_cut_off_checkpoint_names_the_file() {
        SmallSession session;
        const RunId first = session.run(small_grpo(), "first");
        auto reader = session.reader();
        const auto checkpoints = reader->checkpoints(first);
        VERIFY_OK(checkpoints);
        const auto broken = session.folder() / "broken";
        std::filesystem::copy(session->workspace() / checkpoints->back().folder, broken);
        std::filesystem::resize_file(broken / "model.safetensors", 5000);
        Settings settings = small_grpo();
        settings.model_name_or_path = broken.string();
        const auto started = session->start(settings, "broken");
        const std::string message = started ? session.until_end().message : started.error().message;
        QVERIFY2(message.find("model.safetensors") != std::string::npos, message.c_str());
    }

    void a_model_can_be_named_by_its_run() {
        SmallSession session;
        session.run(small_grpo(), "first");
        Settings settings = small_grpo();
        settings.model_name_or_path = "first@6";
        settings.max_steps = 2;
        session.run(settings, "second");
        settings.model_name_or_path = "first@3";
        const auto missing = session->start(settings, "third");
        QVERIFY(!missing);
        QVERIFY2(missing.error().message.find("8") != std::string::npos,
                 missing.error().message.c_str());
        settings.model_name_or_path = "frist";
        const auto unknown = session->start(settings, "fourth");
        QVERIFY(!unknown);
        QVERIFY2(unknown.error().message.find("first") != std::string::npos,
                 unknown.error().message.c_str());
    }

    void evaluate_uses_a_finished_run() {
        SmallSession session;
        const RunId run = session.run(small_grpo(), "first");
        EvaluateRequest request;
        request.model = std::to_string(run);
        request.task = "arithmetic";
        request.settings = small_grpo();
        request.threads = 1;
        const auto reply = session->evaluate(request).get();
        VERIFY_OK(reply);
        QCOMPARE(reply->prompts, std::int64_t{8});
        auto reader = session.reader();
        const auto accuracy = reader->metric(run, "eval/accuracy");
        VERIFY_OK(accuracy);
        QCOMPARE(reply->metrics.at("eval/accuracy"), accuracy->back().value);
    }
};

PLUMB_REGISTER_TEST(TestSession)
#include "session_test.moc"
