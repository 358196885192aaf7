// SPDX-License-Identifier: GPL-3.0-or-later
#include "../cli_process.h"
#include "base/files.h"

/// The parts of the reference data that this program reproduces.
class TestParity : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        if (shared_folder("golden").empty())
            QSKIP(
                "the reference data is not there; set PLUMBLINE_SHARED to the folder with golden/");
    }

    void supported_parts_pass_data() {
        QTest::addColumn<QString>("part");
        for (const char* part :
             {"losses/sft", "losses/grpo", "models/llama", "models/llama_tied_rope3", "train/sft",
              "train/grpo_dapo", "train/grpo_kl_mu2"})
            QTest::newRow(part) << QString(part);
    }

    void supported_parts_pass() {
        QFETCH(QString, part);
        const CliResult result = parity({"--only", part});
        COMPARE_CODE(result, 0);
        const QList<QByteArray> lines = result.out.trimmed().split('\n');
        for (qsizetype i = 0; i + 1 < lines.size(); ++i)
            QVERIFY2(lines[i].startsWith("pass  " + part.toUtf8()), lines[i].constData());
        const qsizetype cases = lines.size() - 1;
        QVERIFY(cases >= 3);
        QCOMPARE(lines.last(), QByteArray::number(cases) + " passed, 0 failed");
    }

    void part_that_is_not_supported_fails_by_name() {
        const CliResult result = parity({"--only", "losses/ppo,losses/sft"});
        COMPARE_CODE(result, 1);
        VERIFY_HOLDS(result.out, "FAIL  losses/ppo");
        VERIFY_HOLDS(result.out, "not supported yet");
        VERIFY_HOLDS(result.out, "pass  losses/sft/nll");
        QVERIFY(result.out.trimmed().endsWith(" passed, 1 failed"));
    }

    void part_that_is_not_there_is_wrong_use() {
        const CliResult result = parity({"--only", "losses/grop"});
        COMPARE_CODE(result, 2);
        VERIFY_HOLDS(result.err, "did you mean losses/grpo?");
        QVERIFY(result.out.isEmpty());
    }

    void wrong_reference_fails_data() {
        QTest::addColumn<QByteArray>("old_text");
        QTest::addColumn<QByteArray>("new_text");
        QTest::addColumn<QByteArray>("said");
        QTest::newRow("loss") << QByteArray("\"loss\": ") << QByteArray("\"loss\": 1")
                              << QByteArray("loss is");
        QTest::newRow("metric") << QByteArray("\"num_tokens\": ") << QByteArray("\"num_tokens\": 1")
                                << QByteArray("num_tokens is");
        QTest::newRow("unknown key")
            << QByteArray("\"loss_type\"") << QByteArray("\"smoothing\": 0.1, \"loss_type\"")
            << QByteArray("not supported yet: smoothing");
        QTest::newRow("unknown metric") << QByteArray("\"entropy\"") << QByteArray("\"perplexity\"")
                                        << QByteArray("not supported yet: metric perplexity");
        QTest::newRow("unknown kind of loss")
            << QByteArray("\"loss_type\": \"") << QByteArray("\"loss_type\": \"x")
            << QByteArray("not supported yet: ");
    }

    void wrong_reference_fails() {
        QFETCH(QByteArray, old_text);
        QFETCH(QByteArray, new_text);
        QFETCH(QByteArray, said);
        namespace fs = std::filesystem;
        TemporaryFolder copy;
        const fs::path losses = copy.path() / "losses";
        fs::create_directory(losses);
        const auto text = plumb::read_file(shared_folder("golden/losses") / "sft.json");
        VERIFY_OK(text);
        QByteArray changed(text->data(), static_cast<qsizetype>(text->size()));
        QVERIFY(changed.contains(old_text));
        changed.replace(old_text, new_text);
        VERIFY_OK(plumb::write_file_atomic(losses / "sft.json", changed.toStdString()));
        fs::copy_file(shared_folder("golden/losses") / "sft.safetensors",
                      losses / "sft.safetensors");
        const CliResult result = run_cli({"parity", text_of(copy.path())}, home_.path());
        COMPARE_CODE(result, 1);
        VERIFY_HOLDS(result.out, said);
        QVERIFY(!result.out.contains("pass  "));
    }

    void lines_are_json() {
        const CliResult result = parity({"--only", "losses/sft", "--json"});
        COMPARE_CODE(result, 0);
        const auto lines = json_lines(result.out);
        QVERIFY(lines.size() >= 2);
        QCOMPARE(lines[0]["event"].toString(), QString("parity"));
        QVERIFY(lines[0]["metrics"]["largest_error"].isDouble());
        QCOMPARE(lines.back()["failed"].toInt(-1), 0);
    }

private:
    CliResult parity(QStringList arguments) {
        arguments.prepend(text_of(shared_folder("golden")));
        arguments.prepend("parity");
        return run_cli(arguments, home_.path(), 240000);
    }

    TemporaryFolder home_;
};

PLUMB_REGISTER_TEST(TestParity)
#include "parity_test.moc"
