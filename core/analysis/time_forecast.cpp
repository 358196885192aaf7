// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/time_forecast.h"

#include <algorithm>
#include <ranges>
#include <string_view>

#include "config/fields.h"
#include "config/yaml.h"

namespace plumb {
namespace {

/// The first steps of a run are slower than the others: fewer than these tell too little.
constexpr std::size_t fewest_steps = 5;

bool decides_time(const Field& field) {
    constexpr std::string_view without_effect[] = {"preset",
                                                   "seed",
                                                   "max_steps",
                                                   "num_train_epochs",
                                                   "budget_tokens",
                                                   "budget_seconds",
                                                   "budget_flops",
                                                   "comparison",
                                                   "variant",
                                                   "shuffle_dataset",
                                                   "arithmetic_cot_rate",
                                                   "arithmetic_error_rate",
                                                   "reward_timeout"};
    if (std::ranges::find(without_effect, field.key) != std::end(without_effect)) return false;
    switch (field.section) {
        case Section::start:
        case Section::pairs:
        case Section::evaluation: return false;
        case Section::optimiser:
            return field.key == "per_device_train_batch_size" ||
                   field.key == "gradient_accumulation_steps";
        default: return true;
    }
}

/// threads: 0 becomes the number of the machine's cores when a run is started.
bool agree(const Field& field, const Settings& wanted, const Settings& past) {
    if (field.key == "threads" && wanted.threads == 0) return true;
    return field_text(field, wanted) == field_text(field, past);
}

bool take_as_long(const Settings& wanted, const Settings& past) {
    return std::ranges::all_of(fields(), [&](const Field& field) {
        return !decides_time(field) || !field_applies(field, wanted) || agree(field, wanted, past);
    });
}

bool changed_on_the_way(const std::vector<EditRecord>& edits) {
    return std::ranges::any_of(edits, [](const EditRecord& edit) {
        const Field* field = find_field(edit.key);
        return !field || decides_time(*field);
    });
}

}  // namespace

Result<std::optional<TimeForecast>> forecast_time(StoreReader& reader, const Settings& settings) {
    PLUMB_TRY(const auto runs, reader.runs());
    for (const RunRecord& run : runs | std::views::reverse) {
        if (run.algorithm != settings.algorithm) continue;
        const auto past = parse_settings(run.settings, run.name, {});
        if (!past.ok() || !take_as_long(settings, past.value())) continue;
        PLUMB_TRY(const auto edits, reader.edits(run.id));
        if (changed_on_the_way(edits)) continue;
        PLUMB_TRY(const auto steps, reader.metric(run.id, "step_time"));
        if (steps.size() < fewest_steps) continue;
        TimeForecast forecast{.run = run.id, .name = run.name};
        for (const MetricPoint& step : steps) forecast.seconds_per_step += step.value;
        forecast.seconds_per_step /= static_cast<double>(steps.size());
        forecast.measured_steps = static_cast<std::int64_t>(steps.size());
        if (settings.max_steps > 0)
            forecast.total_steps = settings.max_steps;
        else if (past.value().max_steps <= 0 &&
                 past.value().num_train_epochs == settings.num_train_epochs)
            forecast.total_steps = run.total_steps;
        return std::optional(forecast);
    }
    return std::optional<TimeForecast>();
}

}  // namespace plumb
