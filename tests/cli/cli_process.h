// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <QByteArray>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QProcessEnvironment>
#include <QStringList>
#include <QTest>

#include "test_main.h"

/// What a finished plumbline-cli left.
struct CliResult {
    int code = -1;
    QByteArray out, err;
};

/// The environment of a user without a workspace whose home is the folder.
inline QProcessEnvironment cli_environment(const std::filesystem::path& home) {
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const char* name :
         {"PLUMBLINE_WORKSPACE", "PLUMBLINE_CACHE", "XDG_DATA_HOME", "XDG_CACHE_HOME"})
        environment.remove(name);
    environment.insert("HOME", QString::fromStdString(home.string()));
    return environment;
}

/// Runs the built program to its end; code -1 where it crashed or took longer than the limit.
inline CliResult run_cli(const QStringList& arguments, const std::filesystem::path& home,
                         int limit_ms = 60000) {
    QProcess process;
    process.setProcessEnvironment(cli_environment(home));
    process.setWorkingDirectory(QString::fromStdString(home.string()));
    process.start(PLUMBLINE_CLI, arguments);
    CliResult result;
    if (!process.waitForFinished(limit_ms)) {
        process.kill();
        process.waitForFinished();
        result.err = "plumbline-cli did not end in time or could not be started; " +
                     process.readAllStandardError();
        return result;
    }
    result.out = process.readAllStandardOutput();
    result.err = process.readAllStandardError();
    if (process.exitStatus() == QProcess::NormalExit) result.code = process.exitCode();
    return result;
}

/// The lines of --json output; an empty list where one is not an object.
inline std::vector<QJsonObject> json_lines(const QByteArray& text) {
    std::vector<QJsonObject> lines;
    for (const QByteArray& line : text.split('\n')) {
        if (line.isEmpty()) continue;
        const QJsonDocument document = QJsonDocument::fromJson(line);
        if (!document.isObject()) return {};
        lines.push_back(document.object());
    }
    return lines;
}

inline QString text_of(const std::filesystem::path& path) {
    return QString::fromStdString(path.string());
}

/// Fails with what the program said where it ended otherwise. The result is evaluated once.
#define COMPARE_CODE(result, expected)                                                            \
    do {                                                                                          \
        const CliResult& compared = (result);                                                     \
        QVERIFY2(compared.code == (expected), ("exit code " + QByteArray::number(compared.code) + \
                                               "\n" + compared.out + compared.err)                \
                                                  .constData());                                  \
    } while (false)
/// The text holds the part.
#define VERIFY_HOLDS(text, part)    \
    QVERIFY2((text).contains(part), \
             ("\"" + QByteArray(part) + "\" is not in: " + (text)).constData())
