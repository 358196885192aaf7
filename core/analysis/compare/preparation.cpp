// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/preparation.h"

#include "analysis/run_ledger.h"
#include "analysis/ticks.h"
#include "base/strings.h"
#include "config/roles.h"

namespace plumb {
namespace {

void add_phase(const ComparedRun& run, const std::string& phase, const std::string& shown,
               Preparation& sum) {
    const auto value = [&](const char* what) {
        return run.last("phase/" + phase + "/" + what).value_or(0);
    };
    const double seconds = value("seconds");
    sum.flops += value("flops");
    sum.generated_tokens += value("generated_tokens");
    sum.seconds += seconds;
    if (seconds > 0) sum.parts.push_back(shown + " " + short_time(seconds, 0.1));
}

void add_updates(const ComparedRun& run, const std::string& shown, Preparation& sum) {
    const auto ledger = RunLedger(run.metrics).at();
    if (!ledger) return;
    const double seconds = ledger->total.sum();
    sum.seconds += seconds;
    sum.flops += ledger->operations;
    sum.parts.push_back(shown + " " + short_time(seconds, 0.1));
}

/// The run that a setting names; says so where it is not here.
const ComparedRun* used(const std::string& name, const std::vector<ComparedRun>& all,
                        Preparation& sum) {
    const ComparedRun* found = run_named(name, all);
    if (!found) {
        sum.is_complete = false;
        sum.parts.push_back(name + " is not among the runs; its cost is not counted");
    }
    return found;
}

}  // namespace

const ComparedRun* run_named(const std::string& name, const std::vector<ComparedRun>& all) {
    const std::string run = name.substr(0, name.rfind('@'));
    const auto number = parse_int(run);
    const ComparedRun* found = nullptr;
    for (const ComparedRun& candidate : all)
        if ((number && candidate.record.id == *number) || candidate.record.name == run)
            found = &candidate;
    return found;
}

Preparation preparation_of(const ComparedRun& run, const std::vector<ComparedRun>& all) {
    Preparation sum;
    const Settings& settings = run.settings;
    add_phase(run, "start", "supervised start", sum);
    add_phase(run, "pairs", "pairs", sum);
    add_phase(run, "reward_model", "reward model", sum);
    if (!settings.model_name_or_path.empty())
        if (const ComparedRun* model = used(settings.model_name_or_path, all, sum)) {
            add_phase(*model, "start", "supervised start", sum);
            if (model->settings.algorithm == "sft")
                add_updates(*model, "supervised model of " + model->record.name, sum);
        }
    if (uses_reward_model(settings) && !settings.reward_model.empty())
        if (const ComparedRun* model = used(settings.reward_model, all, sum)) {
            add_phase(*model, "pairs", "pairs of " + model->record.name, sum);
            add_updates(*model, "reward model of " + model->record.name, sum);
        }
    if (!settings.pairs_run.empty())
        if (const ComparedRun* pairs = used(settings.pairs_run, all, sum))
            add_phase(*pairs, "pairs", "pairs of " + pairs->record.name, sum);
    return sum;
}

}  // namespace plumb
