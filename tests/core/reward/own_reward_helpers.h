// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "reward/reward.h"
#include "test_main.h"

/// Fails where the text does not hold the part.
#define VERIFY_PART(text, part)                                                      \
    do {                                                                             \
        const std::string whole = (text);                                            \
        QVERIFY2(whole.find(part) != std::string::npos,                              \
                 ("\"" + whole + "\" lacks \"" + std::string(part) + "\"").c_str()); \
    } while (false)

/// Rows with the completions, each with as many tokens as characters.
struct RewardRows {
    explicit RewardRows(std::vector<std::string> completions) : texts(std::move(completions)) {
        tokens.resize(64);
        for (std::size_t i = 0; i < tokens.size(); ++i) tokens[i] = static_cast<std::int64_t>(i);
        for (const std::string& text : texts)
            rows.push_back({.prompt = "say \"it\"",
                            .completion = text,
                            .completion_with_special = text,
                            .answer = "42",
                            .completion_ids = std::span(tokens).first(text.size()),
                            .ended = true});
    }
    std::vector<std::string> texts;
    std::vector<std::int64_t> tokens;
    std::vector<plumb::RewardInput> rows;
};

/// Writes a program of the user's and returns its path.
inline std::string write_program(const TemporaryFolder& folder, const std::string& name,
                                 const std::string& text) {
    const std::filesystem::path file = folder.path() / name;
    std::ofstream(file) << text;
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    return file.string();
}

/// The process number that a program left in a file, 0 where there is none yet.
inline pid_t pid_in(const std::filesystem::path& file) {
    pid_t pid = 0;
    std::ifstream(file) >> pid;
    return pid;
}

/// Whether the process is gone, or goes within two seconds.
inline bool goes(pid_t pid) {
    for (int i = 0; i < 200; ++i) {
        if (pid > 0 && ::kill(pid, 0) != 0 && errno == ESRCH) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}
