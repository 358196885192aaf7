// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <stop_token>
#include <vector>

#include "base/result.h"
#include "session/label_requests.h"
#include "store/store.h"

namespace plumb {

/// What Session::score_labels does, on the thread of the caller: loads the reward model, scores
/// what it has not scored yet, and keeps the scores in one transaction. Errors name the model or
/// the item: a model without a score head, a conversation.
Result<ScoreLabelsReply> score_labels(Store& store, const ScoreLabelsRequest& request,
                                      const std::stop_token& stop);

/// Runs that train a reward model, or have one of their own, which ScoreLabelsRequest::model can
/// name. Looks at files.
Result<std::vector<RunRecord>> runs_with_reward_models(StoreReader& reader,
                                                       const std::filesystem::path& workspace);

}  // namespace plumb
