// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"

namespace plumb {

struct PreviewFile {
    std::string path;
    std::int64_t rows = 0;
    std::uint64_t bytes = 0;
};

struct PreviewColumn {
    std::string name;
    std::int64_t rows = 0;  ///< that have it
    std::string example;    ///< of the first row that has it
};

/// A row as the run will see it.
struct PreviewRow {
    std::string prompt, completion, answer;
    std::string rejected = {};  ///< of a preference pair, whose chosen side is the completion
    std::string source;         ///< "train.jsonl, line 3"
    std::int64_t tokens = 0;    ///< before anything is cut: of the prompt, the whole row, or the
                                ///< longer side of a pair
    bool cut = false;           ///< longer than the limit
};

/// Lengths in tokens, before anything is cut.
struct PreviewLengths {
    std::int64_t minimum = 0, median = 0, p90 = 0, p99 = 0, maximum = 0;
    std::int64_t bin_width = 1;  ///< tokens; bin i counts i * width <= length < (i+1) * width
    std::vector<std::int64_t> histogram;
};

/// What a run on the user's files would read, before it is started.
struct DataPreview {
    std::vector<PreviewFile> files;
    std::vector<PreviewColumn> columns;
    std::int64_t rows = 0;               ///< of the files
    bool pairs = false;                  ///< rows are preference pairs
    std::vector<PreviewRow> first_rows;  ///< at most preview_rows
    PreviewLengths lengths;              ///< of prompts, whole rows (sft), or the longer sides
    std::string limit_key;               ///< max_prompt_length or max_length
    std::int64_t limit = 0;
    std::int64_t cut = 0;      ///< rows longer than the limit
    std::int64_t dropped = 0;  ///< rows and pairs that are left out, having nothing to learn from
    std::string tokenizer;     ///< "new char vocabulary of 97 tokens", "that of run reviews, ..."
    double unknown_share = 0;  ///< of all tokens, those that the vocabulary cannot express
    std::int64_t with_answer = 0;  ///< prompts that have a reference answer
    std::vector<std::string> warnings;
};

inline constexpr std::int64_t preview_rows = 50;

/// Reads settings.train_files, or the good and bad texts of a reward model, as a run with these
/// settings would. Errors are those of the run: they
/// name the file, line, column or setting. Reads files and waits for the disk; ends with
/// ErrorCode::cancelled soon after a stop is requested.
Result<DataPreview> preview_data(const Settings& settings, const std::filesystem::path& workspace,
                                 const std::stop_token& stop);

}  // namespace plumb
