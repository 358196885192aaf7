// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/child_program.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "base/strings.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::milliseconds slice{50};
constexpr std::size_t most_kept_errors = 1000;

/// A pipe whose ends no other program inherits.
struct Pipe {
    int read = -1, write = -1;

    bool open() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) return false;
        read = ends[0];
        write = ends[1];
        return true;
    }
    ~Pipe() {
        close(read);
        close(write);
    }
    static void close(int& fd) {
        if (fd >= 0) ::close(std::exchange(fd, -1));
    }
};

/// Keeps SIGPIPE from this thread while it writes to a pipe; MSG_NOSIGNAL is for sockets alone.
class NoBrokenPipeSignal {
public:
    NoBrokenPipeSignal() {
        sigset_t pending;
        ::sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;
        sigemptyset(&broken_pipe_);
        sigaddset(&broken_pipe_, SIGPIPE);
        ::pthread_sigmask(SIG_BLOCK, &broken_pipe_, &before_);
    }
    ~NoBrokenPipeSignal() {
        const timespec at_once{0, 0};
        if (!was_pending_)
            while (::sigtimedwait(&broken_pipe_, nullptr, &at_once) < 0 && errno == EINTR) {
            }
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

private:
    sigset_t broken_pipe_, before_;
    bool was_pending_ = false;
};

/// What the child does between fork and exec; calls that are safe there, and no memory is taken.
struct Launch {
    const char* file;
    const char* folder;  ///< or null
    char* const* arguments;
    char* const* environment;
    int input, output, errors, failure;
    pid_t parent;

    [[noreturn]] void fail() const {
        const int reason = errno;
        [[maybe_unused]] const ssize_t written = ::write(failure, &reason, sizeof reason);
        ::_exit(127);
    }

    [[noreturn]] void run() const {
        ::setpgid(0, 0);
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) ::_exit(127);
        sigset_t none;
        sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD})
            ::signal(number, SIG_DFL);
        if (folder && ::chdir(folder) != 0) fail();
        if (::dup2(input, STDIN_FILENO) < 0 || ::dup2(output, STDOUT_FILENO) < 0 ||
            ::dup2(errors, STDERR_FILENO) < 0)
            fail();
        // Files that some library opened without O_CLOEXEC stay with this process.
        ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
        ::execve(file, arguments, environment);
        fail();
    }
};

/// This process' environment; Python's output is not kept back in a buffer there.
std::vector<std::string> environment_of_child() {
    std::vector<std::string> all;
    for (char** entry = environ; *entry; ++entry)
        if (std::strncmp(*entry, "PYTHONUNBUFFERED=", 17) != 0) all.emplace_back(*entry);
    all.emplace_back("PYTHONUNBUFFERED=1");
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

Error start_error(const fs::path& file, int reason) {
    std::string message = "cannot start " + file.string() + ": " + std::strerror(reason);
    if (reason == ENOEXEC) message += "; give it a first line such as #!/bin/sh";
    if (reason == ENOENT) message += "; look at the program that its first line names";
    return {ErrorCode::failed, message};
}

void make_non_blocking(int fd) { ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK); }

}  // namespace

Result<std::unique_ptr<ChildProgram>> ChildProgram::start(Command command) {
    Pipe input, output, errors, failure;
    if (!input.open() || !output.open() || !errors.open() || !failure.open())
        return start_error(command.file, errno);
    std::vector<std::string> words = {command.file.string()};
    words.insert(words.end(), command.arguments.begin(), command.arguments.end());
    std::vector<std::string> variables = environment_of_child();
    const std::vector<char*> arguments = pointers(words), environment = pointers(variables);
    const Launch launch{words.front().c_str(),
                        command.folder.empty() ? nullptr : command.folder.c_str(),
                        arguments.data(),
                        environment.data(),
                        input.read,
                        output.write,
                        errors.write,
                        failure.write,
                        ::getpid()};
    const pid_t pid = ::fork();
    if (pid < 0) return start_error(command.file, errno);
    if (pid == 0) launch.run();
    ::setpgid(pid, pid);  // as the child does: whoever comes first
    Pipe::close(failure.write);
    int reason = 0;
    ssize_t count = 0;
    do count = ::read(failure.read, &reason, sizeof reason);
    while (count < 0 && errno == EINTR);
    if (count == sizeof reason) {
        ::waitpid(pid, nullptr, 0);
        return start_error(command.file, reason);
    }
    for (const int fd : {input.write, output.read, errors.read}) make_non_blocking(fd);
    return std::unique_ptr<ChildProgram>(
        new ChildProgram(std::move(command), pid, std::exchange(input.write, -1),
                         std::exchange(output.read, -1), std::exchange(errors.read, -1)));
}

ChildProgram::ChildProgram(Command command, pid_t pid, int input, int output, int errors)
    : command_(std::move(command)), pid_(pid), input_(input), output_(output), errors_(errors) {}

ChildProgram::~ChildProgram() {
    stop(true);
    Pipe::close(output_);
    Pipe::close(errors_);
}

