// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>

#include "store/database.h"

namespace plumb {

/// Puts right what a dead program left, under the lock of the workspace: its runs become
/// interrupted, rows of checkpoints whose folder is gone are removed, and so are checkpoint folders
/// of known runs that have no row: they were never whole, or were being removed. A folder that a
/// row names is never touched, nor is the folder of a run that the database does not know.
/// last_written_ms: when the dead program last wrote; the runs count as ended then.
Status recover(Connection& connection, const std::filesystem::path& workspace,
               std::int64_t last_written_ms);

}  // namespace plumb
