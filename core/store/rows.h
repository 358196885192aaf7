// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "store/database.h"
#include "store/records.h"

namespace plumb {

/// Rows of a run on their way to the database.
struct MetricRows {
    RunId run = 0;
    std::int64_t step = 0;
    Metrics metrics;
    std::int64_t total_steps = 0;
};
struct CompletionRows {
    RunId run = 0;
    std::int64_t step = 0;
    std::vector<CompletionRecord> rows;
};
/// Of completions that were queued before.
struct TokenRows {
    RunId run = 0;
    std::int64_t step = 0;
    std::vector<TokenRecord> rows;
};
/// Of the steps 1, 1 + every, 1 + 2 every, ... token data are kept, those of the others removed.
struct TokenThinning {
    RunId run = 0;
    std::int64_t every = 1;
};
/// What a step was made of.
struct BatchRows {
    RunId run = 0;
    std::int64_t step = 0;
    std::vector<FileRows> files;
};
using RunRows = std::variant<MetricRows, CompletionRows, TokenRows, TokenThinning, BatchRows>;

/// Roughly the memory that they take while they wait.
std::size_t size_in_bytes(const RunRows& rows);

/// Writes rows of runs through prepared statements, inside a transaction of the caller.
class RowWriter {
public:
    explicit RowWriter(Connection& connection);

    /// A run that does not exist is ErrorCode::not_found, and nothing was written. SQLite's
    /// exceptions pass through.
    Status write(const RunRows& rows);
    /// To be called after a transaction was undone: keys that it added are gone.
    void forget_keys() { keys_.clear(); }

private:
    Status write_metrics(const MetricRows& rows);
    Status write_completions(const CompletionRows& rows);
    Status write_tokens(const TokenRows& rows);
    Status thin_tokens(const TokenThinning& thinning);
    Status write_batch(const BatchRows& batch);
    std::int64_t key_id(const std::string& name);

    std::unordered_map<std::string, std::int64_t> keys_;
    SQLite::Statement update_run_, find_run_, add_key_, find_key_, add_metric_;
    SQLite::Statement remove_completions_, add_completion_, add_tokens_, thin_tokens_, add_batch_;
};

/// Files and lines of a batch as JSON text, and back; nothing where the text is no such object.
std::string file_rows_to_json(const std::vector<FileRows>& files);
std::optional<std::vector<FileRows>> file_rows_from_json(const std::string& text);

/// What table completions finds a prompt by.
std::int64_t prompt_key(std::string_view prompt);

/// Text as a LIKE pattern that matches where it occurs; its own wildcards mean themselves, with
/// ESCAPE '\\'.
std::string like_pattern(std::string_view text);

/// Reward parts as JSON text, {"format": 0.5, "length": null, "other": "nan"}: what is not finite
/// is a text, as JSON has no number for it.
std::string parts_to_json(const std::map<std::string, std::optional<double>>& parts);
/// Nothing where the text is no such object.
std::optional<std::map<std::string, std::optional<double>>> parts_from_json(
    const std::string& text);

}  // namespace plumb
