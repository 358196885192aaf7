// SPDX-License-Identifier: GPL-3.0-or-later
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
