// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>

#include "base/result.h"
#include "session/judge_requests.h"
#include "session/policy_loan.h"
#include "store/store.h"

namespace plumb {

/// What Session::judge_models does, on the thread of the caller. Judges, models and prompts are
/// looked for before anything is sampled. Errors: fewer than two models, a run or checkpoint that
/// is not there (with the steps there are), runs of different tasks without a file or pinned
/// prompts, no prompts, gold asked for where there is none, a model that can write none of the
/// prompts.
Result<JudgeModelsReply> judge_models(Store& store, PolicyLoan& loan,
                                      const JudgeModelsRequest& request,
                                      const std::stop_token& stop);

/// What Session::judge_answers does.
Result<JudgeAnswersReply> judge_answers(Store& store, const JudgeAnswersRequest& request,
                                        const std::stop_token& stop);

}  // namespace plumb
