// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/lock.h"

#include <cerrno>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/files.h"
#include "base/strings.h"
#include "store/store.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

fs::path lock_file(const fs::path& workspace) { return workspace / "workspace.lock"; }

/// "plumbline-cli (process 4711)".
std::string read_holder(int fd) {
    char text[256];
    const ssize_t count = ::pread(fd, text, sizeof text, 0);
    const std::string content(text, count > 0 ? static_cast<std::size_t>(count) : 0);
    const auto blank = content.rfind(' ');
    if (blank == std::string::npos) return "another program";
    return content.substr(0, blank) + " (process " +
           std::string(trim(std::string_view(content).substr(blank))) + ")";
}

/// 0, or the errno. A question who holds the lock takes it for an instant, so that one refusal
/// alone says nothing yet.
int lock_patiently(int fd) {
    for (int attempt = 0;; ++attempt) {
        if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return 0;
        if (errno == EINTR) continue;
        if (errno != EWOULDBLOCK || attempt == 4) return errno;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

}  // namespace

Result<WorkspaceLock> WorkspaceLock::take(const fs::path& workspace) {
    const fs::path file = lock_file(workspace);
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) return file_error("cannot open", file, errno);
    WorkspaceLock lock(fd);
    if (const int error = lock_patiently(fd); error == EWOULDBLOCK)
        return Error{ErrorCode::busy, "the workspace " + workspace.string() + " is in use by " +
                                          read_holder(fd) +
                                          "; close that program, or open the workspace read-only"};
    else if (error)
        return file_error("cannot lock", file, error);
    // The name serves the message above alone: a full disk must not keep the lock from its owner.
    const std::string holder =
        std::string(program_invocation_short_name) + " " + std::to_string(::getpid()) + "\n";
    if (::ftruncate(fd, 0) == 0) [[maybe_unused]]
        const ssize_t written = ::pwrite(fd, holder.data(), holder.size(), 0);
    return lock;
}

WorkspaceLock::WorkspaceLock(WorkspaceLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

WorkspaceLock::~WorkspaceLock() {
    // The file stays: whoever waits for it may have it open already.
    if (fd_ >= 0) ::close(fd_);
}

std::optional<std::string> workspace_holder(const fs::path& workspace) {
    const int fd = ::open(lock_file(workspace).c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return std::nullopt;
    std::optional<std::string> holder;
    if (::flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) holder = read_holder(fd);
    ::close(fd);
    return holder;
}

}  // namespace plumb
