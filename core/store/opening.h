// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>

#include "store/database.h"

namespace plumb {

/// Opens the database of a workspace for writing, under its lock: makes it where it is missing,
/// applies migrations and puts right what a dead program left. A file of a newer version, of
/// another program or damaged is an error and stays as it is.
Result<std::unique_ptr<Connection>> open_for_writing(const std::filesystem::path& workspace);

}  // namespace plumb
