// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

/// What a test program does instead of its tests when it was started as a second process of one:
/// an ordinary main function with its own arguments.
using ChildMain = int (*)(const std::vector<std::string>& arguments);

inline std::map<std::string, ChildMain>& child_programs() {
    static std::map<std::string, ChildMain> all;
    return all;
}

#define PLUMB_REGISTER_CHILD(name, function)                     \
    [[maybe_unused]] static const bool child_##function = [] {   \
        return child_programs().emplace(name, &function).second; \
    }();

/// For main(): runs a child where the arguments ask for one, and gives its exit status.
inline std::optional<int> run_child(int argc, char** argv) {
    if (argc < 3 || std::string(argv[1]) != "--child") return std::nullopt;
    const auto found = child_programs().find(argv[2]);
    if (found == child_programs().end()) return 2;
    return found->second(std::vector<std::string>(argv + 3, argv + argc));
}

/// A second process of this test program. Killed and waited for at the end of the scope.
class ChildProcess {
public:
    ChildProcess(const std::string& name, const std::vector<std::string>& arguments) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) return;
        output_ = ends[0];
        std::vector<std::string> all = {"test-child", "--child", name};
        all.insert(all.end(), arguments.begin(), arguments.end());
        std::vector<char*> argv;
        for (std::string& argument : all) argv.push_back(argument.data());
        argv.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        if (::posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr, argv.data(), environ) != 0)
            pid_ = -1;
        posix_spawn_file_actions_destroy(&actions);
        ::close(ends[1]);
    }
    ~ChildProcess() {
        kill();
        if (output_ >= 0) ::close(output_);
    }
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    pid_t pid() const { return pid_; }

    /// The next line of its standard output without the line end; nothing at its end, or when none
    /// came in time.
    std::optional<std::string> read_line(
        std::chrono::milliseconds timeout = std::chrono::seconds(30)) {
        const auto deadline = std::chrono::steady_clock::now() + timeout;
        while (true) {
            if (const auto end = text_.find('\n'); end != std::string::npos) {
                std::string line = text_.substr(0, end);
                text_.erase(0, end + 1);
                return line;
            }
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                deadline - std::chrono::steady_clock::now());
            pollfd waiting{output_, POLLIN, 0};
            if (left.count() < 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0)
                return std::nullopt;
            char block[4096];
            const ssize_t count = ::read(output_, block, sizeof block);
            if (count <= 0) return std::nullopt;
            text_.append(block, static_cast<std::size_t>(count));
        }
    }

    /// SIGKILL, then waits for its end.
    void kill() {
        if (pid_ > 0) ::kill(pid_, SIGKILL);
        wait();
    }
    /// The exit status once it ended, 128 + the signal where one ended it; -1: there is no process.
    int wait() {
        if (pid_ <= 0) return -1;
        int status = 0;
        ::waitpid(pid_, &status, 0);
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

private:
    pid_t pid_ = -1;
    int output_ = -1;
    std::string text_;
};
