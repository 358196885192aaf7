// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/reward_model_scorer.h"

#include <utility>

#include "train/checkpoint.h"
#include "train/reward_model.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t rows_at_once = 64;

}  // namespace

RewardModelScorer::RewardModelScorer(Policy model)
    : model_(std::make_shared<const Policy>(std::move(model))),
      reward_(make_learned_reward(model_, model_->tokenizer, rows_at_once)) {}

Result<RewardModelScorer> RewardModelScorer::load(const fs::path& folder, const std::string& name) {
    PLUMB_TRY(Policy model, load_policy(folder, at::kCPU));
    if (!model.model.config().score_head)
        return invalid_input(name +
                             " is a language model without a score head; name a reward model, or "
                             "a run that has made one");
    return RewardModelScorer(std::move(model));
}

Result<std::vector<double>> RewardModelScorer::score(const std::vector<AnswerToScore>& answers,
                                                     const std::stop_token& stop) const {
    const Tokenizer& tokenizer = *model_->tokenizer;
    const auto end = tokenizer.special().eos;
    std::vector<std::vector<std::int64_t>> ids;
    std::vector<bool> ended;
    for (const AnswerToScore& answer : answers) {
        // Samples have their end token in the text; what came to an end without one gets it.
        std::vector<std::int64_t>& of = ids.emplace_back(tokenizer.encode(answer.text));
        const bool has_end = end && !of.empty() && of.back() == *end;
        if (end && answer.ended && !has_end) of.push_back(*end);
        ended.push_back(answer.ended || has_end);
    }
    std::vector<RewardInput> rows;
    for (std::size_t i = 0; i < answers.size(); ++i)
        rows.push_back({answers[i].prompt, answers[i].text, answers[i].text, "", ids[i], ended[i]});
    PLUMB_TRY(const auto values, reward_->score(rows, stop));
    std::vector<double> scores;
    for (const auto& value : values) scores.push_back(value.value_or(0));
    return scores;
}

}  // namespace plumb