/// False where nobody reads any more.
bool ChildProgram::send(std::string_view& text) {
    const NoBrokenPipeSignal quiet;
    while (!text.empty()) {
        const ssize_t count = ::write(input_, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno == EAGAIN;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

/// Takes what there is; false at the end of the program's output.
bool ChildProgram::receive() {
    char block[65536];
    while (received_.size() <= most_line_bytes) {
        const ssize_t count = ::read(output_, block, sizeof block);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno == EAGAIN;
        if (count == 0) return false;
        received_.append(block, static_cast<std::size_t>(count));
    }
    return true;
}

void ChildProgram::read_errors() {
    char block[4096];
    // A program that never stops complaining must not keep its caller here.
    for (int blocks = 0; errors_ >= 0 && blocks < 256; ++blocks) {
        const ssize_t count = ::read(errors_, block, sizeof block);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EAGAIN) break;
        if (count <= 0) {
            Pipe::close(errors_);
            break;
        }
        error_text_.append(block, static_cast<std::size_t>(count));
        take_error_lines(false);
    }
    take_error_lines(errors_ < 0);
}

void ChildProgram::take_error_lines(bool all) {
    while (!error_text_.empty()) {
        auto end = error_text_.find('\n');
        if (end == std::string::npos && !all && error_text_.size() < 8192) return;
        end = std::min(end, error_text_.size());
        const std::string line = error_text_.substr(0, end);
        error_text_.erase(0, end + 1);
        if (command_.error_line) command_.error_line(line);
        last_errors_ += line + "\n";
        if (last_errors_.size() > most_kept_errors) {
            last_errors_.erase(0, last_errors_.size() - most_kept_errors);
            // Not in the middle of a character.
            while (!last_errors_.empty() && (last_errors_.front() & 0xC0) == 0x80)
                last_errors_.erase(0, 1);
        }
    }
}

ChildProgram::Answer ChildProgram::ask(std::string_view text, Clock::time_point deadline,
                                       const std::stop_token& stop) {
    const std::size_t length = text.size();
    bool output_open = output_ >= 0, input_open = input_ >= 0;
    while (true) {
        const bool gone = !running();  // before the last look at what it wrote
        if (input_open && !text.empty()) input_open = send(text);
        read_errors();
        if (output_open) output_open = receive();
        const auto end = received_.find('\n', searched_);
        if (end != std::string::npos && end <= most_line_bytes) {
            Answer answer{Reply::line, received_.substr(0, end), false};
            received_.erase(0, end + 1);
            searched_ = 0;
            return answer;
        }
        searched_ = received_.size();
        if (received_.size() > most_line_bytes) return {Reply::too_long, {}, false};
        if (gone) {
            int waiting = 0;
            ::ioctl(input_, FIONREAD, &waiting);
            const std::size_t sent = length - text.size();
            return {Reply::ended, {}, static_cast<std::size_t>(waiting) >= sent};
        }
        if (stop.stop_requested()) return {Reply::cancelled, {}, false};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        if (left.count() <= 0)
            return {!output_open || !input_open ? Reply::closed : Reply::timeout, {}, false};
        pollfd files[] = {{output_open ? output_ : -1, POLLIN, 0},
                          {errors_, POLLIN, 0},
                          {input_open && !text.empty() ? input_ : -1, POLLOUT, 0}};
        if (!output_open || !input_open) {
            // Its end of the pipes closes a moment before the process has ended.
            if (wait_for_end(std::min(left, 4 * slice))) continue;
            return {Reply::closed, {}, false};
        }
        ::poll(files, std::size(files), static_cast<int>(std::min(left, slice).count()));
    }
}

bool ChildProgram::running() {
    if (ended_) return false;
    siginfo_t info{};
    // Left as a zombie until stop(), so that the number of its group stays taken.
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid != pid_)
        return true;
    ended_ = true;
    status_ = info.si_status;
    code_ = info.si_code;
    return false;
}

bool ChildProgram::wait_for_end(std::chrono::milliseconds time) {
    const auto deadline = Clock::now() + time;
    while (running()) {
        if (Clock::now() >= deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

int ChildProgram::signal() const { return code_ == CLD_EXITED ? 0 : status_; }

std::string ChildProgram::how_it_ended() const {
    if (signal() == 0) return "ended with exit code " + std::to_string(status_);
    return "was ended by signal " + std::to_string(signal()) + " (" + ::strsignal(signal()) + ")";
}

std::string ChildProgram::last_errors() {
    read_errors();
    return std::string(trim(last_errors_ + error_text_));
}

void ChildProgram::stop(bool gently) {
    if (reaped_) return;
    Pipe::close(input_);
    const bool by_itself = gently && wait_for_end(std::chrono::milliseconds(300));
    if (!by_itself) {
        ::kill(-pid_, SIGTERM);
        wait_for_end(std::chrono::milliseconds(500));
    }
    // What it started itself goes too.
    ::kill(-pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    read_errors();
    ended_ = reaped_ = true;
}

fs::path find_on_path(const std::string& name) {
    const char* path = std::getenv("PATH");
    for (const std::string& folder : split(path ? path : "/usr/local/bin:/usr/bin:/bin", ':')) {
        const fs::path file = fs::path(folder.empty() ? "." : folder) / name;
        std::error_code ignored;
        if (fs::is_regular_file(file, ignored) && ::access(file.c_str(), X_OK) == 0)
            return fs::absolute(file, ignored);
    }
    return {};
}

}  // namespace plumb
