// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/records.h"

namespace plumb {

enum class Access { read_write, read_only };

struct CompletionQuery {
    std::optional<std::int64_t> step;
    std::string search;  ///< part of the prompt or completion; empty: any
    std::int64_t limit = -1;
    std::int64_t offset = 0;
};

/// Read access to a workspace through a connection of its own. One thread at a time; every query
/// reads its rows whole and keeps no statement open.
class StoreReader {
public:
    static Result<std::unique_ptr<StoreReader>> open(const std::filesystem::path& workspace);
    ~StoreReader();

    Result<std::vector<RunRecord>> runs();
    Result<RunRecord> run(RunId id);
    /// By id ("7") or name; the newest of equal names. Unknown: an error with the nearest name.
    Result<RunRecord> find_run(const std::string& id_or_name);
    Result<std::vector<std::string>> metric_keys(RunId id);
    Result<std::vector<MetricPoint>> metric(RunId id, const std::string& key);
    /// All metrics by step, in the order of the steps.
    Result<std::vector<std::pair<std::int64_t, Metrics>>> metrics(RunId id);
    Result<std::vector<CompletionRecord>> completions(RunId id, const CompletionQuery& query);
    Result<std::vector<std::int64_t>> completion_steps(RunId id);
    Result<std::vector<EditRecord>> edits(RunId id);
    Result<std::vector<CheckpointRecord>> checkpoints(RunId id);

private:
    struct Implementation;
    explicit StoreReader(std::unique_ptr<Implementation> implementation);
    std::unique_ptr<Implementation> self_;
};

/// A workspace: a folder with workspace.db (SQLite, WAL) and runs/<id>/ with checkpoints and
/// log.txt. Read-write access takes the workspace's lock; a second program gets ErrorCode::busy with
/// the name and process of the holder, and may open it read-only. Opening with read_write creates
/// what is missing, applies migrations, marks runs that a dead program left as interrupted and
/// removes half-written checkpoints. A database written by a newer version is refused unchanged.
///
/// One thread of the store owns the only writing connection. Rows of a run are queued and committed
/// in batches at most commit_interval apart; everything a user did is committed before the call
/// returns. All functions may be called from any thread.
class Store {
public:
    static constexpr int commit_interval_ms = 200;

    static Result<std::unique_ptr<Store>> open(const std::filesystem::path& workspace,
                                               Access access);
    /// Commits what is queued, then releases the lock.
    ~Store();

    const std::filesystem::path& folder() const;
    Access access() const;
    /// runs/<id>, absolute.
    std::filesystem::path run_folder(RunId id) const;

    // Committed before they return.
    Result<RunId> create_run(RunRecord record);
    Status set_run_state(RunId id, RunState state, const std::string& message);
    Status rename_run(RunId id, const std::string& name);
    Status add_edit(RunId id, const EditRecord& edit);
    /// Also commits everything queued before it, so that a checkpoint's row never stands without
    /// the steps that led to it.
    Status add_checkpoint(RunId id, const CheckpointRecord& checkpoint);
    /// Removes the row first, then the folder.
    Status remove_checkpoint(RunId id, std::int64_t step);
    /// Removes metrics and completions after the step: what a resumed run did not reach again.
    Status remove_rows_after(RunId id, std::int64_t step);

    // Queued. A step or completion that is there already is replaced, not doubled.
    void add_metrics(RunId id, std::int64_t step, Metrics metrics, std::int64_t total_steps);
    void add_completions(RunId id, std::int64_t step, std::vector<CompletionRecord> rows);
    /// Commits everything queued so far. The error of the first queued write that failed since the
    /// last flush (a full disk) is returned once; its rows stay queued and are tried again.
    Status flush();

    /// Runs the query on the reader thread; the future holds its result. For callers that must not
    /// wait for the disk.
    template <class Query>
    auto query(Query query) -> std::future<decltype(query(std::declval<StoreReader&>()))> {
        using Answer = decltype(query(std::declval<StoreReader&>()));
        auto task = std::make_shared<std::packaged_task<Answer(StoreReader&)>>(std::move(query));
        auto future = task->get_future();
        post_query([task](StoreReader& reader) { (*task)(reader); });
        return future;
    }

private:
    struct Implementation;
    explicit Store(std::unique_ptr<Implementation> implementation);
    void post_query(std::function<void(StoreReader&)> query);
    std::unique_ptr<Implementation> self_;
};

}  // namespace plumb
