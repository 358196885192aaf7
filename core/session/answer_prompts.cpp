// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/answer_prompts.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "config/roles.h"
#include "tasks/task.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

/// From so few prompts the intervals are wider than most differences.
constexpr std::size_t few_prompts = 20;

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

struct KnownRun {
    RunRecord record;
    Settings settings;
};

Result<std::vector<KnownRun>> runs_of(const JudgeModelsRequest& request, StoreReader& reader,
                                      const fs::path& workspace) {
    std::vector<KnownRun> runs;
    for (const std::string& model : request.models) {
        PLUMB_TRY(const auto run, run_of_model(model, reader, workspace));
        if (!run) continue;
        PLUMB_TRY(Settings settings, settings_of_run(*run));
        runs.push_back({*run, std::move(settings)});
    }
    return runs;
}

/// "arithmetic (run ppo), reviews (run dpo)" where the runs are of different tasks; else empty.
std::string different_tasks(const std::vector<KnownRun>& runs) {
    std::vector<std::string> parts;
    std::vector<std::string> tasks;
    for (const KnownRun& run : runs) {
        if (std::ranges::find(tasks, run.settings.task) != tasks.end()) continue;
        tasks.push_back(run.settings.task);
        parts.push_back(run.settings.task + " (run " + run.record.name + ")");
    }
    return parts.size() > 1 ? join(parts, ", ") : std::string();
}

Status check_tasks(const JudgeModelsRequest& request, const std::vector<KnownRun>& runs,
                   std::vector<ComparisonProblem>& problems) {
    const std::string tasks = different_tasks(runs);
    if (!tasks.empty()) {
        if (request.from == JudgePrompts::held_out)
            return invalid_input("the runs are of different tasks: " + tasks +
                                 "; they have no held-out prompts in common. Name a file with "
                                 "prompts that all can answer, or pin some");
        problems.push_back({"tasks", "The runs are of different tasks: " + tasks +
                                         ". Prompts of one say little of a model for another."});
    }
    if (request.from != JudgePrompts::held_out || runs.empty()) return {};
    std::vector<std::string> others;
    for (const KnownRun& run : runs)
        if (run.settings.task == "data" &&
            (run.settings.train_files != runs.front().settings.train_files ||
             run.settings.eval_files != runs.front().settings.eval_files) &&
            std::ranges::find(others, run.record.name) == others.end())
            others.push_back(run.record.name);
    if (!others.empty())
        problems.push_back(
            {"prompts", "Run " + join(others, ", ") + " was trained on other files than run " +
                            runs.front().record.name +
                            ", whose held-out prompts may be among them. A file with prompts that "
                            "none has seen would be fairer."});
    return {};
}

/// The reference answer that a completion of one of the runs was sampled with.
Result<std::string> known_answer(StoreReader& reader, const std::vector<KnownRun>& runs,
                                 const std::string& prompt) {
    CompletionFilter filter;
    filter.prompt = prompt;
    CompletionPage page;
    page.limit = 1;
    for (const KnownRun& run : runs) {
        PLUMB_TRY(const auto rows, reader.completion_page(run.record.id, filter, {}, page));
        if (!rows.empty()) return rows.front().record.answer;
    }
    return std::string();
}

Result<Questions> pinned_questions(const JudgeModelsRequest& request, StoreReader& reader,
                                   const std::vector<KnownRun>& runs, const std::stop_token& stop) {
    PLUMB_TRY(const auto pinned,
              reader.pinned_prompts(runs.empty() ? RunId{0} : runs.front().record.id));
    if (pinned.empty())
        return invalid_input(
            "no prompts are pinned in this workspace; pin some on the Completions page, or take "
            "the held-out prompts or a file");
    Questions questions;
    if (runs.empty()) {
        constexpr std::int64_t usual_max_tokens = 64;
        questions.settings.max_completion_length = usual_max_tokens;
    } else {
        questions.settings = runs.front().settings;
        PLUMB_TRY(const auto task, make_task(questions.settings, false, stop));
        if (different_tasks(runs).empty()) questions.gold = task->gold_reward();
    }
    for (const PinnedPrompt& prompt : pinned) {
        if (std::ssize(questions.prompts) == request.prompts) break;
        PLUMB_TRY(std::string answer, known_answer(reader, runs, prompt.prompt));
        questions.prompts.push_back({prompt.prompt, std::move(answer), ""});
    }
    return questions;
}

}  // namespace

Result<AnswerPrompts> find_answer_prompts(const JudgeModelsRequest& request, Store& store,
                                          std::vector<ComparisonProblem>& problems,
                                          const std::stop_token& stop) {
    PLUMB_TRY(auto reader, StoreReader::open(store.folder()));
    PLUMB_TRY(const auto runs, runs_of(request, *reader, store.folder()));
    PLUMB_TRY_STATUS(check_tasks(request, runs, problems));
    AnswerPrompts prompts;
    Json source;
    switch (request.from) {
        case JudgePrompts::file: {
            const auto settings =
                runs.empty() ? std::optional<Settings>() : std::optional(runs.front().settings);
            PLUMB_TRY(prompts.questions,
                      questions_of_file(request.file, request.prompts, settings, stop));
            source = {{"from", "file"}, {"file", fs::absolute(request.file).string()}};
            break;
        }
        case JudgePrompts::pinned: {
            PLUMB_TRY(prompts.questions, pinned_questions(request, *reader, runs, stop));
            source = {{"from", "pinned"}};
            break;
        }
        case JudgePrompts::held_out: {
            if (runs.empty())
                return invalid_input(
                    "none of the models is a run's, so that there is no task to take prompts from; "
                    "name a file with prompts, or pin some");
            const RunRecord& run = runs.front().record;
            PLUMB_TRY(prompts.questions, questions_of_run(run, request.prompts, stop));
            source = {{"from", "held_out"},
                      {"task", prompts.questions.settings.task},
                      {"run", run.id},
                      {"run_name", run.name}};
            break;
        }
    }
    const std::size_t count = prompts.questions.prompts.size();
    if (count < few_prompts)
        problems.push_back({"prompts", "Only " + std::to_string(count) +
                                           (count == 1 ? " prompt was" : " prompts were") +
                                           " answered: intervals are wide."});
    prompts.source = text_of(source);
    return prompts;
}

}  // namespace plumb
