// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "session/label_files.h"
#include "session/session.h"
#include "store/store.h"

namespace plumb {

/// Verdicts that a model is to learn from.
struct LabelsToLearn {
    LabelQueueId queue = 0;
    std::optional<std::string> annotator{};  ///< as in LabelsToExport
    NoWinner ties = NoWinner::drop, both_bad = NoWinner::drop;
    double held_out = 0.1;  ///< share of the prompts that is evaluated on
};

/// The verdicts as they stood, as preference pairs with their provenance in files of the workspace:
/// what learns from them learns the same when it is repeated, whatever is labelled since.
struct LabelSnapshot {
    std::filesystem::path file{};      ///< relative to the workspace: labels/NAME.jsonl
    std::filesystem::path held_out{};  ///< likewise; empty: nothing was held out
    LabelExportReport report{};
    std::string queue{};  ///< its name
};

/// Writes a snapshot under a name that is free. An error where no pair has a winner; then nothing
/// is left behind.
Result<LabelSnapshot> take_label_snapshot(StoreReader& reader,
                                          const std::filesystem::path& workspace,
                                          const LabelsToLearn& labels,
                                          const std::stop_token& stop = {});

/// Settings of a run of algorithm reward or dpo on the snapshot that starts from the model (RUN,
/// RUN@STEP or a folder). Lengths and optimiser are those of the run the model is from, as far as
/// it tells, else the defaults; the number of steps goes with the number of pairs.
Result<Settings> settings_to_learn(StoreReader& reader, const std::filesystem::path& workspace,
                                   const LabelSnapshot& snapshot, const std::string& algorithm,
                                   const std::string& model);

/// The run that the samples of a queue are from; nothing where they are from elsewhere.
Result<std::optional<RunId>> sampled_run(StoreReader& reader, LabelQueueId queue);

/// What began to learn, and from what.
struct LabelTraining {
    RunId run = 0;  ///< 0: it waits in the queue
    LabelSnapshot snapshot{};
};

/// Starts a run of algorithm reward or dpo on the verdicts (see settings_to_learn), or puts it into
/// the queue while another run is going on. model empty: the run whose samples were judged.
/// adjust: changes settings before the start; may be empty. name empty: made of algorithm and
/// queue.
struct RunToLearn {
    LabelsToLearn labels{};
    std::string algorithm = "reward", model{}, name{};
    std::function<Status(Settings&)> adjust{};
};
Result<LabelTraining> train_on_labels(Session& session, const RunToLearn& wanted);

/// Lets the reward model of a run learn anew from the verdicts and goes on with the run: one that
/// is paused, or one that can be resumed. edits: of other settings, made at the same step. The run
/// keeps all of it as its edits.
Result<LabelTraining> refresh_from_labels(Session& session, RunId run, const LabelsToLearn& labels,
                                          std::vector<PlannedEdit> edits = {});

}  // namespace plumb
