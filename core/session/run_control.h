// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "store/records.h"

namespace plumb {

/// What clients ask of a run, and what the run's worker reads at its step boundaries. Every
/// function may be called from any thread.
class RunControl {
public:
    explicit RunControl(Settings settings) : settings_(std::move(settings)) {}

    void pause();
    void go_on();
    void finish();
    void keep();
    /// Ends the run at once: also inside a step.
    void abort();

    /// Checks the edit against the settings as they stand with earlier edits; it waits for the next
    /// step boundary.
    Status edit(const std::string& key, const std::string& value, const std::string& reason);

    std::stop_token stop_token() const { return stop_.get_token(); }
    bool aborted() const { return stop_.stop_requested(); }

    /// With all edits, those included that wait.
    Settings settings() const;
    /// keep() as soon as so many steps are done.
    void keep_at(std::int64_t step);

    enum class Wish { go_on, pause, finish, keep };
    /// After so many steps.
    Wish wish(std::int64_t step) const;
    /// Edits that were asked for since the last call.
    std::vector<EditRecord> take_edits();
    bool has_edits() const;
    /// The worker tells which settings hold now (replayed edits).
    void set_settings(const Settings& settings);

    /// Waits until something was asked for, at most the given time.
    void wait(std::chrono::milliseconds timeout);

private:
    void set_wish(Wish wish);

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    Wish wish_ = Wish::go_on;
    std::optional<std::int64_t> keep_at_;
    Settings settings_;  ///< with all edits, pending ones included
    std::vector<EditRecord> pending_;
    std::stop_source stop_;
};

}  // namespace plumb
