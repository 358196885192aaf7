// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/label_scoring.h"

#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "session/model_source.h"
#include "train/checkpoint.h"
#include "train/reward_model.h"
#include "train/run.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

constexpr std::int64_t items_at_once = 32;

/// The reward model that a run has made for itself, or a copy of one that it was given.
fs::path own_reward_model(const fs::path& workspace, RunId run) {
    return workspace / "runs" / std::to_string(run) / run_reward_model;
}

bool has_model(const fs::path& folder) {
    std::error_code ignored;
    return fs::exists(folder / "config.json", ignored);
}

struct Named {
    std::string source;
    fs::path folder;
};

/// The reward model that the name means. A run that has one of its own means that one; its policy
/// has no scores.
Result<Named> find_reward_model(const std::string& name, Store& store) {
    std::error_code ignored;
    if (!fs::is_directory(name, ignored) && name.find('@') == std::string::npos) {
        PLUMB_TRY(auto reader, StoreReader::open(store.folder()));
        if (const auto run = reader->find_run(name); run.ok()) {
            const fs::path own = own_reward_model(store.folder(), run->id);
            if (has_model(own))
                return Named{CheckpointSource{run->id, run->name, run->step}.identity(), own};
        }
    }
    PLUMB_TRY(const ModelSource source, find_model(name, store.folder()));
    return Named{source.identity(), source.folder};
}

bool has_ended(const Json& origin, const char* answer) {
    if (!origin.is_object() || !origin.contains(answer)) return true;
    const Json& side = origin[answer];
    if (!side.is_object() || !side.contains("ended") || !side["ended"].is_boolean()) return true;
    return side["ended"].get<bool>();
}

/// Scores answers one item after another.
class Scorer {
public:
    explicit Scorer(Policy model)
        : model_(std::make_shared<const Policy>(std::move(model))),
          reward_(make_learned_reward(model_, model_->tokenizer, 2 * items_at_once)) {}

    Result<std::vector<LabelScore>> score(const std::vector<LabelItem>& items,
                                          const std::stop_token& stop) {
        std::vector<Answer> answers;
        for (const LabelItem& item : items) {
            if (item.prompt_is_chat || item.answers_are_chat)
                return invalid_input(
                    "item " + std::to_string(item.place) +
                    " of the label queue is a conversation; a reward model needs a chat template "
                    "for it, which is not supported yet");
            const Json origin = Json::parse(item.origin, nullptr, false);
            answers.push_back(answer_of(item.prompt, item.answer_a, has_ended(origin, "a")));
            if (item.answer_b)
                answers.push_back(answer_of(item.prompt, *item.answer_b, has_ended(origin, "b")));
        }
        std::vector<RewardInput> rows;
        for (const Answer& answer : answers)
            rows.push_back({answer.prompt, answer.text, answer.text, "", answer.ids, answer.ended});
        PLUMB_TRY(const auto values, reward_->score(rows, stop));
        std::vector<LabelScore> scores;
        std::size_t next = 0;
        for (const LabelItem& item : items) {
            LabelScore& score = scores.emplace_back();
            score.item = item.id;
            score.reward_a = values[next++].value_or(0);
            if (item.answer_b) score.reward_b = values[next++];
        }
        return scores;
    }

private:
    struct Answer {
        std::string_view prompt, text;
        std::vector<std::int64_t> ids;  ///< of the answer, the end token included
        bool ended = true;
    };

    /// Samples have their end token in the text; what came to an end without one gets it.
    Answer answer_of(std::string_view prompt, std::string_view text, bool ended) const {
        const Tokenizer& tokenizer = *model_->tokenizer;
        std::vector<std::int64_t> ids = tokenizer.encode(text);
        const auto end = tokenizer.special().eos;
        const bool has_end = end && !ids.empty() && ids.back() == *end;
        if (end && ended && !has_end) ids.push_back(*end);
        return {prompt, text, std::move(ids), ended || has_end};
    }

    std::shared_ptr<const Policy> model_;
    std::unique_ptr<RewardFunction> reward_;
};

}  // namespace

Result<ScoreLabelsReply> score_labels(Store& store, const ScoreLabelsRequest& request,
                                      const std::stop_token& stop) {
    const Stopwatch watch;
    PLUMB_TRY(const Named named, find_reward_model(request.model, store));
    PLUMB_TRY(Policy model, load_policy(named.folder, at::kCPU));
    if (!model.model.config().score_head)
        return invalid_input(request.model +
                             " is a language model without a score head; name a reward model, or "
                             "a run that has made one");
    PLUMB_TRY(auto reader, StoreReader::open(store.folder()));
    PLUMB_TRY(const LabelQueue queue, reader->label_queue(request.queue));
    Scorer scorer(std::move(model));
    std::vector<LabelScore> scores;
    for (std::int64_t behind = 0;;) {
        PLUMB_TRY(const auto items, reader->items_to_score(queue.id, named.source, request.again,
                                                           behind, items_at_once));
        if (items.empty()) break;
        behind = items.back().place;
        PLUMB_TRY(const auto some, scorer.score(items, stop));
        scores.insert(scores.end(), some.begin(), some.end());
        if (request.on_progress) request.on_progress(behind, queue.items);
    }
    if (stop.stop_requested()) return cancelled();
    PLUMB_TRY_STATUS(store.add_label_scores(named.source, scores));
    return ScoreLabelsReply{named.source, std::ssize(scores), watch.seconds()};
}

Result<std::vector<RunRecord>> runs_with_reward_models(StoreReader& reader,
                                                       const fs::path& workspace) {
    PLUMB_TRY(std::vector<RunRecord> runs, reader.runs());
    std::erase_if(runs, [&](const RunRecord& run) {
        return run.algorithm != "reward" && !has_model(own_reward_model(workspace, run.id));
    });
    return runs;
}

}  // namespace plumb
