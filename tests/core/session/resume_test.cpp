// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>

#include "base/random.h"
#include "small_run.h"

using namespace plumb;

namespace {

Settings small_sft(const std::filesystem::path& folder) {
    std::ofstream(folder / "rows.txt")
        << "the cast was good\nthe plot was dull\ni liked the music\nit felt slow\n"
           "a solid film\nnothing new here\nthe end was clever\ni saw it twice\n";
    Settings settings = small_grpo();
    settings.algorithm = "sft";
    settings.task = "data";
    settings.train_files = {(folder / "rows.txt").string()};
    settings.eval_prompts = 2;
    settings.per_device_train_batch_size = 2;
    settings.gradient_accumulation_steps = 2;
    settings.max_length = 32;
    return settings;
}

void expect_same_run(SmallSession& session, RunId whole, RunId resumed) {
    auto reader = session.reader();
    const auto expected = lasting_metrics(*reader, whole);
    const auto actual = lasting_metrics(*reader, resumed);
    QVERIFY(expected.size() > 50);
    for (const auto& [key, value] : expected) {
        const auto found = actual.find(key);
        QVERIFY2(found != actual.end(), ("missing " + key.second).c_str());
        QVERIFY2(found->second == value || (found->second != found->second && value != value),
                 ("step " + std::to_string(key.first) + " " + key.second).c_str());
    }
    QCOMPARE(actual.size(), expected.size());
    QVERIFY(newest_checkpoint_bytes(*reader, whole, session->workspace()) ==
            newest_checkpoint_bytes(*reader, resumed, session->workspace()));
    const auto rows_expected = reader->completions(whole, {});
    const auto rows_actual = reader->completions(resumed, {});
    VERIFY_OK(rows_expected);
    VERIFY_OK(rows_actual);
    QCOMPARE(rows_actual->size(), rows_expected->size());
    for (std::size_t i = 0; i < rows_expected->size(); ++i) {
        COMPARE_TEXT((*rows_actual)[i].completion, (*rows_expected)[i].completion);
        QCOMPARE((*rows_actual)[i].step, (*rows_expected)[i].step);
        QCOMPARE((*rows_actual)[i].advantage, (*rows_expected)[i].advantage);
    }
}

}  // namespace

class TestResume : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void resumed_run_is_the_same_run_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<int>("stop_after");
        // Where it is stopped is drawn anew by every build of this table, from a fixed seed.
        Random random(20);
        for (const char* kind :
             {"grpo", "grpo two iterations", "grpo accumulation, reference", "sft", "sft packed"})
            for (int i = 0; i < 2; ++i) {
                const int stop = 1 + static_cast<int>(random.below(7));
                QTest::addRow("%s after step %d (%d)", kind, stop, i) << kind << stop;
            }
    }
    void resumed_run_is_the_same_run() {
        QFETCH(QString, kind);
        QFETCH(int, stop_after);
        SmallSession session;
        Settings settings = kind.startsWith("sft") ? small_sft(session.folder()) : small_grpo();
        if (kind == "sft packed") {
            // Six rows make four packed ones: epochs end within steps.
            settings.packing = true;
            settings.per_device_train_batch_size = 1;
        }
        if (kind == "grpo two iterations") settings.num_iterations = 2;
        if (kind == "grpo accumulation, reference") {
            settings.gradient_accumulation_steps = 2;
            settings.steps_per_generation = 4;
            settings.beta = 0.05;
        }
        const RunId whole = session.run(settings, "whole");

        const auto id = session->start(settings, "resumed");
        VERIFY_OK(id);
        const auto kept = session.until_end([&](const Event& event) {
            const auto* step = std::get_if<StepDone>(&event);
            if (step && step->step >= stop_after && step->metrics.contains("loss"))
                session->stop_and_keep();
        });
        if (kept.state == RunState::interrupted) {
            session.close();
            session.open();
            VERIFY_OK(session->resume(*id));
            QCOMPARE(static_cast<int>(session.until_end().state),
                     static_cast<int>(RunState::finished));
        }
        expect_same_run(session, whole, *id);
    }

    void edits_are_replayed() {
        SmallSession session;
        Settings settings = small_grpo();
        settings.max_steps = 12;
        settings.save_steps = 4;
        settings.eval_steps = 0;
        const auto edited = [&](const std::string& name, bool interrupt) {
            const auto id = session->start(settings, name);
            if (!id) qFatal("%s", id.error().message.c_str());
            session->pause();
            bool asked = false;
            const auto look = [&](const Event& event) {
                if (std::holds_alternative<RunPaused>(event)) {
                    // Paused at some early step: the edit belongs to that step.
                    const auto status = session->edit("learning_rate", "0.01", "test");
                    if (!status) qFatal("%s", status.error().message.c_str());
                }
                if (std::holds_alternative<SettingEdited>(event) && !asked) {
                    asked = true;
                    session->go_on();
                }
                const auto* step = std::get_if<StepDone>(&event);
                if (interrupt && step && step->step == 6 && step->metrics.contains("loss"))
                    session->stop_and_keep();
            };
            const auto ended = session.until_end(look);
            if (ended.state == RunState::interrupted) {
                if (!session->resume(*id)) qFatal("resume");
                session.until_end();
            }
            return *id;
        };
        const RunId whole = edited("whole", false);
        const RunId resumed = edited("resumed", true);
        auto reader = session.reader();
        const auto edits = reader->edits(whole), edits_of_resumed = reader->edits(resumed);
        VERIFY_OK(edits);
        VERIFY_OK(edits_of_resumed);
        QCOMPARE(edits->size(), std::size_t{1});
        QCOMPARE(edits_of_resumed->size(), std::size_t{1});
        COMPARE_TEXT(edits->front().new_value, "0.01");
        COMPARE_TEXT(edits->front().reason, "test");
        if (edits->front().step == edits_of_resumed->front().step)
            expect_same_run(session, whole, resumed);
        const auto rates = reader->metric(resumed, "learning_rate");
        VERIFY_OK(rates);
        QCOMPARE(rates->back().value, 0.01);
    }
};

PLUMB_REGISTER_TEST(TestResume)
#include "resume_test.moc"
