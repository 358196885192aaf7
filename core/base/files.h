// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace plumb {

/// The whole file as bytes. Errors name the path and the reason.
Result<std::string> read_file(const std::filesystem::path& path);

/// Writes through a temporary name in the same folder, flushes it to the disk and renames it, so
/// that the path holds either the old or the new content after a kill at any instant.
/// A full disk is ErrorCode::disk_full.
Status write_file_atomic(const std::filesystem::path& path, std::string_view content);

/// The same for content that comes piece by piece. What was not published is removed.
class AtomicFile {
public:
    explicit AtomicFile(std::filesystem::path path);
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    Status append(std::string_view content);
    /// To be called once, after everything was appended.
    Status publish();

private:
    Status begin();
    Error failed(int error_number) const;

    std::filesystem::path path_, temporary_;
    std::string waiting_;  ///< small pieces are written together
    int file_ = -1;
    bool published_ = false;
};

/// Flushes a file or folder to the disk (fsync).
Status sync_path(const std::filesystem::path& path);

/// Renames a folder into its final place and flushes its parent: the last act of a durable write.
Status publish_folder(const std::filesystem::path& temporary, const std::filesystem::path& final);

/// The Error for a failed call on a path: disk_full, not_found or io, with the system's reason.
Error file_error(const std::string& what, const std::filesystem::path& path, int error_number);

/// Bytes that this user may still write on the file system of the path (its nearest parent that
/// exists).
Result<std::uint64_t> free_bytes(const std::filesystem::path& path);

/// Bytes used by all files below the folder; 0 when it does not exist.
std::uint64_t folder_bytes(const std::filesystem::path& folder);

/// $PLUMBLINE_WORKSPACE, else plumbline in the user's data folder (freedesktop base directories).
std::filesystem::path default_workspace();
/// $PLUMBLINE_CACHE, else plumbline in the user's cache folder.
std::filesystem::path default_cache();

/// Tests of durability: called with the name of every step of a durable write, before it is done.
/// A hook that returns a non-zero errno makes that step fail with it. Empty: none.
void set_write_fault(std::function<int(std::string_view step)> hook);
/// For code that makes durable writes of its own: the errno to fail with, or 0.
int write_fault(std::string_view step);

}  // namespace plumb
