// SPDX-License-Identifier: GPL-3.0-or-later
// plumbline export as a program.
#include <QImage>
#include <QProcess>

#include "base/files.h"
#include "config/yaml.h"
#include "made_comparison.h"
#include "store/store.h"
#include "test_main.h"

using namespace plumb;

namespace {

struct Ended {
    int code = -1;
    QByteArray out, err;
};

class Exporter {
public:
    /// Without a display; started in the folder.
    Ended run(const QStringList& arguments) {
        QProcess program;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const char* name : {"QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"})
            environment.remove(name);
        program.setProcessEnvironment(environment);
        program.setWorkingDirectory(QString::fromStdString(folder_.path().string()));
        program.start(PLUMBLINE_WINDOW, QStringList{"export"} + arguments);
        if (!program.waitForFinished(60'000)) return {};
        return {program.exitCode(), program.readAllStandardOutput(),
                program.readAllStandardError()};
    }

    void make_workspace() {
        auto store = Store::open(folder_.path() / "workspace", Access::read_write).value();
        const auto comparison = made_comparison();
        for (const ComparedRun& made : comparison->runs) {
            RunRecord record = made.record;
            record.settings = write_settings(made.settings);
            const RunId id = store->create_run(record).value();
            std::map<std::int64_t, Metrics> steps;
            for (const auto& [key, points] : made.metrics)
                for (const MetricPoint& point : points) steps[point.step][key] = point.value;
            for (const auto& [step, metrics] : steps)
                store->add_metrics(id, step, metrics, made.record.step);
            VERIFY_OK(store->set_run_state(id, RunState::finished, ""));
        }
        VERIFY_OK(store->flush());
    }

    QByteArray file(const char* name) {
        auto text = read_file(folder_.path() / name);
        return text.ok() ? QByteArray::fromStdString(*text) : QByteArray();
    }

private:
    TemporaryFolder folder_;
};

}  // namespace

class TestExport : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { exporter_.make_workspace(); }

    void it_writes_pdf_png_and_html_without_a_display() {
        const Ended ended = exporter_.run({"--workspace", "workspace", "1", "2", "3", "dpo-4",
                                           "--pdf", "r.pdf", "--png", "r.png", "--html", "r.html",
                                           "--x", "tokens", "--title", "Four"});
        QVERIFY2(ended.code == 0, ended.err.constData());
        QCOMPARE(ended.out, QByteArray("Wrote r.pdf\nWrote r.png\nWrote r.html\n"));
        QVERIFY(exporter_.file("r.pdf").startsWith("%PDF-"));
        QCOMPARE(QImage::fromData(exporter_.file("r.png")).width(), 2360);
        QVERIFY(exporter_.file("r.html").contains("<h1>Four</h1>"));
    }

    void wrong_use_is_told_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("said");
        const QStringList at = {"--workspace", "workspace"};
        QTest::newRow("no file") << at + QStringList{"1"} << QByteArray("--pdf FILE");
        QTest::newRow("no run") << at + QStringList{"--pdf", "x.pdf"} << QByteArray("name runs");
        QTest::newRow("unknown run")
            << at + QStringList{"nobody", "--pdf", "x.pdf"} << QByteArray("nobody");
        QTest::newRow("wrong ending")
            << at + QStringList{"1", "--pdf", "x.doc"} << QByteArray("ends in .pdf");
        QTest::newRow("unknown axis")
            << at + QStringList{"1", "--pdf", "x.pdf", "--x", "epochs"} << QByteArray("flops");
        QTest::newRow("unknown metric")
            << at + QStringList{"1", "--pdf", "x.pdf", "--metric", "los"} << QByteArray("los");
        QTest::newRow("no workspace")
            << QStringList{"--workspace", "nowhere", "1", "--pdf", "x.pdf"}
            << QByteArray("nowhere");
    }

    void wrong_use_is_told() {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, said);
        const Ended ended = exporter_.run(arguments);
        QCOMPARE(ended.code, 2);
        QVERIFY2(ended.err.contains(said), ended.err.constData());
        QVERIFY(exporter_.file("x.pdf").isEmpty());
    }

    void a_folder_that_is_not_there_is_named() {
        const Ended ended =
            exporter_.run({"--workspace", "workspace", "1", "--pdf", "/proc/none/x.pdf"});
        QCOMPARE(ended.code, 2);
        QVERIFY2(ended.err.contains("/proc/none"), ended.err.constData());
    }

private:
    Exporter exporter_;
};

PLUMB_REGISTER_TEST(TestExport)
#include "export_test.moc"
