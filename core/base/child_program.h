// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace plumb {

/// A program that is started once and then asked in lines: one line to its standard input, one line
/// back from its standard output. What it writes to its standard error is kept and handed on.
///
/// It runs in a process group of its own, in the given folder, and inherits no file but its three
/// standard ones. It is told to end when this object goes: its input is closed, then the group gets
/// SIGTERM, then SIGKILL. Where this process dies first, the kernel kills the program itself, and
/// processes it started see the end of their input. One thread at a time; the thread that started
/// it must outlive it, since the kernel looks at that thread.
class ChildProgram {
public:
    using Clock = std::chrono::steady_clock;

    struct Command {
        std::filesystem::path file;          ///< absolute; executable
        std::vector<std::string> arguments;  ///< without the program's name
        std::filesystem::path folder;        ///< where it runs; empty: where this process does
        /// Gets every line of the program's standard error; may be empty.
        std::function<void(std::string_view)> error_line;
    };

    enum class Reply {
        line,       ///< text holds it, without the line end
        timeout,    ///< nothing in time
        ended,      ///< the program ended before it wrote one; how_it_ended() says how
        closed,     ///< it goes on without its standard output or input
        too_long,   ///< more than most_line_bytes without a line end
        cancelled,  ///< a stop was requested
    };
    struct Answer {
        Reply reply = Reply::line;
        std::string text;
        bool unread = false;  ///< with ended: the program had taken nothing of what it was sent
    };

    static constexpr std::size_t most_line_bytes = std::size_t{64} << 20;

    /// Errors name the file and the system's reason.
    static Result<std::unique_ptr<ChildProgram>> start(Command command);
    ~ChildProgram();
    ChildProgram(const ChildProgram&) = delete;
    ChildProgram& operator=(const ChildProgram&) = delete;

    /// Sends the text (nothing where it is empty) and waits for one line. Sending and reading go on
    /// at the same time, so that neither side waits for the other. Returns at the latest at the
    /// deadline, and within a twentieth of a second after a stop was requested.
    Answer ask(std::string_view text, Clock::time_point deadline, const std::stop_token& stop);

    pid_t pid() const { return pid_; }
    /// Whether it has not ended yet.
    bool running();
    /// "ended with exit code 3", "was ended by signal 11 (Segmentation fault)". Precondition: it
    /// ended. signal: 0 where none ended it.
    std::string how_it_ended() const;
    int signal() const;
    /// The last lines of its standard error, at most some 1,000 bytes.
    std::string last_errors();

    /// Ends the whole process group. gently: the program may end by itself first, at the end of its
    /// input. Takes at most a second.
    void stop(bool gently);

private:
    ChildProgram(Command command, pid_t pid, int input, int output, int errors);
    bool send(std::string_view& text);
    bool receive();
    void read_errors();
    void take_error_lines(bool all);
    bool wait_for_end(std::chrono::milliseconds time);

    Command command_;
    pid_t pid_;
    int input_, output_, errors_;
    int status_ = 0;  ///< of waitid, once ended_
    int code_ = 0;    ///< CLD_EXITED, CLD_KILLED, CLD_DUMPED
    bool ended_ = false;
    bool reaped_ = false;
    std::string received_;  ///< of its output, not yet taken
    std::size_t searched_ = 0;
    std::string error_text_;  ///< of its errors, no whole line yet
    std::string last_errors_;
};

/// The executable file of that name on PATH, or an empty path.
std::filesystem::path find_on_path(const std::string& name);

}  // namespace plumb
