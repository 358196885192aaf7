// SPDX-License-Identifier: GPL-3.0-or-later
// What scripts/setup says and decides, tried without installing anything.
#include <fstream>

#include <QProcess>

#include "test_main.h"

namespace fs = std::filesystem;

namespace {

struct Outcome {
    int code = -1;
    QString text;  ///< standard output and standard error
};

Outcome run_bash(const QString& command, const QStringList& variables = {}) {
    QProcess process;
    QStringList environment = QProcess::systemEnvironment();
    environment.removeIf([](const QString& entry) {
        return entry.startsWith("PLUMBLINE_LIBTORCH=") || entry.startsWith("CMAKE_PREFIX_PATH=");
    });
    process.setEnvironment(environment + variables);
    process.setWorkingDirectory(PLUMBLINE_SOURCE_DIR);
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start("/bin/bash", {"-u", "-c", command});
    if (!process.waitForFinished(30000)) return {};
    return {process.exitCode(), QString::fromUtf8(process.readAll()).trimmed()};
}

/// Runs a command with the functions of the LibTorch step loaded.
Outcome with_libtorch_step(const QString& command, const QStringList& variables = {}) {
    return run_bash(". scripts/lib/common.sh; . scripts/lib/libtorch.sh; " + command, variables);
}

void write(const fs::path& path, const std::string& content) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << content;
}

/// A folder that looks like LibTorch of a version.
void make_libtorch(const fs::path& folder, const std::string& minor) {
    write(folder / "include/ATen/ATen.h", "");
    write(folder / "include/torch/headeronly/version.h",
          "#define TORCH_VERSION_MAJOR 2\n#define TORCH_VERSION_MINOR " + minor +
              "\n#define TORCH_VERSION_PATCH 1\n#define TORCH_VERSION \"2.x\"\n");
    write(folder / "lib/libtorch_cpu.so", "");
    write(folder / "lib/libc10.so", "");
}

QString quoted(const fs::path& path) { return "'" + QString::fromStdString(path.string()) + "'"; }

}  // namespace

class TestScripts : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_libtorch_is_judged();
    void a_given_libtorch_that_is_too_old_is_named();
    void a_prefix_path_is_searched();
    void versions_are_compared_by_number();
    void a_torch_is_looked_up_and_not_imported();
    void a_failing_command_keeps_its_status_and_log();
    void a_system_without_apt_gets_the_list();
    void the_window_can_be_left_out();
    void scripts_are_valid_bash();
};

void TestScripts::a_libtorch_is_judged() {
    const TemporaryFolder folder;
    const fs::path good = folder.path() / "good one", old = folder.path() / "old";
    make_libtorch(good, "10");
    make_libtorch(old, "7");
    QCOMPARE(with_libtorch_step("libtorch_version " + quoted(good)).text, "2.10.1");
    QCOMPARE(with_libtorch_step("libtorch_problem " + quoted(good)).text, "");
    QCOMPARE(with_libtorch_step("libtorch_problem " + quoted(old)).text,
             "its version is 2.7.1, Plumbline needs 2.8 or newer");
    fs::remove(good / "lib/libc10.so");
    QCOMPARE(with_libtorch_step("libtorch_problem " + quoted(good)).text,
             "it has no lib/libc10.so");
    QCOMPARE(with_libtorch_step("libtorch_problem " + quoted(folder.path() / "none")).text,
             "there is no such folder");
}

void TestScripts::a_given_libtorch_that_is_too_old_is_named() {
    const TemporaryFolder folder;
    make_libtorch(folder.path(), "3");
    const QString path = QString::fromStdString(folder.path().string());
    const Outcome outcome = with_libtorch_step("ensure_libtorch", {"PLUMBLINE_LIBTORCH=" + path});
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.text.contains("PLUMBLINE_LIBTORCH=" + path + ": its version is 2.3.1"),
             qPrintable(outcome.text));
    QVERIFY2(outcome.text.contains("Set it to a folder"), qPrintable(outcome.text));
}

void TestScripts::a_prefix_path_is_searched() {
    const TemporaryFolder folder;
    make_libtorch(folder.path() / "old", "3");
    make_libtorch(folder.path() / "new", "13");
    const QString path = QString::fromStdString(folder.path().string());
    const Outcome outcome = with_libtorch_step(
        "libtorch_in_prefix_path 2>/dev/null",
        {"CMAKE_PREFIX_PATH=/usr:" + path + "/old:" + path + "/new/share/cmake"});
    QCOMPARE(outcome.text, path + "/new");
}

void TestScripts::versions_are_compared_by_number() {
    QCOMPARE(with_libtorch_step("version_at_least 2.10 2.8").code, 0);
    QCOMPARE(with_libtorch_step("version_at_least 2.8 2.8").code, 0);
    QCOMPARE(with_libtorch_step("version_at_least 2.7.9 2.8").code, 1);
}

void TestScripts::a_torch_is_looked_up_and_not_imported() {
    const TemporaryFolder folder;
    write(folder.path() / "torch/__init__.py", "raise SystemExit('imported')\n");
    const QString path = QString::fromStdString(folder.path().string());
    const Outcome outcome = run_bash("python3 scripts/lib/find_torch.py", {"PYTHONPATH=" + path});
    QCOMPARE(outcome.code, 0);
    QCOMPARE(outcome.text, path + "/torch");
}

void TestScripts::a_failing_command_keeps_its_status_and_log() {
    const TemporaryFolder folder;
    const fs::path log = folder.path() / "step.log";
    const Outcome outcome = run_bash(". scripts/lib/common.sh; logged " + quoted(log) +
                                     " step bash -c 'echo one; printf two; exit 7'");
    QCOMPARE(outcome.code, 7);
    QCOMPARE(run_bash("cat " + quoted(log)).text, "one\ntwo");
}

void TestScripts::a_system_without_apt_gets_the_list() {
    const TemporaryFolder folder;
    // A PATH with what the scripts themselves use, and no compiler or package manager.
    const QString bin = quoted(folder.path());
    QCOMPARE(run_bash("for tool in bash dirname cat sed; do ln -s \"$(command -v $tool)\" " + bin +
                      "; done")
                 .code,
             0);
    const Outcome outcome = run_bash("PATH=" + bin + " scripts/setup");
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.text.contains("has no apt-get"), qPrintable(outcome.text));
    for (const char* package : {"g++ ", "cmake ", "qt6-base-dev ", "libutf8proc-dev "})
        QVERIFY2(outcome.text.contains(package), package);
    QVERIFY2(!outcome.text.contains("ccache"), qPrintable(outcome.text));
}

void TestScripts::the_window_can_be_left_out() {
    const Outcome outcome = run_bash(
        ". scripts/lib/common.sh; . scripts/lib/packages.sh; read_packages 'window test'; "
        "echo \"${package_names[@]}\"");
    QVERIFY2(outcome.text.contains("libspdlog-dev"), qPrintable(outcome.text));
    QVERIFY2(!outcome.text.contains("qt6"), qPrintable(outcome.text));
    QVERIFY2(!outcome.text.contains("xvfb"), qPrintable(outcome.text));
}

void TestScripts::scripts_are_valid_bash() {
    const Outcome outcome = run_bash(
        "for script in scripts/setup scripts/run scripts/test scripts/lib/*.sh .ci/run; do "
        "bash -n $script || exit 1; done");
    QVERIFY2(outcome.code == 0, qPrintable(outcome.text));
}

PLUMB_REGISTER_TEST(TestScripts)
#include "scripts_test.moc"
