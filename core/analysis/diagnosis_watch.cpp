// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/diagnosis_watch.h"

#include <algorithm>

#include "base/machine.h"
#include "config/fields.h"
#include "config/yaml.h"

namespace plumb {

Result<DiagnosisInput> read_diagnosis_input(StoreReader& reader, const RunRecord& run) {
    DiagnosisInput input;
    PLUMB_TRY(input.settings,
              parse_settings(run.settings, "settings of run " + std::to_string(run.id), {}));
    PLUMB_TRY(const auto edits, reader.edits(run.id));
    for (const EditRecord& edit : edits)
        PLUMB_TRY_STATUS(set_field(edit.key, input.settings, edit.new_value));
    PLUMB_TRY(const auto steps, reader.metrics(run.id));
    for (const auto& [step, metrics] : steps)
        for (const auto& [key, value] : metrics) input.metrics[key].push_back({step, value});
    PLUMB_TRY(input.checkpoints, reader.checkpoints(run.id));
    input.total_steps = run.total_steps;
    input.memory_limit = memory_limit_megabytes();
    return input;
}

void DiagnosisWatch::add(std::int64_t step, const Metrics& metrics, std::int64_t total_steps) {
    for (const auto& [key, value] : metrics) {
        std::vector<MetricPoint>& points = input_.metrics[key];
        const auto place = std::ranges::lower_bound(points, step, {}, &MetricPoint::step);
        if (place != points.end() && place->step == step)
            place->value = value;
        else
            points.insert(place, {step, value});
    }
    if (total_steps > 0) input_.total_steps = total_steps;
}

void DiagnosisWatch::set(std::string_view key, std::string_view value) {
    // What a session has applied is valid; of another version's keys nothing is known here.
    if (const Field* field = find_field(key)) (void)set_field(*field, input_.settings, value);
}

void DiagnosisWatch::rewind(std::int64_t step) {
    for (auto& [key, points] : input_.metrics) {
        if (is_phase_metric(key)) continue;
        std::erase_if(points, [&](const MetricPoint& point) { return point.step > step; });
    }
}

std::vector<Diagnosis> DiagnosisWatch::news() {
    std::vector<Diagnosis> fresh;
    for (Diagnosis& diagnosis : look())
        if (diagnosis.standing &&
            told_.emplace(diagnosis.id, diagnosis.first_step, diagnosis.severity).second)
            fresh.push_back(std::move(diagnosis));
    return fresh;
}

}  // namespace plumb
