// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>

#include "base/result.h"
#include "session/label_requests.h"
#include "session/policy_loan.h"
#include "store/store.h"

namespace plumb {

/// What Session::compare_models does, on the thread of the caller. One model is in memory at a
/// time, beside one that a paused run lends. Which model gives answer A is drawn for each prompt.
/// Items know their prompt's place, the sampling settings and of each answer the model, its run and
/// step, whether it ended, and the gold reward on a built-in task (docs/labels.md). Errors name the
/// model, the file or what is missing.
Result<CompareModelsReply> compare_models(Store& store, PolicyLoan& loan,
                                          const CompareModelsRequest& request,
                                          const std::stop_token& stop);

}  // namespace plumb
