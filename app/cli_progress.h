// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "cli_output.h"
#include "session/events.h"

namespace plumb::cli {

/// Shows people how a run is getting on: on a terminal one line that is redrawn, elsewhere a line
/// every few seconds and one for every evaluation. While it lives, the program's log lines appear
/// above the redrawn line.
class ProgressDisplay {
public:
    explicit ProgressDisplay(Output& out);
    ~ProgressDisplay();
    ProgressDisplay(const ProgressDisplay&) = delete;
    ProgressDisplay& operator=(const ProgressDisplay&) = delete;

    void show(const Progress& progress);
    void show(const StepDone& step);
    /// A line of its own that stays.
    void message(std::string_view text);

private:
    std::string status_line() const;
    std::string evaluation_line(const StepDone& step) const;
    void refresh(bool now);
    void erase();

    Output& out_;
    const bool live_;
    std::mutex mutex_;  // log lines come from the worker's thread
    Progress progress_;
    StepDone step_;
    Metrics latest_;  // the last value of each metric: some come only now and then
    bool drawn_ = false;
    double shown_at_ = -1e9;
};

}  // namespace plumb::cli
