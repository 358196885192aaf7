// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace plumb {

/// A file of answers to be judged, or that were.
struct LabelFileToImport {
    std::filesystem::path file{};
    std::string queue{};  ///< name of the new one
    /// Column by role: prompt, a, b, chosen, rejected, completion, label. Those that are not named
    /// are looked for by their usual names (docs/labels.md).
    std::map<std::string, std::string> columns{};
    std::string annotator{};  ///< whose verdicts the file holds; empty: "file"
};

struct LabelFileReport {
    LabelImport done{};
    std::vector<std::int64_t> duplicate_lines{};
    std::vector<std::string> problems{};  ///< of rows left out; the first most_problems
    std::int64_t bad_rows = 0;
    static constexpr std::size_t most_problems = 100;
};

/// Reads JSONL, also compressed by gzip, into a new queue, in one transaction, row by row. Rows
/// that cannot be used are left out and told. Of chosen and rejected, answer A is the chosen one
/// and the verdict "a"; the window shows them in random order.
/// progress: bytes read, and of how many.
Result<LabelFileReport> import_label_file(
    Store& store, const LabelFileToImport& from, const std::stop_token& stop = {},
    const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

/// What an export has.
enum class LabelExportForm {
    preference,  ///< prompt, chosen, rejected
    completion,  ///< prompt, completion, label: two rows of a pair
    verdicts,    ///< prompt, completion_a, completion_b and every verdict, for archives
};
std::optional<LabelExportForm> parse_label_export_form(std::string_view name);

/// Ties and pairs of which both are bad say nothing to a preference.
enum class NoWinner {
    drop,
    both,  ///< preference: a row each way; completion: both true (a tie) or both false (both bad)
};

struct LabelsToExport {
    LabelQueueId queue = 0;
    std::filesystem::path file{};
    LabelExportForm form = LabelExportForm::preference;
    /// Whose verdict counts; nothing: what most annotators say. Nobody's where two choices are
    /// equally many.
    std::optional<std::string> annotator{};
    NoWinner ties = NoWinner::drop, both_bad = NoWinner::drop;
    /// Queue, item, verdicts and origin under the key plumbline; with preferences of samples also
    /// what a trainer may know: chosen_ended, rejected_ended and gold_margin.
    bool provenance = false;
    /// Share of the prompts whose rows go into a file of their own, to evaluate on: 0 to 1. The
    /// same prompts in every export; none where the share is 0.
    double held_out = 0;
    std::filesystem::path held_out_file{};
};

struct LabelExportReport {
    std::int64_t rows = 0;       ///< written, those held out left out
    std::int64_t held_out = 0;   ///< rows of the other file
    std::int64_t unjudged = 0;   ///< items without a verdict that counts, or skipped alone
    std::int64_t undecided = 0;  ///< annotators are split evenly
    std::int64_t ties = 0;       ///< dropped
    std::int64_t both_bad = 0;   ///< dropped
    std::int64_t single = 0;     ///< items with one answer, which makes no preference
};

/// Writes the file whole or not at all. progress: items done, and of how many.
Result<LabelExportReport> export_labels(
    StoreReader& reader, const LabelsToExport& what, const std::stop_token& stop = {},
    const std::function<void(std::int64_t, std::int64_t)>& progress = {});
/// The report of such an export, without one.
Result<LabelExportReport> count_labels_to_export(StoreReader& reader, const LabelsToExport& what,
                                                 const std::stop_token& stop = {});

}  // namespace plumb
