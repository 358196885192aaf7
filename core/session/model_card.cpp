// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/model_card.h"

#include <algorithm>
#include <set>

#include "analysis/chart_marks.h"
#include "analysis/diagnosis_watch.h"
#include "analysis/run_charts.h"
#include "base/words.h"
#include "config/roles.h"
#include "config/yaml.h"
#include "session/model_card_text.h"
#include "session/named_sources.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t most_charts = 6;

std::string run_text(const RunRecord& run, std::int64_t step) {
    return "run " + std::to_string(run.id) + ", " + run.name + ", step " + std::to_string(step);
}

/// ", step 4" of NAME@4; nothing where the newest is meant.
std::string checkpoint_text(const std::string& model) {
    const auto at = model.rfind('@');
    if (at == std::string::npos) return {};
    const std::string which = model.substr(at + 1);
    if (which == "start") return ", the model that it started from";
    return which == "best" ? ", its best checkpoint" : ", step " + which;
}

std::string role_of(const NamedSource& source) {
    if (source.key == "model_name_or_path") return "starting model";
    if (source.key == "reward_model") return "reward model";
    if (source.key == "eval_reward_model") return "reward model of evaluations";
    return "preference pairs";
}

std::string about(const RunRecord& run, const Settings& settings) {
    std::string text = upper_case(run.algorithm) + " on " + settings.task;
    for (const std::string& file : settings.train_files) text += ", " + card_name(file);
    return text;
}

/// Walks from a run to what it started from, and on from there.
class ParentChain {
public:
    ParentChain(StoreReader& reader, CardRun& card) : reader_(reader), card_(card) {}

    void follow(const Settings& settings) {
        for (const NamedSource& source : named_sources(settings)) add(source, settings);
        if (settings.model_name_or_path.empty() && has_supervised_start(settings))
            card_.parents.push_back({"starting model",
                                     "a new model, trained on demonstrations of "
                                     "the task first (the supervised start)",
                                     settings.task});
        if (makes_reward_model(settings) && settings.reward_model.empty())
            card_.parents.push_back({"reward model", "made by the run from preference pairs", ""});
    }

private:
    void add(const NamedSource& source, const Settings& settings) {
        const std::string& value = settings.*source.member;
        std::error_code ignored;
        const bool is_model = source.key == "model_name_or_path";
        const auto name = source.run_of(settings);
        const auto run = name && !fs::is_directory(value, ignored)
                             ? reader_.find_run(*name, RunScope::all)
                             : Result<RunRecord>(invalid_input("a folder"));
        if (!run.ok()) {
            card_.parents.push_back({role_of(source), card_name(value), ""});
            if (is_model) card_.base = card_name(value);
            return;
        }
        const std::string shown =
            "run " + std::to_string(run->id) + ", " + run->name + checkpoint_text(value);
        const auto given = parse_settings(run->settings, run->name, {});
        card_.parents.push_back({role_of(source), shown,
                                 given.ok() ? about(*run, *given) : upper_case(run->algorithm)});
        // A run cannot start from itself, but a workspace may be damaged.
        if (is_model && given.ok() && seen_.insert(run->id).second) follow(*given);
    }

    StoreReader& reader_;
    CardRun& card_;
    std::set<RunId> seen_;
};

void cut_to_step(MetricTable& metrics, std::int64_t step) {
    for (auto& [key, points] : metrics) {
        if (is_phase_metric(key)) continue;
        std::erase_if(points, [step](const MetricPoint& point) { return point.step > step; });
    }
    std::erase_if(metrics, [](const auto& entry) { return entry.second.empty(); });
}

Result<CardRun> read_run(const CheckpointSource& source, const fs::path& workspace) {
    PLUMB_TRY(auto reader, StoreReader::open(workspace));
    CardRun card;
    PLUMB_TRY(card.record, reader->run(source.run));
    card.step = source.step;
    card.is_start = source.is_start;
    PLUMB_TRY(card.settings, parse_settings(card.record.settings,
                                            "settings of run " + std::to_string(source.run), {}));
    ParentChain(*reader, card).follow(card.settings);
    if (card.is_start) return card;
    PLUMB_TRY(card.edits, reader->edits(source.run));
    std::erase_if(card.edits, [&](const EditRecord& edit) { return edit.step >= card.step; });
    PLUMB_TRY(card.metrics, reader->metric_table(source.run));
    cut_to_step(card.metrics, card.step);
    PLUMB_TRY(DiagnosisInput input, read_diagnosis_input(*reader, card.record));
    cut_to_step(input.metrics, card.step);
    card.diagnoses = diagnose(input);
    return card;
}

std::string draw_curves(const CardRun& run) {
    const auto points_of = [&](const std::string& key) {
        const auto found = run.metrics.find(key);
        return found == run.metrics.end() ? std::vector<MetricPoint>() : found->second;
    };
    RunRecord shown = run.record;
    shown.step = run.step;
    std::vector<ChartSpec> charts =
        run_charts(shown, chart_groups(shown, {}), points_of, chart_marks(run.edits, {}));
    if (charts.empty()) return {};
    if (charts.size() > most_charts) charts.resize(most_charts);
    return run_dashboard(shown, charts);
}

std::string summary(const CardSubject& subject, const CardRun* run) {
    const std::string what = subject.score_head   ? "A reward model"
                             : subject.is_adapter ? "A LoRA adapter"
                                                  : "A language model";
    if (!run) return what + ", exported by Plumbline from a folder of which no run is known.\n";
    if (run->is_start)
        return what + ", as " + run_text(run->record, 0) +
               ", started from it. It was not trained " + "by that run.\n";
    return what + ", trained with " + upper_case(run->record.algorithm) +
           " by Plumbline: " + run_text(run->record, run->step) + ".\n";
}

}  // namespace

Result<ModelCard> make_model_card(const ModelSource& source, const CardSubject& subject,
                                  const fs::path& workspace) {
    std::optional<CardRun> run;
    if (source.checkpoint) {
        PLUMB_TRY(run, read_run(*source.checkpoint, workspace));
    }
    const CardRun* known = run ? &*run : nullptr;
    ModelCard card;
    card.readme =
        front_matter(subject, known) + "\n# " + subject.title + "\n\n" + summary(subject, known);
    if (run) {
        if (!run->record.note.empty()) card.readme += "\n" + run->record.note + "\n";
        if (!run->is_start) card.curves = draw_curves(*run);
        card.readme += card_parents(*run) + card_data(*run);
        if (!run->is_start) {
            card.readme += card_settings(*run) + card_edits(*run);
            if (const std::string table = card_curves(*run); !table.empty())
                card.readme += "\n## Curves\n\n" +
                               std::string(card.curves.empty() ? "" : "![Curves](curves.svg)\n\n") +
                               table;
            card.readme += card_evaluation(*run) + card_diagnoses(*run);
        }
    }
    card.readme += card_usage(subject, known);
    return card;
}

}  // namespace plumb
