// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "session/events.h"
#include "session/policy_loan.h"
#include "session/run_control.h"
#include "session/token_keeper.h"
#include "store/store.h"
#include "train/monitor.h"

namespace plumb {

/// Connects a trainer to the workspace and to the session's clients: stores rows, publishes
/// checkpoints, applies edits, pauses. Lives on the run worker's thread.
class StoreMonitor : public RunMonitor {
public:
    using Emit = std::function<void(Event event, bool keep)>;

    /// replay: edits of an earlier part of this run that are still to come. planned: those of the
    /// run that it repeats.
    StoreMonitor(Store& store, RunId run, RunControl& control, PolicyLoan& loan,
                 std::vector<EditRecord> replay, std::vector<PlannedEdit> planned, Emit emit);

    void progress(std::string_view phase, std::int64_t done, std::int64_t total,
                  double tokens_per_second) override;
    void metrics(std::int64_t step, const Metrics& metrics) override;
    void completions(std::int64_t step, std::vector<CompletionRecord> rows) override;
    void batch(std::int64_t step, std::vector<std::string> sources) override;
    bool wants_tokens(std::int64_t step) const override { return tokens_.wants(step); }
    void tokens(std::int64_t step, std::vector<MeasuredTokens> rows) override;
    Result<Decision> between_steps(std::int64_t step, Settings& settings,
                                   const Policy& policy) override;
    Status save(std::int64_t step, std::optional<double> score,
                const CheckpointWriter& write) override;
    std::stop_token stop_token() const override { return control_.stop_token(); }

    /// Where the run is, for the message of a failure and the last event.
    const std::string& phase() const { return phase_; }
    std::int64_t step() const { return step_; }

private:
    Status apply_edits(std::int64_t step, Settings& settings);
    Status apply(EditRecord edit, Settings& settings);
    Status make_planned(std::int64_t step, Settings& settings);
    Result<Decision> wait_while_paused(std::int64_t step, Settings& settings, const Policy& policy);
    /// Pauses while the disk is nearly full; goes on by itself once there is room again.
    Status wait_for_space();
    /// Why the run must not write more; empty: it may. Commits what is queued.
    std::string storage_problem();
    void tell_paused(const std::string& reason);
    void tell_continued();
    Status write_into(const std::filesystem::path& temporary, const std::filesystem::path& final,
                      const CheckpointWriter& write);
    Status prune_checkpoints();

    Store& store_;
    const RunId run_;
    RunControl& control_;
    PolicyLoan& loan_;
    TokenKeeper tokens_;
    std::vector<EditRecord> replay_;
    std::vector<PlannedEdit> planned_;
    const Emit emit_;
    Stopwatch run_watch_, phase_watch_, disk_watch_;
    std::string phase_ = "load";
    std::int64_t phase_first_ = 0;
    std::int64_t step_ = 0, total_steps_ = 0;
    std::uint64_t min_free_bytes_ = 0;
    std::uint64_t checkpoint_bytes_ = 0;  ///< of the last one: what the next will need
    std::int64_t save_total_limit_ = 0;
};

}  // namespace plumb
