// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb {

using RunId = std::int64_t;

enum class RunState {
    running,
    paused,
    finished,     ///< reached its last step, or was told to finish
    aborted,      ///< stopped by the user without a last checkpoint
    interrupted,  ///< its program ended while it ran; may be resumed
    failed,
};
std::string to_string(RunState state);
/// Nothing where no state has this name.
std::optional<RunState> parse_run_state(std::string_view name);
/// Whether nothing works on the run any more.
bool is_over(RunState state);
/// Whether a run in this state can be resumed from its last checkpoint.
bool can_resume(RunState state);

struct RunRecord {
    RunId id = 0;
    std::string name{};  ///< empty: the store makes one of algorithm and id
    std::string algorithm{};
    std::string preset{};
    RunState state = RunState::running;
    std::string settings{};  ///< YAML, as resolved at the start
    std::string message{};   ///< why it failed or was interrupted
    std::int64_t step = 0;
    std::int64_t total_steps = 0;
    std::int64_t created_ms = 0;   ///< unix milliseconds
    std::int64_t finished_ms = 0;  ///< 0 while it is not over
    std::string note{};            ///< the user's
    std::int64_t shade = 0;        ///< of the algorithm's colour (analysis/colours.h)
    bool archived = false;         ///< lists leave it out until they are asked for it
    std::int64_t deleted_ms = 0;   ///< 0: it was not deleted; run_being_removed: cannot come back
};
/// deleted_ms of a run whose rows and files are on their way out.
inline constexpr std::int64_t run_being_removed = -1;

/// Metric values of one step. Keys are TRL's where TRL has one.
using Metrics = std::map<std::string, double>;

/// Whether the key belongs to a phase before the first update (start/, reward_model/), which counts
/// steps of its own.
bool is_phase_metric(std::string_view key);
/// Whether the metrics are those of an update, and their step one of the run's: neither of such a
/// phase nor of an evaluation or a refresh of the reward model alone.
bool is_update(const Metrics& metrics);

struct MetricPoint {
    std::int64_t step = 0;
    double value = 0;  ///< may be NaN or infinite: they come back as they were stored
};

/// The points of each metric, by rising step.
using MetricTable = std::map<std::string, std::vector<MetricPoint>>;

/// One sampled completion, of a training step or of an evaluation.
struct CompletionRecord {
    std::int64_t step = 0;
    /// Within the step, from 0 on; the answers of an evaluation to held-out prompts have -1, -2,
    /// ...
    std::int64_t row = 0;
    std::int64_t group = 0;  ///< rows with one prompt share it
    std::string prompt{};
    std::string completion{};        ///< special tokens included
    std::string answer{};            ///< the reference answer
    std::optional<double> reward{};  ///< the weighted sum; empty where no function had a value
    std::map<std::string, std::optional<double>> reward_parts{};  ///< by function
    double advantage = 0;
    std::int64_t length = 0;  ///< tokens, the end token included
    bool ended = false;       ///< false: cut at max_completion_length
    /// Sum over its tokens of log policy - log reference, nats; empty without a reference.
    std::optional<double> kl{};

    bool held_out() const { return row < 0; }
};

/// What was measured of the tokens of a completion, encoded (store/token_data.h).
struct TokenRecord {
    std::int64_t row = 0;  ///< of the completion within its step
    std::string data{};
};

/// Lines of a file, from 1 on.
struct FileRows {
    std::string file{};  ///< relative to the workspace where it is below it
    std::vector<std::int64_t> lines{};
};

struct EditRecord {
    std::int64_t step = 0;  ///< takes effect with the first update after this many
    std::string key{};
    std::string old_value{};
    std::string new_value{};
    std::string reason{};
    std::int64_t time_ms = 0;
};

/// An edit that a run is to make when it comes to the step, as the run that it repeats did.
struct PlannedEdit {
    std::int64_t step = 0;  ///< takes effect with the first update after this many
    std::string key{};
    std::string value{};
    std::string reason{};
};

using QueueId = std::int64_t;

/// A run that waits for those before it: a new one, or one that is to go on.
struct QueuedRun {
    QueueId id = 0;
    std::string name{};
    std::string algorithm{};
    std::string settings{};          ///< YAML; empty where a run is to go on
    std::optional<RunId> resumes{};  ///< the run that is to go on
    std::vector<PlannedEdit> edits{};
    std::int64_t added_ms = 0;  ///< unix milliseconds
};

struct CheckpointRecord {
    std::int64_t step = 0;
    std::string folder{};           ///< relative to the workspace, below it
    bool is_best = false;           ///< of one checkpoint of a run at most
    std::optional<double> score{};  ///< what "best" compares; larger is better
    std::uint64_t bytes = 0;
    std::int64_t time_ms = 0;
};

}  // namespace plumb
