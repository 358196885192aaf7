// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/diagnosis.h"
#include "base/files.h"
#include "base/strings.h"
#include "config/fields.h"
#include "config/presets.h"
#include "test_main.h"

// Runs for diagnoses: recorded ones (runs/*.csv: some metrics of a run, in the form that
// plumbline-cli metrics --csv writes), and made ones.

inline plumb::Settings preset_with(
    const std::string& preset,
    const std::vector<std::pair<std::string, std::string>>& changes = {}) {
    auto settings = plumb::preset_settings(preset);
    if (!settings) qFatal("%s", settings.error().message.c_str());
    for (const auto& [key, value] : changes)
        if (const auto set = plumb::set_field(key, *settings, value); !set)
            qFatal("%s", set.error().message.c_str());
    return *settings;
}

inline plumb::DiagnosisInput recorded_run(const std::string& name, plumb::Settings settings) {
    const auto text = plumb::read_file(std::string(PLUMBLINE_SOURCE_DIR) +
                                       "/tests/core/analysis/runs/" + name + ".csv");
    if (!text) qFatal("%s", text.error().message.c_str());
    plumb::DiagnosisInput input;
    input.settings = std::move(settings);
    input.total_steps = std::max<std::int64_t>(0, input.settings.max_steps);
    std::vector<std::string> keys;
    for (const std::string& line : plumb::split(plumb::trim(*text), '\n')) {
        const std::vector<std::string> cells = plumb::split(line, ',');
        if (keys.empty()) {
            keys = cells;
            continue;
        }
        for (std::size_t i = 1; i < cells.size(); ++i)
            if (!cells[i].empty())
                input.metrics[keys[i]].push_back(
                    {*plumb::parse_int(cells[0]), plumb::parse_double(cells[i]).value()});
    }
    return input;
}

/// One point a step, from step 1 on.
inline std::vector<plumb::MetricPoint> curve(std::int64_t steps,
                                             const std::function<double(std::int64_t)>& value) {
    std::vector<plumb::MetricPoint> points;
    for (std::int64_t step = 1; step <= steps; ++step) points.push_back({step, value(step)});
    return points;
}
inline std::vector<plumb::MetricPoint> level(std::int64_t steps, double value) {
    return curve(steps, [value](std::int64_t) { return value; });
}

/// The run as it was after so many steps.
inline plumb::DiagnosisInput until(plumb::DiagnosisInput input, std::int64_t step) {
    for (auto& [key, points] : input.metrics)
        std::erase_if(points, [&](const plumb::MetricPoint& point) { return point.step > step; });
    return input;
}

/// What it says under this id, or null.
inline const plumb::Diagnosis* with_id(const std::vector<plumb::Diagnosis>& found,
                                       std::string_view id) {
    const auto place = std::ranges::find(found, id, &plumb::Diagnosis::id);
    return place == found.end() ? nullptr : &*place;
}

/// The ids of those that stand, sorted, with ! for a problem.
inline std::vector<std::string> standing(const plumb::DiagnosisInput& input) {
    std::vector<std::string> ids;
    for (const plumb::Diagnosis& diagnosis : plumb::diagnose(input))
        if (diagnosis.standing)
            ids.push_back(diagnosis.id +
                          (diagnosis.severity == plumb::Severity::problem ? "!" : ""));
    std::ranges::sort(ids);
    return ids;
}

/// "kl_coef 0 → 0.1" of each suggestion.
inline std::vector<std::string> edits(const plumb::Diagnosis& diagnosis) {
    std::vector<std::string> texts;
    for (const plumb::Suggestion& suggestion : diagnosis.suggestions)
        texts.push_back(plumb::changes_text(suggestion));
    return texts;
}

#define COMPARE_LIST(actual, ...)                                \
    QVERIFY2((actual) == (std::vector<std::string> __VA_ARGS__), \
             plumb::join((actual), " | ").c_str())
