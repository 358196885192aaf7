// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/answer_judges.h"

#include <algorithm>
#include <memory>

#include "analysis/compare/judged_answers.h"
#include "base/strings.h"
#include "config/reward_info.h"
#include "config/roles.h"
#include "reward/reward.h"
#include "session/reward_model_scorer.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

/// "length_target (reward_length=20)"
std::string name_of(const std::string& function, const JudgeSettings& set) {
    std::vector<std::string> parts;
    for (const std::string_view key : reward_settings(function))
        for (const auto& [given, value] : set)
            if (given == key) parts.push_back(given + "=" + value);
    const std::string shown = reward_shown_name(function);
    return parts.empty() ? shown : shown + " (" + join(parts, ", ") + ")";
}

Result<std::vector<std::optional<double>>> score_by_function(RewardFunction& reward,
                                                             const AnswerTexts& texts,
                                                             const std::vector<KeptAnswer>& answers,
                                                             const std::stop_token& stop) {
    std::vector<RewardInput> rows;
    for (std::size_t p = 0; p < answers.size(); ++p)
        rows.push_back({texts.prompts[p].text, answers[p].completion, answers[p].sampled,
                        texts.prompts[p].answer, answers[p].tokens, answers[p].ended});
    return reward.score(rows, stop);
}

Result<std::vector<std::optional<double>>> score_by_model(const RewardModelScorer& scorer,
                                                          const AnswerTexts& texts,
                                                          const std::vector<KeptAnswer>& answers,
                                                          const std::stop_token& stop) {
    std::vector<AnswerToScore> rows;
    for (std::size_t p = 0; p < answers.size(); ++p)
        rows.push_back({texts.prompts[p].text, answers[p].completion, answers[p].ended});
    PLUMB_TRY(const auto scores, scorer.score(rows, stop));
    return std::vector<std::optional<double>>(scores.begin(), scores.end());
}

}  // namespace

Result<AnswerJudge> find_judge(const std::string& name, const Settings& settings,
                               const std::string& gold, const JudgeSettings& set,
                               const fs::path& workspace) {
    if (name == people_judge)
        return invalid_input(
            "people judge label queues; make one of the answers (judge --people, or Judge by "
            "people on the Compare page)");
    if (name == "gold") {
        if (gold.empty())
            return invalid_input(
                "there is no gold reward for these prompts: they have no reference answers, and no "
                "built-in task knows what is good. Judge by a reward function, a reward model or "
                "people");
        return AnswerJudge{name, gold};
    }
    std::error_code ignored;
    if (!fs::is_directory(name, ignored)) {
        const bool is_function = std::ranges::find(reward_names(), name) != reward_names().end();
        if (is_function || is_own_reward(name)) {
            PLUMB_TRY_STATUS(check_reward(name, settings));
            return AnswerJudge{name_of(name, set), name};
        }
    }
    auto model = find_reward_model(name, workspace);
    if (!model)
        return Error{model.error().code,
                     "judge " + name + ": " + model.error().message +
                         ". A judge is gold, a reward model (a folder or a run), or a reward "
                         "function: " +
                         join(reward_names(), ", ")};
    std::string source = model->identity();
    return AnswerJudge{std::move(source), {}, std::move(*model)};
}

Result<AnswerScores> judge_texts(const AnswerJudge& judge, const Settings& settings,
                                 const AnswerTexts& texts, const std::stop_token& stop) {
    AnswerScores scores;
    scores.judge = judge.name;
    if (judge.function.empty()) {
        PLUMB_TRY(const RewardModelScorer scorer,
                  RewardModelScorer::load(judge.model.folder, judge.name));
        for (const auto& answers : texts.answers) {
            if (stop.stop_requested()) return cancelled();
            PLUMB_TRY(scores.scores.emplace_back(), score_by_model(scorer, texts, answers, stop));
        }
        return scores;
    }
    PLUMB_TRY(const auto reward, make_reward(judge.function, settings, stop));
    for (const auto& answers : texts.answers) {
        if (stop.stop_requested()) return cancelled();
        PLUMB_TRY(scores.scores.emplace_back(), score_by_function(*reward, texts, answers, stop));
    }
    return scores;
}

}  // namespace plumb
