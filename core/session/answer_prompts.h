// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/session: prompts that all models of a comparison answer.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "session/judge_requests.h"
#include "session/questions.h"

namespace plumb {

struct AnswerPrompts {
    Questions questions;
    std::string source;  ///< JSON: where they are from
};

/// Finds every model first. problems: gets what makes the comparison doubtful. Errors: see
/// judge_models().
Result<AnswerPrompts> find_answer_prompts(const JudgeModelsRequest& request, Store& store,
                                          std::vector<ComparisonProblem>& problems,
                                          const std::stop_token& stop);

}  // namespace plumb
