// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "session/label_files.h"
#include "store/label_records.h"

namespace plumb {

/// A row of a label file as an import would read it. Texts are cut after longest_shown bytes;
/// conversations have a line "role: content" for each turn.
struct LabelPreviewRow {
    std::int64_t line = 0;
    std::string prompt{}, a{};
    std::optional<std::string> b{};
    std::optional<Choice> verdict{};
    std::string problem{};  ///< why it cannot be used; empty: it can
};

/// The beginning of a label file.
struct LabelFilePreview {
    static constexpr std::size_t longest_shown = 2000;

    std::string form{};                   ///< "prompt, chosen, rejected"; empty: not known
    std::vector<LabelPreviewRow> rows{};  ///< the first ones, bad ones too
    std::vector<std::string> columns{};   ///< names in these rows, in the order they come
    std::string problem{};                ///< what ends the file behind the rows; empty: nothing
    std::uint64_t bytes = 0;              ///< of the file
    bool whole = false;                   ///< it has no more rows
};

/// Reads the first rows as import_label_file would. Errors name the file: missing, not readable, no
/// file, cancelled. Whatever is wrong with its content is part of the preview.
Result<LabelFilePreview> preview_label_file(const LabelFileToImport& from, std::size_t rows,
                                            const std::stop_token& stop = {});

}  // namespace plumb
