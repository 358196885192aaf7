// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <vector>

#include "analysis/compare/claims.h"
#include "base/result.h"
#include "config/claim_experiments.h"
#include "session/experiment_queue.h"
#include "session/session.h"

namespace plumb {

/// Queues the runs that the claims still need, seed by seed; those that the workspace has finished
/// or that wait already are not made again. Nothing to do: no runs. They begin once the queue goes
/// on.
Result<QueuedExperiment> enqueue_claims(Session& session, ClaimSize size);

/// The claims as the finished runs of that size judge them. Reads the runs, held-out answers, and
/// the pairs that runs have kept in the workspace.
Result<std::vector<Claim>> read_claims(StoreReader& reader, const std::filesystem::path& workspace,
                                       ClaimSize size);

/// How much the gold reward of held-out answers rose from the first evaluation to the last, on
/// prompts of the run's own pairs and on others. Nothing where the run has kept no pairs or no
/// answers with a gold reward.
Result<std::optional<PromptGains>> prompt_gains(StoreReader& reader,
                                                const std::filesystem::path& workspace, RunId run);

}  // namespace plumb
