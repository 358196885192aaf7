// SPDX-License-Identifier: GPL-3.0-or-later
#include <limits>

#include "base/check.h"
#include "base/clock.h"
#include "store_test_data.h"

using namespace plumb;

/// Every kind of record goes in and comes out as it was.
class TestStoreRows : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<TemporaryFolder>();
        store_ = open_store(path());
        reader_ = open_reader(path());
        run_ = store_->create_run(example_run()).value();
    }
    void cleanup() {
        reader_.reset();
        store_.reset();
        folder_.reset();
    }

    void runs_come_back() {
        const std::int64_t before = unix_milliseconds();
        RunRecord given = example_run("second");
        given.state = RunState::paused;
        given.message = "waits";
        given.step = 3;
        given.id = 77;
        const RunId id = store_->create_run(given).value();
        QVERIFY(id != run_);
        QVERIFY(std::filesystem::is_directory(store_->run_folder(id) / "checkpoints"));

        const RunRecord run = reader_->run(id).value();
        QCOMPARE(run.id, id);
        COMPARE_TEXT(run.name, "second");
        COMPARE_TEXT(run.algorithm, "grpo");
        COMPARE_TEXT(run.preset, "grpo-arithmetic");
        COMPARE_TEXT(run.settings, given.settings);
        COMPARE_TEXT(run.message, "waits");
        QVERIFY(run.state == RunState::paused);
        QCOMPARE(run.step, std::int64_t{3});
        QCOMPARE(run.total_steps, std::int64_t{100});
        QVERIFY(run.created_ms >= before && run.created_ms <= unix_milliseconds());
        QCOMPARE(run.finished_ms, std::int64_t{0});

        const auto all = reader_->runs().value();
        QCOMPARE(all.size(), std::size_t{2});
        QCOMPARE(all[0].id, run_);
        QCOMPARE(all[1].id, id);
    }

    void a_run_without_a_name_gets_one() {
        const RunId id = store_->create_run(example_run("")).value();
        COMPARE_TEXT(reader_->run(id)->name, "grpo-" + std::to_string(id));
    }

    void states_end_and_begin_runs() {
        const std::int64_t before = unix_milliseconds();
        VERIFY_OK(store_->set_run_state(run_, RunState::failed, "the loss is NaN"));
        RunRecord run = reader_->run(run_).value();
        QVERIFY(run.state == RunState::failed);
        COMPARE_TEXT(run.message, "the loss is NaN");
        QVERIFY(run.finished_ms >= before);
        VERIFY_OK(store_->set_run_state(run_, RunState::running, ""));
        run = reader_->run(run_).value();
        QVERIFY(run.state == RunState::running);
        QCOMPARE(run.finished_ms, std::int64_t{0});
    }

    void every_state_has_a_name_of_its_own() {
        for (const auto state : {RunState::running, RunState::paused, RunState::finished,
                                 RunState::aborted, RunState::interrupted, RunState::failed}) {
            QVERIFY(parse_run_state(to_string(state)) == state);
            VERIFY_OK(store_->set_run_state(run_, state, ""));
            QVERIFY(reader_->run(run_)->state == state);
        }
        QVERIFY(!parse_run_state("resting"));
        QVERIFY(can_resume(RunState::interrupted) && !can_resume(RunState::running) &&
                !can_resume(RunState::finished));
    }

    void runs_are_found_by_id_and_name() {
        const RunId second = store_->create_run(example_run("arithmetic")).value();
        const RunId third = store_->create_run(example_run("arithmetic")).value();
        QCOMPARE(reader_->find_run(std::to_string(second))->id, second);
        QCOMPARE(reader_->find_run("arithmetic")->id, third);
        const auto missing = reader_->find_run("arithmetik");
        QVERIFY(!missing.ok() && missing.error().code == ErrorCode::not_found);
        QVERIFY2(missing.error().message.find("did you mean \"arithmetic\"") != std::string::npos,
                 missing.error().message.c_str());
        VERIFY_OK(store_->rename_run(second, "other"));
        QCOMPARE(reader_->find_run("other")->id, second);
        QVERIFY(store_->rename_run(second, "  ").error().code == ErrorCode::invalid_input);
    }

    void unknown_runs_are_refused() {
        for (const Status& status :
             {store_->set_run_state(99, RunState::failed, ""), store_->rename_run(99, "x"),
              store_->add_edit(99, {}), store_->add_checkpoint(99, {.folder = "runs/99/a"}),
              store_->remove_checkpoint(99, 0), store_->remove_rows_after(99, 0)}) {
            QVERIFY(!status.ok() && status.error().code == ErrorCode::not_found);
            QVERIFY(status.error().message.find("99") != std::string::npos);
        }
        QVERIFY(reader_->run(99).error().code == ErrorCode::not_found);
        QVERIFY(reader_->metrics(99)->empty() && reader_->completions(99, {})->empty());
    }

    void steps_of_earlier_phases_are_not_the_run_s() {
        store_->add_metrics(run_, 70, {{"start/loss", 1}}, 10);
        store_->add_metrics(run_, 50, {{"reward_model/loss", 1}, {"reward_model/margin", 0}}, 10);
        VERIFY_OK(store_->flush());
        QCOMPARE(reader_->run(run_)->step, std::int64_t{0});
        QCOMPARE(reader_->metric(run_, "reward_model/margin")->front().step, std::int64_t{50});
        store_->add_metrics(run_, 2, {{"loss", 1}}, 10);
        store_->add_metrics(99, 1, {{"start/loss", 1}}, 10);
        QVERIFY(store_->flush().error().message.find("run 99") != std::string::npos);
        QCOMPARE(reader_->run(run_)->step, std::int64_t{2});
    }

    void metrics_come_back() {
        store_->add_metrics(run_, 2, {{"loss", 0.1}, {"kl", 1e-300}}, 50);
        store_->add_metrics(run_, 1, {{"loss", 0.3}}, 50);
        VERIFY_OK(store_->flush());
        QCOMPARE(*reader_->metric_keys(run_), (std::vector<std::string>{"kl", "loss"}));
        const auto loss = reader_->metric(run_, "loss").value();
        QCOMPARE(loss.size(), std::size_t{2});
        QCOMPARE(loss[0].step, std::int64_t{1});
        QVERIFY(same_number(loss[0].value, 0.3));
        QVERIFY(same_number(loss[1].value, 0.1));
        QVERIFY(reader_->metric(run_, "accuracy")->empty());
        const auto table = reader_->metric_table(run_).value();
        QCOMPARE(table.size(), std::size_t{2});
        QCOMPARE(table.at("loss").size(), std::size_t{2});
        QCOMPARE(table.at("kl").front().step, std::int64_t{2});
        const auto all = reader_->metrics(run_).value();
        QCOMPARE(all.size(), std::size_t{2});
        QCOMPARE(all[1].first, std::int64_t{2});
        QVERIFY((all[1].second == Metrics{{"loss", 0.1}, {"kl", 1e-300}}));
        const RunRecord run = reader_->run(run_).value();
        QCOMPARE(run.step, std::int64_t{1});
        QCOMPARE(run.total_steps, std::int64_t{50});
    }

    void metrics_that_are_not_finite_come_back() {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        const double infinity = std::numeric_limits<double>::infinity();
        const Metrics given = {{"a", nan},
                               {"b", infinity},
                               {"c", -infinity},
                               {"d", std::numeric_limits<double>::max()},
                               {"e", std::numeric_limits<double>::denorm_min()}};
        store_->add_metrics(run_, 1, given, 10);
        VERIFY_OK(store_->flush());
        const auto all = reader_->metrics(run_).value();
        QCOMPARE(all.size(), std::size_t{1});
        QCOMPARE(all[0].second.size(), given.size());
        for (const auto& [key, value] : given) {
            QVERIFY2(same_number(all[0].second.at(key), value), key.c_str());
            QVERIFY2(same_number(reader_->metric(run_, key)->at(0).value, value), key.c_str());
        }
    }

    void metrics_of_a_step_are_replaced_by_key() {
        store_->add_metrics(run_, 1, {{"loss", 0.5}, {"kl", 0.1}}, 10);
        VERIFY_OK(store_->flush());
        store_->add_metrics(run_, 1, {{"loss", 0.25}, {"eval/accuracy", 1}}, 10);
        VERIFY_OK(store_->flush());
        const auto all = reader_->metrics(run_).value();
        QCOMPARE(all.size(), std::size_t{1});
        QVERIFY((all[0].second == Metrics{{"loss", 0.25}, {"kl", 0.1}, {"eval/accuracy", 1}}));
    }

    void completions_come_back() {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        CompletionRecord odd = example_completion(1, std::string("a\0b\xff \n'\"", 8));
        odd.reward = nan;
        odd.reward_parts = {{"x", nan},
                            {"y", -std::numeric_limits<double>::infinity()},
                            {"z", 0.1},
                            {"none", std::nullopt}};
        odd.advantage = nan;
        odd.ended = false;
        CompletionRecord none = example_completion(0, "42");
        none.reward.reset();
        store_->add_completions(run_, 5, {odd, none});
        VERIFY_OK(store_->flush());

        const auto rows = reader_->completions(run_, {.step = 5}).value();
        QCOMPARE(rows.size(), std::size_t{2});
        QCOMPARE(rows[0].step, std::int64_t{5});
        COMPARE_TEXT(rows[0].completion, "42");
        COMPARE_TEXT(rows[0].prompt, "12+30=");
        COMPARE_TEXT(rows[0].answer, "42");
        QVERIFY(!rows[0].reward.has_value());
        QVERIFY((rows[0].reward_parts == none.reward_parts));
        QVERIFY(same_number(rows[0].advantage, -0.25));
        QCOMPARE(rows[0].length, std::int64_t{2});
        QVERIFY(rows[0].ended && !rows[1].ended);
        QCOMPARE(rows[1].row, std::int64_t{1});
        QVERIFY(rows[1].completion == odd.completion);
        QVERIFY(rows[1].reward && std::isnan(*rows[1].reward));
        QVERIFY(std::isnan(rows[1].advantage));
        QCOMPARE(rows[1].reward_parts.size(), odd.reward_parts.size());
        for (const auto& [name, value] : odd.reward_parts) {
            const auto& part = rows[1].reward_parts.at(name);
            QCOMPARE(part.has_value(), value.has_value());
            QVERIFY2(!value || same_number(*part, *value), name.c_str());
        }
    }

    void a_step_that_is_done_again_replaces_its_completions() {
        store_->add_completions(
            run_, 1,
            {example_completion(0, "a"), example_completion(1, "b"), example_completion(2, "c")});
        store_->add_completions(run_, 2, {example_completion(0, "d")});
        VERIFY_OK(store_->flush());
        store_->add_completions(run_, 1, {example_completion(0, "e"), example_completion(1, "f")});
        VERIFY_OK(store_->flush());
        const auto rows = reader_->completions(run_, {}).value();
        std::string texts;
        for (const auto& row : rows) texts += row.completion;
        COMPARE_TEXT(texts, "efd");
        QCOMPARE(*reader_->completion_steps(run_), (std::vector<std::int64_t>{1, 2}));
    }

    void completions_are_searched() {
        store_->add_completions(
            run_, 1,
            {example_completion(0, "100% right"), example_completion(1, "100 right"),
             example_completion(2, "a_b \\ c"), example_completion(3, "axb")});
        VERIFY_OK(store_->flush());
        const auto count = [&](const std::string& text) {
            return reader_->completions(run_, {.search = text})->size();
        };
        QCOMPARE(count("100%"), std::size_t{1});
        QCOMPARE(count("RIGHT"), std::size_t{2});
        QCOMPARE(count("a_b"), std::size_t{1});
        QCOMPARE(count("\\ c"), std::size_t{1});
        QCOMPARE(count("12+30"), std::size_t{4});
        QCOMPARE(count("13+30"), std::size_t{0});
        const auto page = reader_->completions(run_, {.step = 1, .limit = 2, .offset = 1}).value();
        QCOMPARE(page.size(), std::size_t{2});
        QCOMPARE(page[0].row, std::int64_t{1});
    }

    void edits_come_back() {
        VERIFY_OK(store_->add_edit(run_, {9, "beta", "0.1", "0.2", "KL too high", 1234}));
        VERIFY_OK(store_->add_edit(run_, {4, "beta", "0", "0.1", "", 5678}));
        const auto edits = reader_->edits(run_).value();
        QCOMPARE(edits.size(), std::size_t{2});
        QCOMPARE(edits[0].step, std::int64_t{4});
        QCOMPARE(edits[1].step, std::int64_t{9});
        COMPARE_TEXT(edits[1].key, "beta");
        COMPARE_TEXT(edits[1].old_value, "0.1");
        COMPARE_TEXT(edits[1].new_value, "0.2");
        COMPARE_TEXT(edits[1].reason, "KL too high");
        QCOMPARE(edits[1].time_ms, std::int64_t{1234});
    }

    void checkpoints_come_back() {
        VERIFY_OK(store_->add_checkpoint(
            run_, {10, "runs/1/checkpoints/step-10", true, 0.5, 1u << 31, 7}));
        VERIFY_OK(
            store_->add_checkpoint(run_, {20, "runs/1/checkpoints/step-20", false, {}, 0, 8}));
        auto all = reader_->checkpoints(run_).value();
        QCOMPARE(all.size(), std::size_t{2});
        QCOMPARE(all[0].step, std::int64_t{10});
        COMPARE_TEXT(all[0].folder, "runs/1/checkpoints/step-10");
        QVERIFY(all[0].is_best && !all[1].is_best);
        QVERIFY(all[0].score == 0.5 && !all[1].score);
        QCOMPARE(all[0].bytes, std::uint64_t{1} << 31);
        QCOMPARE(all[0].time_ms, std::int64_t{7});

        VERIFY_OK(
            store_->add_checkpoint(run_, {20, "runs/1/checkpoints/step-20", true, 0.75, 1, 9}));
        all = reader_->checkpoints(run_).value();
        QCOMPARE(all.size(), std::size_t{2});
        QVERIFY(!all[0].is_best && all[1].is_best);
    }

    void a_checkpoint_lies_below_the_workspace() {
        for (const char* folder : {"", ".", "/tmp/x", "../x", "runs/../../x"}) {
            const Status status = store_->add_checkpoint(run_, {.step = 1, .folder = folder});
            QVERIFY2(!status.ok() && status.error().code == ErrorCode::invalid_input, folder);
        }
        QVERIFY(reader_->checkpoints(run_)->empty());
    }

    void removing_a_checkpoint_removes_its_folder() {
        const std::string name = "runs/" + std::to_string(run_) + "/checkpoints/step-1";
        std::filesystem::create_directories(path() / name / "deep");
        VERIFY_OK(store_->add_checkpoint(run_, {.step = 1, .folder = name}));
        VERIFY_OK(store_->remove_checkpoint(run_, 1));
        QVERIFY(reader_->checkpoints(run_)->empty());
        QVERIFY(!std::filesystem::exists(path() / name));
        QVERIFY(store_->remove_checkpoint(run_, 1).error().code == ErrorCode::not_found);
    }

    void rows_after_a_step_are_removed() {
        const RunId other = store_->create_run(example_run("other")).value();
        for (const RunId run : {run_, other})
            for (int step = 1; step <= 4; ++step) {
                store_->add_metrics(run, step, {{"loss", step}}, 10);
                store_->add_completions(run, step, {example_completion(0, "x")});
            }
        // Phases before the first step count steps of their own.
        store_->add_metrics(run_, 30, {{"start/loss", 1}, {"reward_model/loss", 1}}, 10);
        store_->add_metrics(run_, 4, {{"reward_models", 1}}, 10);
        VERIFY_OK(store_->remove_rows_after(run_, 2));
        QCOMPARE(reader_->metric(run_, "start/loss")->size(), std::size_t{1});
        QCOMPARE(reader_->metric(run_, "reward_model/loss")->size(), std::size_t{1});
        QVERIFY(reader_->metric(run_, "reward_models")->empty());
        QCOMPARE(reader_->metric(run_, "loss")->size(), std::size_t{2});
        QCOMPARE(reader_->completion_steps(run_)->back(), std::int64_t{2});
        QCOMPARE(reader_->run(run_)->step, std::int64_t{2});
        QCOMPARE(reader_->metric(other, "loss")->size(), std::size_t{4});
        QCOMPARE(reader_->completions(other, {})->size(), std::size_t{4});
        QCOMPARE(reader_->run(other)->step, std::int64_t{4});
    }

    void rows_of_an_unknown_run_are_an_error_once() {
        store_->add_metrics(99, 1, {{"loss", 1}}, 10);
        store_->add_completions(99, 1, {example_completion(0, "x")});
        store_->add_metrics(run_, 1, {{"loss", 1}}, 10);
        const Status status = store_->flush();
        QVERIFY(!status.ok() && status.error().code == ErrorCode::not_found);
        QVERIFY(status.error().message.find("run 99") != std::string::npos);
        QCOMPARE(reader_->metric(run_, "loss")->size(), std::size_t{1});
        VERIFY_OK(store_->flush());
    }

    void rows_are_committed_without_a_flush() {
        const std::int64_t start = unix_milliseconds();
        store_->add_metrics(run_, 1, {{"loss", 1}}, 10);
        while (reader_->metric(run_, "loss")->empty() && unix_milliseconds() < start + 5000)
            QTest::qSleep(5);
        QCOMPARE(reader_->metric(run_, "loss")->size(), std::size_t{1});
    }

    void a_checkpoint_takes_the_rows_before_it_along() {
        store_->add_metrics(run_, 1, {{"loss", 1}}, 10);
        VERIFY_OK(store_->add_checkpoint(run_, {.step = 1, .folder = "runs/1/a"}));
        QCOMPARE(reader_->metric(run_, "loss")->size(), std::size_t{1});
    }

    void queries_run_on_the_reader_thread() {
        store_->add_metrics(run_, 1, {{"loss", 1}}, 10);
        VERIFY_OK(store_->flush());
        std::thread::id thread;
        auto answer = store_->query([&, id = run_](StoreReader& reader) {
            thread = std::this_thread::get_id();
            return reader.metric(id, "loss");
        });
        QCOMPARE(answer.get()->size(), std::size_t{1});
        QVERIFY(thread != std::this_thread::get_id());
        auto throws = store_->query([](StoreReader&) -> int { throw std::runtime_error("x"); });
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, throws.get());
        auto pending = store_->query([](StoreReader& reader) { return reader.runs(); });
        store_.reset();
        QCOMPARE(pending.get()->size(), std::size_t{1});
    }

private:
    const std::filesystem::path& path() const { return folder_->path(); }

    std::unique_ptr<TemporaryFolder> folder_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<StoreReader> reader_;
    RunId run_ = 0;
};

PLUMB_REGISTER_TEST(TestStoreRows)
#include "rows_test.moc"
