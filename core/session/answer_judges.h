// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/session: what scores the answers of a set.
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "session/judge_requests.h"
#include "session/model_source.h"
#include "store/answer_records.h"

namespace plumb {

/// A judge that was found, still unloaded: one model is in memory at a time.
struct AnswerJudge {
    std::string name;      ///< under which its scores are kept
    std::string function;  ///< a reward function by make_reward(); empty: a reward model
    ModelSource model{};
};

/// settings: those of the answers' task, with what was set for the judges. gold: the task's gold
/// reward, empty where it has none. set: KEY=VALUE of what was set, which becomes part of the name
/// of a judge that reads it. Errors: gold where there is none, people, a name that is neither a
/// reward function nor a model.
Result<AnswerJudge> find_judge(const std::string& name, const Settings& settings,
                               const std::string& gold, const JudgeSettings& set,
                               const std::filesystem::path& workspace);

/// Scores all answers, [model][prompt].
Result<AnswerScores> judge_texts(const AnswerJudge& judge, const Settings& settings,
                                 const AnswerTexts& texts, const std::stop_token& stop);

}  // namespace plumb
