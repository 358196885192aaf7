// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "base/result.h"
#include "store/records.h"

namespace plumb {

// What a run tells its clients. Values only; safe to copy to any thread.

struct RunStarted {
    RunId run = 0;
    std::string name;
    bool resumed = false;
    std::int64_t step = 0;  ///< the checkpoint's step for a resumed run
    std::int64_t total_steps = 0;
    bool queued = false;  ///< by the queue, not by a command
};

/// What the run is doing now: "load", "supervised: textbook", "supervised: sloppy", "evaluate",
/// "train". May be dropped when the client is slow.
struct Progress {
    RunId run = 0;
    std::string phase;
    std::int64_t done = 0;
    std::int64_t total = 0;    ///< 0: not known
    double seconds_left = -1;  ///< of the phase; below 0: not known
    double tokens_per_second = 0;
};

/// One finished step; its rows are in the store's queue already. May be dropped when the client is
/// slow: the database has every step.
struct StepDone {
    RunId run = 0;
    std::int64_t step = 0;
    std::int64_t total_steps = 0;
    double seconds = 0;  ///< since the run was started or resumed
    Metrics metrics;
};

struct CheckpointSaved {
    RunId run = 0;
    std::int64_t step = 0;
    std::string folder;
    bool is_best = false;
    std::uint64_t run_bytes = 0;  ///< disk use of all of the run's files
};

struct SettingEdited {
    RunId run = 0;
    EditRecord edit;
};

struct RunPaused {
    RunId run = 0;
    std::int64_t step = 0;
    std::string
        reason;  ///< empty: the user asked for it; else, for instance, the disk is nearly full
};

struct RunContinued {
    RunId run = 0;
};

/// The last event of a run.
struct RunEnded {
    RunId run = 0;
    RunState state = RunState::finished;
    std::int64_t step = 0;
    std::string message;                 ///< of a failure: phase, step and reason
    ErrorCode code = ErrorCode::failed;  ///< of a failure
};

/// The queue, or what it does, is another.
struct QueueChanged {
    RunId run = 0;             ///< of no run
    std::int64_t waiting = 0;  ///< runs in the queue
    bool held = false;         ///< none is started until the queue is let go on
    std::string problem;       ///< why it is held, where that is not somebody's wish
};

/// A deleted run is gone for good, or could not be taken away.
struct RunRemoved {
    RunId run = 0;
    std::string problem;  ///< empty: it is gone
};

using Event = std::variant<RunStarted, Progress, StepDone, CheckpointSaved, SettingEdited,
                           RunPaused, RunContinued, RunEnded, QueueChanged, RunRemoved>;

}  // namespace plumb
