// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "analysis/compare/compared_run.h"
#include "analysis/compare/report_table.h"
#include "recorded_run.h"

/// A run for comparisons, made of a preset and points: values of a key lie at steps 0, 20, 40, ...
inline plumb::ComparedRun made_run(
    plumb::RunId id, const std::string& preset, std::int64_t seed,
    const std::map<std::string, std::vector<double>>& metrics,
    const std::vector<std::pair<std::string, std::string>>& changes = {}) {
    plumb::ComparedRun run;
    run.settings = preset_with(preset, changes);
    run.settings.seed = seed;
    run.record.id = id;
    run.record.name = preset + " " + std::to_string(id);
    run.record.algorithm = run.settings.algorithm;
    run.record.state = plumb::RunState::finished;
    run.checkpoints.push_back({.step = 1});
    for (const auto& [key, values] : metrics)
        for (std::size_t i = 0; i < values.size(); ++i)
            run.metrics[key].push_back({static_cast<std::int64_t>(20 * i), values[i]});
    if (!metrics.empty())
        run.record.step = static_cast<std::int64_t>(20 * (metrics.begin()->second.size() - 1));
    return run;
}

inline const plumb::TableCell& cell(const plumb::ReportTable& table, std::size_t row,
                                    std::string_view column) {
    for (std::size_t c = 0; c < table.columns.size(); ++c)
        if (table.columns[c].id == column) return table.rows.at(row).cells.at(c);
    qFatal("no column %s", std::string(column).c_str());
}
