// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/compared_run.h"

#include <cmath>
#include <ranges>

#include "config/roles.h"
#include "config/yaml.h"

namespace plumb {

const std::vector<MetricPoint>* ComparedRun::points(const std::string& key) const {
    const auto found = metrics.find(key);
    return found == metrics.end() || found->second.empty() ? nullptr : &found->second;
}

std::optional<double> ComparedRun::last(const std::string& key) const {
    if (const auto* all = points(key))
        for (const MetricPoint& point : std::views::reverse(*all))
            if (std::isfinite(point.value)) return point.value;
    return std::nullopt;
}

bool ComparedRun::trains_policy() const {
    return !is_supervised(settings) && settings.algorithm != "reward";
}

Result<ComparedRun> read_compared_run(StoreReader& reader, RunId run) {
    ComparedRun read;
    PLUMB_TRY(read.record, reader.run(run));
    const std::string origin =
        "settings of run " + std::to_string(run) + " (" + read.record.name + ")";
    PLUMB_TRY(read.settings, parse_settings(read.record.settings, origin, {}));
    PLUMB_TRY(read.edits, reader.edits(run));
    PLUMB_TRY(read.metrics, reader.metric_table(run));
    PLUMB_TRY(read.checkpoints, reader.checkpoints(run));
    return read;
}

}  // namespace plumb
