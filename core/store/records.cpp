// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/records.h"

#include <algorithm>

#include <array>
#include <utility>

#include "base/check.h"

namespace plumb {
namespace {

constexpr std::array<std::pair<RunState, std::string_view>, 6> state_names = {{
    {RunState::running, "running"},
    {RunState::paused, "paused"},
    {RunState::finished, "finished"},
    {RunState::aborted, "aborted"},
    {RunState::interrupted, "interrupted"},
    {RunState::failed, "failed"},
}};

}  // namespace

std::string to_string(RunState state) {
    for (const auto& [value, name] : state_names)
        if (value == state) return std::string(name);
    PLUMB_CHECK(false, "a run state without a name");
}

std::optional<RunState> parse_run_state(std::string_view name) {
    for (const auto& [value, text] : state_names)
        if (text == name) return value;
    return std::nullopt;
}

bool can_resume(RunState state) {
    return state == RunState::aborted || state == RunState::interrupted ||
           state == RunState::failed;
}

bool is_over(RunState state) { return state != RunState::running && state != RunState::paused; }

bool is_phase_metric(std::string_view key) {
    return key.starts_with("start/") || key.starts_with("reward_model/") ||
           key.starts_with("phase/");
}

bool is_update(const Metrics& metrics) {
    return std::ranges::any_of(metrics, [](const auto& entry) {
        return !entry.first.starts_with("eval/") && !entry.first.starts_with("reward_refresh/") &&
               !is_phase_metric(entry.first);
    });
}

}  // namespace plumb
