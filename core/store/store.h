// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/completion_filter.h"
#include "store/label_records.h"
#include "store/records.h"
#include "store/token_data.h"

namespace plumb {

enum class Access { read_write, read_only };

/// Which runs a list has: those that were not deleted, the deleted ones that can still come back,
/// or both.
enum class RunScope { kept, deleted, all };

/// Read access to a workspace through a connection of its own, also beside a program that writes to
/// it. One thread at a time; every query reads its rows whole and keeps no statement open. Lists
/// are in the order of the steps, and empty for a run that does not exist.
class StoreReader {
public:
    /// Makes nothing: a workspace that is not there is ErrorCode::not_found. One of a newer version
    /// is ErrorCode::newer_version.
    static Result<std::unique_ptr<StoreReader>> open(const std::filesystem::path& workspace);
    ~StoreReader();

    /// In the order they were made.
    Result<std::vector<RunRecord>> runs(RunScope scope = RunScope::kept);
    /// A deleted one too. Unknown: ErrorCode::not_found.
    Result<RunRecord> run(RunId id);
    /// By id ("7") or name; the newest of equal names. Unknown: an error with the nearest name. One
    /// that is not in the scope is an error that says whether it was deleted.
    Result<RunRecord> find_run(const std::string& id_or_name, RunScope scope = RunScope::kept);
    /// In the order in which they are to be started.
    Result<std::vector<QueuedRun>> queue();
    /// Those that the run has not come to yet.
    Result<std::vector<PlannedEdit>> planned_edits(RunId id);
    /// Sorted by name.
    Result<std::vector<std::string>> metric_keys(RunId id);
    /// Empty for a key that the run does not have (yet).
    Result<std::vector<MetricPoint>> metric(RunId id, const std::string& key);
    /// All metrics by key, each as it is when its turn comes: of a step that is being written some
    /// may be missing.
    Result<MetricTable> metric_table(RunId id);
    /// All metrics by step, in the order of the steps.
    Result<std::vector<std::pair<std::int64_t, Metrics>>> metrics(RunId id);
    Result<std::vector<CompletionRecord>> completions(RunId id, const CompletionQuery& query);
    /// The rows of files that the step was made of; empty where that is not known.
    Result<std::vector<FileRows>> batch_rows(RunId id, std::int64_t step);
    /// Steps with completions of training.
    Result<std::vector<std::int64_t>> completion_steps(RunId id);
    /// A page of the completions that pass the filter, in the order asked for (a page backward
    /// too). Filters of numbers and steps read an index alone; a search and parts of the reward
    /// read the rows. ErrorCode::cancelled soon after a stop.
    Result<std::vector<PlacedCompletion>> completion_page(RunId id, const CompletionFilter& filter,
                                                          const CompletionOrder& order,
                                                          const CompletionPage& page,
                                                          const std::stop_token& stop = {});
    Result<std::int64_t> completion_count(RunId id, const CompletionFilter& filter,
                                          const std::stop_token& stop = {});
    /// For CompletionFilter::last_id: the newest completion of the workspace, 0 where it has none.
    Result<std::int64_t> last_completion();
    /// Names of the reward functions whose values the completions have, sorted.
    Result<std::vector<std::string>> reward_parts(RunId id);
    /// Nothing where none were stored of this completion. Damaged ones are an error that names it.
    Result<std::optional<TokenData>> token_data(RunId id, std::int64_t step, std::int64_t row);
    /// Bytes of token data by step, of steps that have some.
    Result<std::map<std::int64_t, std::uint64_t>> token_bytes(RunId id);
    /// All of the workspace, in the order they were pinned, with their answers in this run.
    Result<std::vector<PinnedPrompt>> pinned_prompts(RunId id);
    Result<std::vector<EditRecord>> edits(RunId id);
    Result<std::vector<CheckpointRecord>> checkpoints(RunId id);

    /// In the order they were made.
    Result<std::vector<LabelQueue>> label_queues();
    /// Unknown: ErrorCode::not_found.
    Result<LabelQueue> label_queue(LabelQueueId id);
    /// By name or id. Unknown: an error with the nearest name.
    Result<LabelQueue> find_label_queue(const std::string& name_or_id);
    /// Those behind a place, by rising place.
    Result<std::vector<LabelItem>> label_items(LabelQueueId queue, std::int64_t behind,
                                               std::int64_t limit);
    /// Those behind a rank of the queue's order that the annotator has not judged (skips count), by
    /// rising rank. Items that are not judged by everybody (LabelShares) are left out once another
    /// annotator has judged them, skips left out.
    Result<std::vector<LabelItem>> items_to_judge(LabelQueueId queue, const std::string& annotator,
                                                  std::int64_t behind, std::int64_t limit);
    /// Items that the annotator is to judge a second time, has judged once (skips do not count) and
    /// since then given at least so many verdicts in the queue. The longest ago first.
    Result<std::vector<LabelItem>> items_to_repeat(LabelQueueId queue, const std::string& annotator,
                                                   std::int64_t least_since, std::int64_t limit);
    Result<LabelProgress> label_progress(LabelQueueId queue, const std::string& annotator);
    /// How many items somebody has judged, skips left out.
    Result<std::int64_t> items_judged(LabelQueueId queue);
    /// All of the queue, by place.
    Result<std::vector<LabelItemId>> label_item_ids(LabelQueueId queue);
    /// Items by place that the reward model has not scored, behind a place. again: scored ones too.
    Result<std::vector<LabelItem>> items_to_score(LabelQueueId queue, const std::string& model,
                                                  bool again, std::int64_t behind,
                                                  std::int64_t limit);
    /// Those that count (docs/workspace.md), of items with places in (behind, up_to], by place,
    /// annotator and round.
    Result<std::vector<Verdict>> standing_verdicts(
        LabelQueueId queue, std::int64_t behind = 0,
        std::int64_t up_to = std::numeric_limits<std::int64_t>::max());
    /// Unknown: ErrorCode::not_found.
    Result<LabelItem> label_item(LabelItemId id);
    /// Of one item, those that stand, by annotator and round.
    Result<std::vector<Verdict>> verdicts_on(LabelItemId item);
    /// Those that pass the filter, the newest first, from the one before `before` on (all:
    /// nothing).
    Result<std::vector<PlacedVerdict>> verdict_page(const VerdictFilter& filter,
                                                    std::optional<VerdictId> before,
                                                    std::int64_t limit);
    /// Those with verdicts that stand, by name.
    Result<std::vector<LabelAnnotator>> label_annotators(LabelQueueId queue);
    /// What is known of the items with two answers, by item and source: the gold reward and that of
    /// the run that sampled them, which stand in their origin, and those of reward models that have
    /// scored them. judged: of items that somebody has judged alone.
    Result<std::vector<ItemReward>> label_rewards(LabelQueueId queue, bool judged = true);

private:
    struct Implementation;
    explicit StoreReader(std::unique_ptr<Implementation> implementation);
    std::unique_ptr<Implementation> self_;
};

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
