// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/reader.h"

namespace plumb {

enum class Access { read_write, read_only };

/// Name and process of the program that has the workspace open for writing, "plumbline-cli (process
/// 4711)"; nothing where none has.
std::optional<std::string> workspace_holder(const std::filesystem::path& workspace);

/// A workspace: a folder with workspace.db (SQLite, WAL) and runs/<id>/ with checkpoints and
/// log.txt. Read-write access takes the workspace's lock; a second program gets ErrorCode::busy
/// with the name and process of the holder, and may open it read-only. Opening with read_write
/// creates what is missing, applies migrations, marks runs that a dead program left as interrupted
/// and removes half-written checkpoints. A database written by a newer version is refused
/// unchanged, and so is a damaged one. docs/workspace.md tells the format.
///
/// One thread of the store owns the only writing connection. Rows of a run are queued and committed
/// in batches at most commit_interval apart: the death of the program loses no more than the rows
/// of that time. Everything a user did, and every checkpoint, is on the disk before the call
/// returns, and with it all rows before it. All functions may be called from any thread.
///
/// Opened read-only, functions that write return ErrorCode::invalid_input; the queued ones are a
/// broken invariant (PLUMB_CHECK), as they have no way to answer.
class Store {
public:
    static constexpr int commit_interval_ms = 200;
    /// Completions wait in memory up to this size while the disk cannot be written; more of them
    /// are dropped, and flush says so.
    static constexpr std::size_t most_queued_bytes = std::size_t{256} << 20;

    static Result<std::unique_ptr<Store>> open(const std::filesystem::path& workspace,
                                               Access access);
    /// Commits what is queued, then releases the lock.
    ~Store();

    const std::filesystem::path& folder() const;
    Access access() const;
    /// runs/<id>, absolute.
    std::filesystem::path run_folder(RunId id) const;

    // On the disk before they return, together with everything queued before. Where the queue
    // cannot be written they return that error and change nothing. An unknown run is
    // ErrorCode::not_found.

    /// Also makes the run's folder. The record's id is not read; created_ms of 0 is now. edits: to
    /// be made when the run comes to their steps. queued: the entry of the queue that becomes this
    /// run; it leaves the queue in the same commit.
    Result<RunId> create_run(RunRecord record, const std::vector<PlannedEdit>& edits = {},
                             std::optional<QueueId> queued = {});
    /// Also sets finished_ms: now for a state that is over, else 0.
    Status set_run_state(RunId id, RunState state, const std::string& message);
    Status add_edit(RunId id, const EditRecord& edit);
    /// Pinned prompts belong to the workspace. Pinning twice, or unpinning what is not, is fine.
    Status pin_prompt(const std::string& prompt);
    Status unpin_prompt(const std::string& prompt);
    /// To be made when the run comes to their steps.
    Status add_planned_edits(RunId id, const std::vector<PlannedEdit>& edits);
    /// The edit is no longer planned; what was made of it, if anything, is added in the same
    /// commit.
    Status settle_planned_edit(RunId id, const PlannedEdit& planned,
                               const std::optional<EditRecord>& made);
    /// To be called when the folder is in its place (publish_folder): a folder without a row is
    /// removed when the workspace is opened again. Replaces the row of the same step; is_best takes
    /// that mark from the run's other checkpoints.
    Status add_checkpoint(RunId id, const CheckpointRecord& checkpoint);
    /// Removes the row first, then the folder.
    Status remove_checkpoint(RunId id, std::int64_t step);
    /// Removes metrics and completions after the step, which a resumed run did not reach again, and
    /// sets the run's step back to it. Metrics of the phases before (start/..., reward_model/...)
    /// count steps of their own and stay.
    Status remove_rows_after(RunId id, std::int64_t step);

    // What users say of their runs. Of several runs all are changed or none.

    Status rename_run(RunId id, const std::string& name);
    Status set_note(RunId id, const std::string& note);
    Status set_shade(const std::vector<RunId>& ids, std::int64_t shade);
    Status archive_runs(const std::vector<RunId>& ids, bool archived);
    /// Marks them as deleted: lists leave them out, and what waits in the queue to go on with them
    /// leaves it. A run that is going on cannot be deleted.
    Status delete_runs(const std::vector<RunId>& ids);
    /// Brings deleted runs back. One whose removal has begun cannot come back.
    Status undelete_runs(const std::vector<RunId>& ids);
    /// Takes a deleted run's rows and folder away for good, in many small commits, so that rows of
    /// a run that goes on get in between. A stop leaves it for the next call, also of a later
    /// opening, which then ends the work. Returns ErrorCode::cancelled after a stop.
    Status remove_run(RunId id, std::stop_token stop = {});

