// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "base/result.h"

namespace plumb {

/// The right to write to a workspace: flock on workspace.lock, which holds the name and process of
/// its holder. The system releases it when the process ends, however it ends; programs that it
/// starts do not inherit it.
class WorkspaceLock {
public:
    /// Held by somebody else: ErrorCode::busy with the holder.
    static Result<WorkspaceLock> take(const std::filesystem::path& workspace);
    ~WorkspaceLock();
    WorkspaceLock(WorkspaceLock&& other) noexcept;
    WorkspaceLock& operator=(WorkspaceLock&&) = delete;

private:
    explicit WorkspaceLock(int fd) : fd_(fd) {}
    int fd_;
};

}  // namespace plumb
