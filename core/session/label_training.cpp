// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/label_training.h"

#include <algorithm>
#include <cctype>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/strings.h"
#include "config/roles.h"
#include "config/yaml.h"
#include "session/model_source.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

constexpr const char* label_folder = "labels";

/// The queue's name as a part of a file's name.
std::string file_stem(const std::string& queue) {
    std::string stem;
    for (const char c : queue) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte))
            stem += static_cast<char>(std::tolower(byte));
        else if (!stem.empty() && stem.back() != '-')
            stem += '-';
        if (stem.size() >= 40) break;
    }
    while (!stem.empty() && stem.back() == '-') stem.pop_back();
    return stem.empty() ? "queue" : stem;
}

/// NAME or NAME-2, NAME-3, ... of which there is no file yet.
std::string free_name(const fs::path& folder, const std::string& stem) {
    std::error_code ignored;
    for (int number = 1;; ++number) {
        const std::string name = number == 1 ? stem : stem + "-" + std::to_string(number);
        if (!fs::exists(folder / (name + ".jsonl"), ignored)) return name;
    }
}

Result<LabelQueue> queue_of(StoreReader& reader, LabelQueueId id) {
    PLUMB_TRY(const auto queues, reader.label_queues());
    const auto found = std::ranges::find(queues, id, &LabelQueue::id);
    if (found == queues.end())
        return Error{ErrorCode::not_found, "there is no label queue " + std::to_string(id)};
    return *found;
}

Error nothing_to_learn(const LabelQueue& queue, const LabelExportReport& report,
                       const std::optional<std::string>& annotator) {
    return invalid_input("the queue \"" + queue.name + "\" has no pair with a winner" +
                         (annotator ? " by " + *annotator : std::string()) + ": " +
                         std::to_string(report.unjudged) + " not judged, " +
                         std::to_string(report.undecided) + " undecided, " +
                         std::to_string(report.ties) + " ties, " + std::to_string(report.both_bad) +
                         " of two bad answers; label some pairs first");
}

/// Weights of up to so many bytes are those of a model as the built-in tasks have it, for which the
/// usual learning rates of large models are far too small.
constexpr std::uintmax_t small_model_bytes = 64'000'000;

bool is_small(const fs::path& model_folder) {
    std::error_code error;
    const auto bytes = fs::file_size(model_folder / "model.safetensors", error);
    return !error && bytes <= small_model_bytes;
}

/// What the run that wrote the model says of lengths and optimiser; defaults where there is none.
Result<Settings> settings_of_model(StoreReader& reader, const std::string& model) {
    if (model.find('/') != std::string::npos) return Settings();
    const auto run = reader.find_run(model.substr(0, model.rfind('@')), RunScope::all);
    if (!run) return Settings();
    return parse_settings(run->settings, "settings of run " + std::to_string(run->id), {});
}

void choose_optimiser(Settings& settings, bool small, std::int64_t pairs) {
    const bool reward = settings.algorithm == "reward";
    // Of small models what the presets reward-reviews and dpo-reviews are known to learn with, of
    // others TRL's defaults.
    settings.learning_rate = reward ? (small ? 1e-3 : 1e-4) : (small ? 2e-4 : 1e-6);
    settings.lr_scheduler_type = "linear";
    settings.warmup_steps = 0;
    settings.per_device_train_batch_size = std::clamp<std::int64_t>(pairs / 8, 2, 32);
    settings.gradient_accumulation_steps = 1;
    settings.max_steps = -1;
    settings.num_train_epochs = 4;
    const std::int64_t steps = std::max<std::int64_t>(
        1, pairs / settings.per_device_train_batch_size * static_cast<std::int64_t>(4));
    settings.eval_steps = std::max<std::int64_t>(1, steps / 5);
    settings.save_steps = 0;
}

/// The edit by which the reward model of a run learns anew from the snapshot.
PlannedEdit refresh_edit(const LabelSnapshot& snapshot) {
    const std::int64_t pairs = snapshot.report.rows;
    return {0, "reward_refresh_file", snapshot.file.generic_string(),
            std::to_string(pairs) + (pairs == 1 ? " label" : " labels") + " of the queue " +
                snapshot.queue};
}

}  // namespace

