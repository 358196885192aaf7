// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>

#include "base/result.h"
#include "config/settings.h"
#include "tasks/task.h"
#include "text/tokenizer.h"
#include "train/forecast.h"

namespace plumb {

/// What a run on the task works with: rows as long as the tokenizer makes them. Of many rows some
/// thousand are looked at, spread over all. What a policy will write is not known before: one
/// completion of each batch is taken to reach max_completion_length, which makes the batch as wide.
/// The mean of a built-in task is that of its demonstrations, elsewhere all reach the limit. Errors
/// name a row; or cancelled.
Result<RunShape> run_shape(const Settings& settings, const Task& task, const ModelConfig& policy,
                           const Tokenizer& tokenizer, const std::stop_token& stop);

}  // namespace plumb
