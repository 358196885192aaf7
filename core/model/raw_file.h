// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>

namespace plumb {

/// An open file of plain system calls: bytes go where they are wanted, without a copy on the way,
/// and a file that somebody cuts off meanwhile is an error instead of a signal, as with a mapping.
class RawFile {
public:
    RawFile(const std::filesystem::path& path, int flags);
    ~RawFile() { close(); }
    RawFile(RawFile&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
    RawFile& operator=(RawFile&&) = delete;

    bool is_open() const { return fd_ >= 0; }
    int fd() const { return fd_; }
    int close();
    /// 0, an errno, or -1 at a premature end of the file.
    int read(void* target, std::uint64_t bytes, std::uint64_t offset) const;
    /// 0 or an errno.
    int write(const void* source, std::uint64_t bytes);

private:
    int fd_;
};

}  // namespace plumb
