// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "store/schema.h"
#include "store_test_data.h"

using namespace plumb;

class TestStoreMigrations : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<TemporaryFolder>();
        connection_ = open_connection(folder_->path() / database_name, Opening::create).value();
    }
    void cleanup() {
        connection_.reset();
        folder_.reset();
    }

    void the_shipped_ones_are_numbered_from_one() {
        QVERIFY(!migrations().empty());
        for (std::size_t i = 0; i < migrations().size(); ++i) {
            QCOMPARE(migrations()[i].version, static_cast<int>(i) + 1);
            QVERIFY(!migrations()[i].sql.empty());
        }
        VERIFY_OK(migrate(*connection_, migrations()));
        QCOMPARE(number("PRAGMA user_version"), migrations().back().version);
        QCOMPARE(number("PRAGMA application_id"), workspace_application_id);
    }

    void an_older_file_keeps_its_rows() {
        VERIFY_OK(migrate(*connection_, std::span(steps_).first(1)));
        connection_->db.exec("INSERT INTO notes VALUES ('kept')");
        VERIFY_OK(migrate(*connection_, steps_));
        QCOMPARE(number("PRAGMA user_version"), 3);
        COMPARE_TEXT(connection_->db.execAndGet("SELECT text || stars FROM notes").getString(),
                     "kept5");
        // What is there already is not applied again: a second ALTER TABLE would fail.
        VERIFY_OK(migrate(*connection_, steps_));
    }

    void a_step_that_fails_changes_nothing() {
        VERIFY_OK(migrate(*connection_, std::span(steps_).first(1)));
        const std::vector<Migration> broken = {
            steps_[0],
            {2, "002-broken.sql", "CREATE TABLE half (a); INSERT INTO missing VALUES (1)"}};
        const Status status = migrate(*connection_, broken);
        QVERIFY(!status.ok());
        QVERIFY(status.error().message.find(database_name) != std::string::npos);
        QCOMPARE(number("PRAGMA user_version"), 1);
        QCOMPARE(number("SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), 0);
        VERIFY_OK(migrate(*connection_, steps_));
    }

    void completions_of_an_older_format_are_found_by_their_prompts() {
        const auto first = std::ranges::find(migrations(), 3, &Migration::version);
        VERIFY_OK(migrate(*connection_, std::span(migrations().begin(), first)));
        connection_->db.exec(
            "INSERT INTO runs (name, algorithm, preset, state, settings, message, step, "
            "total_steps, created_ms, finished_ms) VALUES ('', '', '', 'finished', '', '', 0, 0, "
            "0, 0)");
        connection_->db.exec(
            "INSERT INTO completions (run, step, row, prompt_group, prompt, completion, answer, "
            "reward, reward_parts, advantage, length, ended) VALUES (1, 4, 0, 0, '1+2=', '3', '3', "
            "1, '{}', 0, 1, 1), (1, 4, 1, 0, '1+3=', '5', '4', 0, '{}', 0, 1, 1)");
        VERIFY_OK(migrate(*connection_, migrations()));
        const auto reader = open_reader(folder_->path());
        CompletionFilter filter;
        filter.prompt = "1+3=";
        const auto rows = reader->completion_page(1, filter, {}, {});
        VERIFY_OK(rows);
        QCOMPARE(rows->size(), std::size_t{1});
        COMPARE_TEXT(rows->front().record.completion, "5");
        QVERIFY(!rows->front().record.kl);
    }

    void runs_of_the_first_format_are_kept() {
        VERIFY_OK(migrate(*connection_, std::span(migrations()).first(1)));
        connection_->db.exec(
            "INSERT INTO runs VALUES (3, 'old', 'ppo', 'ppo-reviews', 'finished', 'seed: 4', '', "
            "12, 20, 1000, 2000)");
        connection_->db.exec("INSERT INTO metric_keys VALUES (1, 'loss')");
        connection_->db.exec("INSERT INTO metrics VALUES (3, 1, 12, 0.5)");
        connection_->db.exec(
            "INSERT INTO edits VALUES (1, 3, 5, 'learning_rate', '0.1', '0.2', 'why', 9)");
        connection_.reset();
        // What the program does with such a workspace, from the start.
        const auto store = open_store(folder_->path());
        const auto reader = open_reader(folder_->path());
        const auto runs = reader->runs().value();
        QCOMPARE(runs.size(), std::size_t{1});
        COMPARE_TEXT(runs[0].name, "old");
        QCOMPARE(runs[0].step, std::int64_t{12});
        COMPARE_TEXT(runs[0].note, "");
        QCOMPARE(runs[0].shade, std::int64_t{0});
        QVERIFY(!runs[0].archived && runs[0].deleted_ms == 0);
        QCOMPARE(reader->metric(3, "loss")->front().value, 0.5);
        COMPARE_TEXT(reader->edits(3)->front().new_value, "0.2");
        QVERIFY(reader->queue()->empty() && reader->planned_edits(3)->empty());
        VERIFY_OK(store->set_note(3, "an old one"));
        COMPARE_TEXT(reader->run(3)->note, "an old one");
    }

    void verdicts_of_an_older_format_stand_as_before() {
        const auto last = std::ranges::find(migrations(), 5, &Migration::version);
        VERIFY_OK(migrate(*connection_, std::span(migrations().begin(), last)));
        connection_->db.exec("INSERT INTO label_queues VALUES (4, 'old', '{}', 0)");
        connection_->db.exec(
            "INSERT INTO label_items VALUES (7, 4, 1, 'p', 'a', 'b', 0, 0, 0, '{}')");
        connection_->db.exec(
            "INSERT INTO verdicts VALUES (1, 7, 'ada', 'a', NULL, NULL, '', NULL, NULL, 0, 0), "
            "(2, 7, 'ada', 'b', NULL, NULL, '', NULL, NULL, 0, 0), "
            "(3, 7, 'ada', 'undo', 2, NULL, '', NULL, NULL, 0, 0), "
            "(4, 7, 'bob', 'tie', NULL, NULL, '', NULL, NULL, 0, 0)");
        VERIFY_OK(migrate(*connection_, migrations()));
        const auto reader = open_reader(folder_->path());
        const auto verdicts = reader->standing_verdicts(4).value();
        QCOMPARE(verdicts.size(), std::size_t{2});
        QCOMPARE(verdicts[0].id, 1);
        QCOMPARE(verdicts[1].choice, Choice::tie);
        const LabelQueue queue = reader->label_queue(4).value();
        QCOMPARE(queue.order.kind, LabelOrder::given);
        QVERIFY(queue.shares.repeated == 0 && queue.shares.doubled == 1);
        QCOMPARE(number("SELECT count(*) FROM standing_verdicts"), 2);
    }

    void an_older_program_refuses_the_file() {
        VERIFY_OK(migrate(*connection_, steps_));
        const Status status = migrate(*connection_, std::span(steps_).first(2));
        QVERIFY(!status.ok() && status.error().code == ErrorCode::newer_version);
        QCOMPARE(number("PRAGMA user_version"), 3);
    }

    void a_reader_does_not_bring_an_older_file_up_to_date() {
        connection_->db.exec("PRAGMA application_id = " + std::to_string(workspace_application_id));
        const auto reader = StoreReader::open(folder_->path());
        QVERIFY(!reader.ok());
        QVERIFY2(reader.error().message.find("for writing") != std::string::npos,
                 reader.error().message.c_str());
        QCOMPARE(number("SELECT count(*) FROM sqlite_schema"), 0);
    }

private:
    int number(const char* query) { return connection_->db.execAndGet(query).getInt(); }

    const std::vector<Migration> steps_ = {
        {1, "001-notes.sql", "CREATE TABLE notes (text TEXT)"},
        {2, "002-stars.sql", "ALTER TABLE notes ADD COLUMN stars INTEGER"},
        {3, "003-five.sql", "UPDATE notes SET stars = 5"},
    };
    std::unique_ptr<TemporaryFolder> folder_;
    std::unique_ptr<Connection> connection_;
};

PLUMB_REGISTER_TEST(TestStoreMigrations)
#include "migrations_test.moc"
