// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace plumb {

/// Sources as Row::source() tells them ("train.jsonl, line 3") as lines by file, in the order in
/// which they come. Files below the workspace are named relative to it. Other texts are left out.
std::vector<FileRows> rows_by_file(const std::vector<std::string>& sources,
                                   const std::filesystem::path& workspace);

/// A verdict that a row of a training file rests on, as its provenance tells.
struct TracedVerdict {
    VerdictId id = 0;
    std::string annotator{}, choice{};
    std::int64_t time_ms = 0;
};

/// A row that a step was made of.
struct TracedRow {
    std::string file{};
    std::int64_t line = 0;
    std::string prompt{}, chosen{}, rejected{};  ///< JSON where they are no text
    std::optional<LabelItemId> item{};           ///< of a row that labels became
    std::vector<TracedVerdict> verdicts{};
};

/// From a step of a run on preference pairs back to the verdicts. Errors: the run does not tell the
/// rows of this step, or a file is gone.
Result<std::vector<TracedRow>> trace_batch(StoreReader& reader,
                                           const std::filesystem::path& workspace, RunId run,
                                           std::int64_t step);

}  // namespace plumb
