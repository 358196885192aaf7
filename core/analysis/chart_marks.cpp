// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/chart_marks.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "config/roles.h"

namespace plumb {
namespace {

std::string counted_steps(const std::vector<MetricPoint>& points) {
    const std::int64_t steps = points.empty() ? 0 : points.back().step;
    return ", " + std::to_string(steps) + (steps == 1 ? " step" : " steps");
}

std::string edit_label(const EditRecord& edit) {
    const std::string reason = edit.reason.empty() ? "" : ": " + edit.reason;
    if (edit.key == "reward_refresh_file") return "reward model refreshed" + reason;
    return edit.key + " " + edit.old_value + " → " + edit.new_value + reason;
}

}  // namespace

std::vector<ChartMark> chart_marks(const std::vector<EditRecord>& edits,
                                   const std::vector<CheckpointRecord>& checkpoints) {
    std::vector<ChartMark> marks;
    for (const CheckpointRecord& checkpoint : checkpoints)
        marks.push_back({checkpoint.step, MarkKind::checkpoint,
                         checkpoint.is_best ? "best checkpoint" : "checkpoint"});
    for (const EditRecord& edit : edits)
        marks.push_back({edit.step, MarkKind::edit, edit_label(edit)});
    std::ranges::stable_sort(marks, {}, &ChartMark::step);
    return marks;
}

std::vector<ChartMark> phase_marks(const Settings& settings, const MetricReader& points_of) {
    std::vector<std::string> phases;
    if (has_supervised_start(settings)) {
        const auto points = points_of("start/loss");
        phases.push_back(points.empty() ? "supervised model from the cache"
                                        : "supervised start" + counted_steps(points));
    }
    if (samples_pairs(settings))
        phases.push_back("preference pairs of " + std::to_string(settings.pairs_prompts) +
                         " prompts");
    if (makes_reward_model(settings))
        phases.push_back("reward model" + counted_steps(points_of("reward_model/loss")));
    if (phases.empty()) return {};
    return {{0, MarkKind::phase, "Before the training: " + join(phases, "; ")}};
}

std::vector<ChartMark> alert_marks(const MetricReader& points_of) {
    std::vector<ChartMark> marks;
    std::int64_t last = -1, count = 0;
    for (const MetricPoint& point : points_of("non_finite_skipped")) {
        if (!(point.value > 0)) continue;
        count = !marks.empty() && point.step == last + 1 ? count + 1 : 1;
        if (count == 1) marks.push_back({point.step, MarkKind::alert, {}});
        marks.back().label =
            (count == 1 ? "step left out" : std::to_string(count) + " steps left out") +
            std::string(": the loss or the gradient was not finite");
        last = point.step;
    }
    return marks;
}

std::vector<ChartMark> merged_marks(std::vector<std::vector<ChartMark>> lists) {
    std::vector<ChartMark> all;
    for (auto& list : lists)
        all.insert(all.end(), std::make_move_iterator(list.begin()),
                   std::make_move_iterator(list.end()));
    std::ranges::stable_sort(all, {}, &ChartMark::step);
    return all;
}

}  // namespace plumb
