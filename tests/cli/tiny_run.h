// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <csignal>

#include "cli_process.h"

/// Settings of arithmetic with a model so small that a step takes milliseconds.
inline QStringList tiny_settings() {
    QStringList arguments;
    for (const char* assignment :
         {"hidden_size=16", "intermediate_size=32", "num_hidden_layers=1", "num_attention_heads=2",
          "num_key_value_heads=2", "per_device_train_batch_size=8", "eval_prompts=8", "threads=1"})
        arguments << "--set" << assignment;
    return arguments;
}

inline QStringList tiny_run(const QString& preset, const QStringList& more) {
    return QStringList{"run", preset, "--workspace", "workspace"} + tiny_settings() + more;
}

/// A program that is running, with what it has written so far.
class RunningCli {
public:
    RunningCli(const QStringList& arguments, const std::filesystem::path& home) {
        process_.setProcessEnvironment(cli_environment(home));
        process_.setWorkingDirectory(text_of(home));
        process_.start(PLUMBLINE_CLI, arguments);
    }
    ~RunningCli() {
        process_.kill();
        process_.waitForFinished();
    }

    /// Waits until the text is in what it wrote to standard output or error.
    bool wait_for(const char* text) {
        for (int waited = 0; waited < 60000; waited += 20) {
            read();
            if (out.contains(text) || err.contains(text)) return true;
            if (process_.state() == QProcess::NotRunning) return false;
            process_.waitForReadyRead(20);
        }
        return false;
    }

    void send(int signal) { ::kill(static_cast<pid_t>(process_.processId()), signal); }

    /// The exit code; -1 where it does not end.
    int wait_for_end() {
        if (!process_.waitForFinished(60000)) return -1;
        read();
        return process_.exitStatus() == QProcess::NormalExit ? process_.exitCode() : -1;
    }

    QByteArray out, err;

private:
    void read() {
        out += process_.readAllStandardOutput();
        err += process_.readAllStandardError();
    }

    QProcess process_;
};