Result<LabelSnapshot> take_label_snapshot(StoreReader& reader, const fs::path& workspace,
                                          const LabelsToLearn& labels,
                                          const std::stop_token& stop) {
    PLUMB_TRY(const LabelQueue queue, queue_of(reader, labels.queue));
    const fs::path folder = workspace / label_folder;
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return file_error("cannot create", folder, error.value());
    const std::string name =
        free_name(folder, std::to_string(queue.id) + "-" + file_stem(queue.name));
    LabelSnapshot snapshot;
    snapshot.queue = queue.name;
    snapshot.file = fs::path(label_folder) / (name + ".jsonl");
    snapshot.held_out = fs::path(label_folder) / (name + "-held-out.jsonl");
    LabelsToExport what;
    what.queue = queue.id;
    what.file = workspace / snapshot.file;
    what.held_out = labels.held_out;
    what.held_out_file = workspace / snapshot.held_out;
    what.annotator = labels.annotator;
    what.ties = labels.ties;
    what.both_bad = labels.both_bad;
    what.provenance = true;
    PLUMB_TRY(snapshot.report, export_labels(reader, what, stop));
    if (snapshot.report.rows == 0) {
        fs::remove(what.file, error);
        fs::remove(what.held_out_file, error);
        return nothing_to_learn(queue, snapshot.report, labels.annotator);
    }
    if (snapshot.report.held_out == 0) snapshot.held_out.clear();
    return snapshot;
}

Result<Settings> settings_to_learn(StoreReader& reader, const fs::path& workspace,
                                   const LabelSnapshot& snapshot, const std::string& algorithm,
                                   const std::string& model) {
    PLUMB_TRY(const ModelSource source, find_model(model, workspace));
    PLUMB_TRY(const Settings before, settings_of_model(reader, model));
    Settings settings;
    settings.algorithm = algorithm;
    settings.task = "data";
    settings.seed = before.seed;
    settings.device = before.device;
    settings.model_name_or_path = model;
    settings.train_files = {(workspace / snapshot.file).string()};
    if (!snapshot.held_out.empty())
        settings.eval_files = {(workspace / snapshot.held_out).string()};
    // Without a file of held-out rows the run holds the pairs of a single prompt out itself.
    settings.eval_prompts = std::max<std::int64_t>(1, snapshot.report.held_out);
    settings.max_length = before.max_length;
    settings.max_prompt_length = before.max_prompt_length;
    settings.max_completion_length = before.max_completion_length;
    settings.dpo_beta = before.dpo_beta;
    choose_optimiser(settings, is_small(source.folder), snapshot.report.rows);
    return settings;
}

Result<std::optional<RunId>> sampled_run(StoreReader& reader, LabelQueueId id) {
    PLUMB_TRY(const LabelQueue queue, queue_of(reader, id));
    const auto source = nlohmann::json::parse(queue.source, nullptr, false);
    if (!source.is_object() || !source.contains("run") || !source["run"].is_number_integer())
        return std::optional<RunId>();
    return std::optional(source["run"].get<RunId>());
}

Result<LabelTraining> train_on_labels(Session& session, const RunToLearn& wanted) {
    const fs::path workspace = session.workspace();
    PLUMB_TRY(auto reader, StoreReader::open(workspace));
    std::string model = wanted.model;
    if (model.empty()) {
        PLUMB_TRY(const auto run, sampled_run(*reader, wanted.labels.queue));
        if (!run)
            return invalid_input(
                "the answers of this queue are not samples of a run; name the model to start from, "
                "a run or a folder");
        model = std::to_string(*run);
    }
    LabelTraining training;
    PLUMB_TRY(training.snapshot, take_label_snapshot(*reader, workspace, wanted.labels));
    PLUMB_TRY(Settings settings,
              settings_to_learn(*reader, workspace, training.snapshot, wanted.algorithm, model));
    if (wanted.adjust) PLUMB_TRY_STATUS(wanted.adjust(settings));
    const std::string name =
        wanted.name.empty() ? wanted.algorithm + " on " + training.snapshot.queue : wanted.name;
    if (session.active_run()) {
        if (const auto queued = session.enqueue(settings, name); !queued) return queued.error();
        return training;
    }
    PLUMB_TRY(training.run, session.start(settings, name));
    return training;
}

Result<LabelTraining> refresh_from_labels(Session& session, RunId run, const LabelsToLearn& labels,
                                          std::vector<PlannedEdit> edits) {
    PLUMB_TRY(auto reader, StoreReader::open(session.workspace()));
    PLUMB_TRY(const RunRecord record, reader->run(run));
    PLUMB_TRY(const Settings settings,
              parse_settings(record.settings, "settings of run " + std::to_string(run), {}));
    if (!uses_reward_model(settings))
        return invalid_input("run " + std::to_string(run) + ", " + record.name +
                             ", has no learned reward that could be refreshed; choose a run whose "
                             "reward_funcs name reward_model");
    LabelTraining training;
    training.run = run;
    LabelsToLearn all = labels;
    all.held_out = 0;
    PLUMB_TRY(training.snapshot, take_label_snapshot(*reader, session.workspace(), all));
    edits.push_back(refresh_edit(training.snapshot));
    if (session.active_run() != run) {
        PLUMB_TRY(training.run, session.resume(run, edits));
        return training;
    }
    for (const PlannedEdit& edit : edits)
        PLUMB_TRY_STATUS(session.edit(edit.key, edit.value, edit.reason));
    session.go_on();
    return training;
}

}  // namespace plumb
