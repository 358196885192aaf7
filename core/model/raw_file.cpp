// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/raw_file.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace plumb {
namespace {

constexpr std::uint64_t most_at_once = 1 << 30;  // what one call may move, rounded down

}  // namespace

// Without O_NONBLOCK, opening a named pipe would wait for somebody to write to it.
RawFile::RawFile(const std::filesystem::path& path, int flags)
    : fd_(::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK, 0644)) {}

int RawFile::close() {
    const int result = fd_ >= 0 ? ::close(fd_) : 0;
    fd_ = -1;
    return result;
}

int RawFile::read(void* target, std::uint64_t bytes, std::uint64_t offset) const {
    char* next = static_cast<char*>(target);
    while (bytes > 0) {
        const ssize_t count =
            ::pread(fd_, next, std::min(bytes, most_at_once), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno;
        if (count == 0) return -1;
        next += count;
        offset += static_cast<std::uint64_t>(count);
        bytes -= static_cast<std::uint64_t>(count);
    }
    return 0;
}

int RawFile::write(const void* source, std::uint64_t bytes) {
    const char* next = static_cast<const char*>(source);
    while (bytes > 0) {
        const ssize_t count = ::write(fd_, next, std::min(bytes, most_at_once));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno;
        next += count;
        bytes -= static_cast<std::uint64_t>(count);
    }
    return 0;
}

}  // namespace plumb
