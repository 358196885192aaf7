// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/label_scoring.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "session/label_origin.h"
#include "session/model_source.h"
#include "session/reward_model_scorer.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t items_at_once = 32;

Result<std::vector<LabelScore>> score_items(const RewardModelScorer& scorer,
                                            const std::vector<LabelItem>& items,
                                            const std::stop_token& stop) {
    std::vector<AnswerToScore> answers;
    for (const LabelItem& item : items) {
        if (item.prompt_is_chat || item.answers_are_chat)
            return invalid_input(
                "item " + std::to_string(item.place) +
                " of the label queue is a conversation; a reward model needs a chat template "
                "for it, which is not supported yet");
        const AnswerOrigins origins = answer_origins(item);
        answers.push_back({item.prompt, item.answer_a, origins.a.ended});
        if (item.answer_b) answers.push_back({item.prompt, *item.answer_b, origins.b.ended});
    }
    PLUMB_TRY(const auto values, scorer.score(answers, stop));
    std::vector<LabelScore> scores;
    std::size_t next = 0;
    for (const LabelItem& item : items) {
        LabelScore& score = scores.emplace_back();
        score.item = item.id;
        score.reward_a = values[next++];
        if (item.answer_b) score.reward_b = values[next++];
    }
    return scores;
}

}  // namespace

Result<ScoreLabelsReply> score_labels(Store& store, const ScoreLabelsRequest& request,
                                      const std::stop_token& stop) {
    const Stopwatch watch;
    PLUMB_TRY(const ModelSource named, find_reward_model(request.model, store.folder()));
    const std::string source = named.identity();
    PLUMB_TRY(const RewardModelScorer scorer, RewardModelScorer::load(named.folder, request.model));
    PLUMB_TRY(auto reader, StoreReader::open(store.folder()));
    PLUMB_TRY(const LabelQueue queue, reader->label_queue(request.queue));
    std::vector<LabelScore> scores;
    for (std::int64_t behind = 0;;) {
        PLUMB_TRY(const auto items,
                  reader->items_to_score(queue.id, source, request.again, behind, items_at_once));
        if (items.empty()) break;
        behind = items.back().place;
        PLUMB_TRY(const auto some, score_items(scorer, items, stop));
        scores.insert(scores.end(), some.begin(), some.end());
        if (request.on_progress) request.on_progress(behind, queue.items);
    }
    if (stop.stop_requested()) return cancelled();
    PLUMB_TRY_STATUS(store.add_label_scores(source, scores));
    return ScoreLabelsReply{source, std::ssize(scores), watch.seconds()};
}

Result<std::vector<RunRecord>> runs_with_reward_models(StoreReader& reader,
                                                       const fs::path& workspace) {
    PLUMB_TRY(std::vector<RunRecord> runs, reader.runs());
    std::erase_if(runs, [&](const RunRecord& run) {
        return run.algorithm != "reward" && !has_own_reward_model(run.id, workspace);
    });
    return runs;
}

}  // namespace plumb
