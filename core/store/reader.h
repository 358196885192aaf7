// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/answer_records.h"
#include "store/completion_filter.h"
#include "store/label_records.h"
#include "store/records.h"
#include "store/token_data.h"

namespace plumb {

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

    /// In the order they were made.
    Result<std::vector<AnswerSet>> answer_sets();
    /// Unknown: ErrorCode::not_found.
    Result<AnswerSet> answer_set(AnswerSetId id);
    /// By id, or by name: the newest of equal names. Unknown: an error with the nearest name.
    Result<AnswerSet> find_answer_set(const std::string& id_or_name);
    /// The texts of the whole set.
    Result<AnswerTexts> answer_texts(const AnswerSet& set);
    /// Of every judge that has scored the answers, by name.
    Result<std::vector<AnswerScores>> answer_scores(const AnswerSet& set);
    /// Label queues that were made of the set ("answer_set" in LabelQueue::source).
    Result<std::vector<LabelQueue>> answer_queues(AnswerSetId set);

private:
    struct Implementation;
    explicit StoreReader(std::unique_ptr<Implementation> implementation);
    std::unique_ptr<Implementation> self_;
};

}  // namespace plumb
