// SPDX-License-Identifier: GPL-3.0-or-later
// The include rules of the project, and a test that a broken rule is noticed.
#include "structure_rules.h"
#include "test_main.h"

class TestStructure : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void the_project_keeps_the_rules();
    void reads_the_whole_project();
    void a_broken_rule_is_found_data();
    void a_broken_rule_is_found();
    void what_is_allowed_is_no_problem();
};

namespace {

const std::string licence = "// SPDX-License-Identifier: GPL-3.0-or-later\n";

/// A small tree that keeps every rule.
SourceTree sound_tree() {
    return {
        {"core/base/result.h", licence + "#include <string>\n"},
        {"core/base/log.cpp", licence + "#include <spdlog/spdlog.h>\n"},
        {"core/config/settings.h", licence + "#include \"base/result.h\"\n"},
        {"core/config/yaml.cpp", licence + "#include <nlohmann/json.hpp>\n"},
        {"core/store/store.h", licence + "#include \"base/result.h\"\n"},
        {"core/model/decoder.h", licence + "#include <ATen/ATen.h>\n"},
        {"core/algorithms/grpo.h",
         licence + "#include <ATen/ATen.h>\n#include \"base/result.h\"\n"},
        {"core/rollout/rollout.h", licence + "#include \"model/decoder.h\"\n"},
        {"core/reward/reward.h", licence + "#include \"config/settings.h\"\n"},
        {"core/train/run.h", licence + "#include \"rollout/rollout.h\"\n"},
        {"core/session/session.h", licence + "#include \"store/store.h\"\n"},
        {"core/session/worker.h", licence + "#include \"train/run.h\"\n"},
        {"core/session/worker.cpp", licence + "#include \"train/run.h\"\n#include <ATen/ATen.h>\n"},
        {"app/cli.cpp", licence + "#include \"cli_commands.h\"\n#include \"session/session.h\"\n"},
        {"app/cli_commands.h", licence + "#include <CLI/App.hpp>\n"},
        {"app/main.cpp", licence + "#include <QApplication>\n#include \"ui/window.h\"\n"},
        {"ui/window.h", licence + "#include <QMainWindow>\n#include \"session/session.h\"\n"},
    };
}

}  // namespace

void TestStructure::the_project_keeps_the_rules() {
    QStringList lines;
    for (const std::string& problem : structure_problems(read_sources(PLUMBLINE_SOURCE_DIR)))
        lines += QString::fromStdString(problem);
    QVERIFY2(lines.isEmpty(), qPrintable("\n" + lines.join('\n')));
}

void TestStructure::reads_the_whole_project() {
    const SourceTree tree = read_sources(PLUMBLINE_SOURCE_DIR);
    QVERIFY(tree.size() > 80);
    for (const char* path : {"core/base/result.h", "core/base/log.cpp", "core/session/session.h"})
        QVERIFY2(tree.contains(path), path);
}

void TestStructure::a_broken_rule_is_found_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("problem");
    const auto row = [](const char* file, const char* line, const char* problem) {
        QTest::addRow("%s %s", file, line) << file << line << problem;
    };
    row("core/base/result.h", "#include \"config/settings.h\"",
        "core/base/result.h:3: base may not include config (\"config/settings.h\")");
    row("core/store/store.h", "#include \"config/settings.h\"",
        "core/store/store.h:3: store may not include config (\"config/settings.h\")");
    row("core/algorithms/grpo.h", "#include \"model/decoder.h\"",
        "core/algorithms/grpo.h:4: algorithms may not include model (\"model/decoder.h\")");
    row("core/rollout/rollout.h", "#include \"train/run.h\"",
        "core/rollout/rollout.h:3: rollout may not include train (\"train/run.h\")");
    row("core/config/yaml.cpp", "#  include <c10/util/Exception.h>",
        "core/config/yaml.cpp:3: torch is not used here (<c10/util/Exception.h>)");
    row("core/reward/reward.h", "#include \"rollout/rollout.h\"",
        "core/reward/reward.h:3: reaches torch through core/rollout/rollout.h -> "
        "core/model/decoder.h");
    row("core/session/session.h", "#include <torch/types.h>",
        "core/session/session.h:3: torch is not used here (<torch/types.h>)");
    row("core/session/session.h", "#include \"model/decoder.h\"",
        "core/session/session.h:3: reaches torch through core/model/decoder.h");
    row("core/session/worker.h", "#include <ATen/ATen.h>",
        "core/session/worker.h:3: torch is not used here (<ATen/ATen.h>)");
    row("app/cli.cpp", "#include \"session/worker.h\"",
        "app/cli.cpp:4: reaches torch through core/session/worker.h -> core/train/run.h -> "
        "core/rollout/rollout.h -> core/model/decoder.h");
    row("core/train/run.h", "#include <QString>",
        "core/train/run.h:3: Qt is used in ui and the window program alone (<QString>)");
    row("app/cli.cpp", "#include <QtCore/QString>",
        "app/cli.cpp:4: Qt is used in ui and the window program alone (<QtCore/QString>)");
    row("app/cli.cpp", "#include \"model/decoder.h\"",
        "app/cli.cpp:4: app may not include model (\"model/decoder.h\")");
    row("app/cli.cpp", "#include \"ui/window.h\"",
        "app/cli.cpp:4: app may not include ui (\"ui/window.h\")");
    row("ui/window.h", "#include <ATen/ATen.h>",
        "ui/window.h:4: torch is not used here (<ATen/ATen.h>)");
    row("ui/window.h", "#include \"train/run.h\"",
        "ui/window.h:4: ui may not include train (\"train/run.h\")");
    row("core/train/run.h", "#include <spdlog/spdlog.h>",
        "core/train/run.h:3: spdlog is used in core/base/log.cpp alone (<spdlog/spdlog.h>)");
    row("core/store/store.h", "#include <nlohmann/json.hpp>",
        "core/store/store.h:3: JSON is used in .cpp files alone (<nlohmann/json.hpp>)");
    row("core/store/store.h", "#include \"base/nothing.h\"",
        "core/store/store.h:3: includes \"base/nothing.h\", which is no file of the project");
}

void TestStructure::a_broken_rule_is_found() {
    QFETCH(QString, file);
    QFETCH(QString, line);
    QFETCH(QString, problem);
    SourceTree tree = sound_tree();
    tree.at(file.toStdString()) += line.toStdString() + "\n";
    const auto problems = structure_problems(tree);
    QVERIFY2(std::find(problems.begin(), problems.end(), problem.toStdString()) != problems.end(),
             qPrintable(problems.empty() ? "nothing was found"
                                         : "found: " + QString::fromStdString(problems.front())));
}

void TestStructure::what_is_allowed_is_no_problem() {
    const auto none = structure_problems(sound_tree());
    QVERIFY2(none.empty(), none.empty() ? "" : none.front().c_str());

    SourceTree tree = sound_tree();
    tree["core/base/long.h"] = licence;
    for (int line = 0; line < 300; ++line) tree["core/base/long.h"] += "\n";
    tree["core/base/bare.h"] = "#pragma once\n";
    tree["core/misc/odd.h"] = licence;
    const auto problems = structure_problems(tree);
    QCOMPARE(problems.size(), std::size_t(3));
    COMPARE_TEXT(problems[0], "core/base/bare.h:1: the first line does not name the licence");
    COMPARE_TEXT(problems[1], "core/base/long.h:301: longer than 300 lines");
    COMPARE_TEXT(problems[2], "core/misc/odd.h:1: core/misc is no folder of docs/architecture.md");
}

PLUMB_REGISTER_TEST(TestStructure)
#include "structure_test.moc"
