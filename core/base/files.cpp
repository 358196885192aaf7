// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/files.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace plumb {
namespace fs = std::filesystem;
namespace {

std::mutex fault_mutex;
std::function<int(std::string_view)> fault_hook;

/// Closes the descriptor at the end of the scope.
class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }

private:
    int fd_;
};

/// 0, or the errno.
int write_all(int file, std::string_view content) {
    while (!content.empty()) {
        const ssize_t written = ::write(file, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

fs::path user_folder(const char* own, const char* base, const char* below_home) {
    if (const char* path = std::getenv(own); path && *path) return path;
    if (const char* path = std::getenv(base); path && *path == '/')
        return fs::path(path) / "plumbline";
    const char* home = std::getenv("HOME");
    return fs::path(home && *home ? home : ".") / below_home / "plumbline";
}

}  // namespace

void set_write_fault(std::function<int(std::string_view)> hook) {
    std::lock_guard lock(fault_mutex);
    fault_hook = std::move(hook);
}

int write_fault(std::string_view step) {
    std::lock_guard lock(fault_mutex);
    return fault_hook ? fault_hook(step) : 0;
}

Error file_error(const std::string& what, const fs::path& path, int error_number) {
    ErrorCode code = ErrorCode::io;
    std::string remedy;
    if (error_number == ENOSPC || error_number == EDQUOT) {
        code = ErrorCode::disk_full;
        remedy = "; free some space and try again";
    } else if (error_number == ENOENT) {
        code = ErrorCode::not_found;
    }
    return {code, what + " " + path.string() + ": " +
                      std::generic_category().message(error_number) + remedy};
}

Result<std::string> read_file(const fs::path& path) {
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return file_error("cannot read", path, errno);
    std::string content;
    std::error_code ignored;
    if (const auto size = fs::file_size(path, ignored); !ignored) content.reserve(size);
    char block[1 << 16];
    while (true) {
        const ssize_t count = ::read(file.get(), block, sizeof block);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return file_error("cannot read", path, errno);
        if (count == 0) return content;
        content.append(block, static_cast<std::size_t>(count));
    }
}

Status sync_path(const fs::path& path) {
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0 || ::fsync(file.get()) != 0) return file_error("cannot flush", path, errno);
    return {};
}

AtomicFile::AtomicFile(fs::path path)
    : path_(std::move(path)), temporary_(path_.string() + ".tmp" + std::to_string(::getpid())) {}

AtomicFile::~AtomicFile() {
    if (file_ < 0) return;
    ::close(file_);
    if (!published_) ::unlink(temporary_.c_str());
}

Error AtomicFile::failed(int error_number) const {
    return file_error("cannot write", path_, error_number);
}

Status AtomicFile::begin() {
    if (file_ >= 0) return {};
    if (int fault = write_fault("open")) return failed(fault);
    file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file_ < 0) return failed(errno);
    if (int fault = write_fault("write")) return failed(fault);
    return {};
}

Status AtomicFile::append(std::string_view content) {
    constexpr std::size_t together = 1 << 16;
    PLUMB_TRY_STATUS(begin());
    if (waiting_.size() + content.size() < together) {
        waiting_.append(content);
        return {};
    }
    if (int error = write_all(file_, waiting_)) return failed(error);
    waiting_.clear();
    if (int error = write_all(file_, content)) return failed(error);
    return {};
}

Status AtomicFile::publish() {
    PLUMB_TRY_STATUS(begin());
    if (int error = write_all(file_, waiting_)) return failed(error);
    if (int fault = write_fault("sync")) return failed(fault);
    if (::fsync(file_) != 0) return failed(errno);
    if (int fault = write_fault("rename")) return failed(fault);
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) return failed(errno);
    published_ = true;
    return sync_path(path_.has_parent_path() ? path_.parent_path() : fs::path("."));
}

Status write_file_atomic(const fs::path& path, std::string_view content) {
    AtomicFile file(path);
    PLUMB_TRY_STATUS(file.append(content));
    return file.publish();
}

Status publish_folder(const fs::path& temporary, const fs::path& final) {
    PLUMB_TRY_STATUS(sync_path(temporary));
    if (int fault = write_fault("publish")) return file_error("cannot rename to", final, fault);
    if (::rename(temporary.c_str(), final.c_str()) != 0)
        return file_error("cannot rename to", final, errno);
    return sync_path(final.parent_path());
}

Result<std::uint64_t> free_bytes(const fs::path& path) {
    std::error_code ignored;
    fs::path existing = fs::absolute(path, ignored);
    while (!fs::exists(existing, ignored) && existing.has_relative_path())
        existing = existing.parent_path();
    struct statvfs info {};
    if (::statvfs(existing.c_str(), &info) != 0)
        return file_error("cannot read the free space of", existing, errno);
    return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
}

std::uint64_t folder_bytes(const fs::path& folder) {
    std::uint64_t sum = 0;
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
         it.increment(error)) {
        std::error_code ignored;
        if (it->is_regular_file(ignored))
            if (const auto size = it->file_size(ignored); !ignored) sum += size;
    }
    return sum;
}

fs::path default_workspace() {
    return user_folder("PLUMBLINE_WORKSPACE", "XDG_DATA_HOME", ".local/share");
}

fs::path default_cache() { return user_folder("PLUMBLINE_CACHE", "XDG_CACHE_HOME", ".cache"); }

}  // namespace plumb