    // The queue.

    /// At its end. The record's id is not read; added_ms of 0 is now.
    Result<QueueId> enqueue(QueuedRun run);
    /// One that is not in the queue (any more) is ErrorCode::not_found.
    Status dequeue(const std::vector<QueueId>& ids);
    /// place: 0 is the first; beyond the end is the end.
    Status move_queued(QueueId id, std::size_t place);

    // Labels: answers to be judged, and verdicts.

    /// A new queue of everything that next() gives until it gives nothing, in one transaction: an
    /// error of next() (ErrorCode::cancelled too) leaves nothing behind. Where a row's prompt and
    /// answers are in the queue already, it is a duplicate: its verdict, if any, goes to that item
    /// unless its annotator has judged it. A name that is taken, or no rows at all, is
    /// ErrorCode::invalid_input. Rows of a run wait in memory meanwhile.
    Result<LabelImport> import_labels(const std::string& name, const std::string& source,
                                      const std::function<Result<std::optional<NewLabel>>()>& next);
    /// The record's id is not read; time_ms of 0 is now. Takes the place of the annotator's earlier
    /// verdict on the item in the same round. An unknown item is ErrorCode::not_found, a choice
    /// that does not fit it ErrorCode::invalid_input.
    Result<VerdictId> add_verdict(Verdict verdict);
    /// The annotator's verdict before it, if any, stands again. Undoing twice is
    /// ErrorCode::invalid_input.
    Status undo_verdict(VerdictId id);
    /// items: all of the queue in the new order, by id; none where they are to come as given.
    Status order_label_queue(LabelQueueId queue, const LabelOrder& order,
                             const std::vector<LabelItemId>& items);
    /// Each between 0 and 1.
    Status set_label_shares(LabelQueueId queue, const LabelShares& shares);
    /// Takes the place of what the model said of these items before. In one transaction.
    Status add_label_scores(const std::string& model, const std::vector<LabelScore>& scores);

    // Answers of several models to the same prompts, and what judges say of them.

    /// In one transaction. Id, prompts and judges of the set are not read; added_ms of 0 is now.
    /// Texts or scores that are not of all models and prompts are ErrorCode::invalid_input.
    Result<AnswerSetId> add_answer_set(AnswerSet set, const AnswerTexts& texts,
                                       const std::vector<AnswerScores>& scores = {});
    /// Takes the place of what these judges said before. In one transaction.
    Status add_answer_scores(AnswerSetId set, const std::vector<AnswerScores>& scores);
    Status rename_answer_set(AnswerSetId set, const std::string& name);
    /// Label queues made of it stay.
    Status remove_answer_set(AnswerSetId set);

    // Queued; these never wait for the disk. To be followed by flush() now and then (at the end of
    // a step), whose error tells the run to pause: nothing else bounds what waits in memory.

    /// Adds to the metrics of the step; a key that it has already is replaced. Also sets the run's
    /// step and total_steps, in the same commit.
    void add_metrics(RunId id, std::int64_t step, Metrics metrics, std::int64_t total_steps);
    /// Replaces all completions of the step, those of training or those of an evaluation, whichever
    /// the rows are, with their token data. `step` of the rows is not read.
    void add_completions(RunId id, std::int64_t step, std::vector<CompletionRecord> rows);
    /// The rows of files that the step was made of.
    void add_batch_rows(RunId id, std::int64_t step, std::vector<FileRows> files);
    /// Adds or replaces what is known of tokens; a row without a completion is left out.
    void add_token_data(RunId id, std::int64_t step, std::vector<TokenRecord> rows);
    /// Keeps the token data of every n-th step alone, from the first one on.
    void thin_token_data(RunId id, std::int64_t every);
    /// Commits everything queued so far; afterwards it survives the death of the program. A disk
    /// that cannot be written is the error (ErrorCode::disk_full where it is full): the rows stay
    /// queued and are tried again, by themselves and by the next flush. Rows that were given up
    /// since the last flush (of a run that does not exist) are an error once.
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
