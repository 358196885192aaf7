// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/answer_judging.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/random.h"
#include "base/strings.h"
#include "config/experiments.h"
#include "config/fields.h"
#include "config/yaml.h"
#include "session/answer_judges.h"
#include "session/answer_prompts.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Status apply(const JudgeSettings& judge_settings, Settings& settings) {
    for (const auto& [key, value] : judge_settings)
        PLUMB_TRY_STATUS(set_field(key, settings, value));
    return {};
}

/// What the models have answered so far.
struct Gathered {
    std::vector<AnswerModel> models;
    AnswerTexts texts;
    std::vector<ComparisonProblem> problems;
};

/// What the run is called among others that answer: runs of a comparison by what tells them apart.
Result<std::string> name_of_run(const CheckpointSource& checkpoint, const fs::path& workspace) {
    PLUMB_TRY(auto reader, StoreReader::open(workspace));
    PLUMB_TRY(const RunRecord run, reader->run(checkpoint.run));
    PLUMB_TRY(const Settings settings, settings_of_run(run));
    return settings.variant.empty() ? checkpoint.run_name
                                    : experiment_run_title(settings.variant, settings.seed);
}

Result<AnswerModel> model_of(const ModelSource& source, const fs::path& workspace) {
    AnswerModel model;
    model.identity = source.identity();
    if (source.checkpoint) {
        model.run = source.checkpoint->run;
        model.step = source.checkpoint->step;
        PLUMB_TRY(model.name, name_of_run(*source.checkpoint, workspace));
        model.name += "@" + std::to_string(model.step);
    } else {
        const fs::path path = source.folder.lexically_normal();
        model.name = (path.has_filename() ? path : path.parent_path()).filename().string();
    }
    return model;
}

/// Two models of one name get their identities; draws of one model are numbered.
void tell_apart(std::vector<AnswerModel>& models) {
    std::map<std::string, std::set<std::string>> identities;
    for (const AnswerModel& model : models) identities[model.name].insert(model.identity);
    std::map<std::string, int> taken;
    for (AnswerModel& model : models) {
        if (identities[model.name].size() > 1) model.name = model.identity;
        const int before = taken[model.name]++;
        if (before > 0) model.name += " (" + std::to_string(before + 1) + ")";
    }
}

void note_lost_prompts(const Policy& policy, const std::string& model,
                       const std::vector<Prompt>& prompts, Gathered& gathered) {
    const std::int64_t lost = prompts_not_written(policy, prompts);
    if (lost > 0)
        gathered.problems.push_back(
            {"tokenizer", model + " cannot write all of " + std::to_string(lost) + " of the " +
                              std::to_string(prompts.size()) +
                              " prompts: its tokenizer does not know some of their characters or "
                              "words, so that it answers something else."});
}

Status answer_all(Store& store, PolicyLoan& loan, const JudgeModelsRequest& request,
                  const Questions& questions, Gathered& gathered, const std::stop_token& stop) {
    for (const Prompt& prompt : questions.prompts)
        gathered.texts.prompts.push_back({prompt.text, prompt.answer, prompt.source});
    const auto total = static_cast<std::int64_t>(request.models.size() * questions.prompts.size());
    std::int64_t done = 0;
    const auto answered = [&](std::int64_t prompts) {
        done += prompts;
        if (request.on_progress) request.on_progress(done, total);
    };
    for (std::size_t m = 0; m < request.models.size(); ++m) {
        const std::uint64_t seed = derive_seed(request.seed, "judged answer " + std::to_string(m));
        PLUMB_TRY_STATUS(with_policy(
            request.models[m], store.folder(), loan,
            [&](const Policy& policy, const ModelSource& source) -> Status {
                PLUMB_TRY(const auto texts,
                          sample_answers(policy, source.identity(), questions, request.temperature,
                                         seed, answered, stop));
                note_lost_prompts(policy, source.identity(), questions.prompts, gathered);
                PLUMB_TRY(gathered.models.emplace_back(), model_of(source, store.folder()));
                auto& kept = gathered.texts.answers.emplace_back();
                for (const SampledText& text : texts)
                    kept.push_back(
                        {text.completion, text.completion_with_special, text.ids, text.ended});
                return {};
            }));
        if (stop.stop_requested()) return cancelled();
    }
    tell_apart(gathered.models);
    return {};
}

/// Models that nothing tells apart.
void note_equal_answers(Gathered& gathered) {
    const auto equal = [&](std::size_t a, std::size_t b) {
        return std::ranges::equal(gathered.texts.answers[a], gathered.texts.answers[b], {},
                                  &KeptAnswer::completion, &KeptAnswer::completion);
    };
    std::set<std::size_t> told;
    for (std::size_t a = 0; a < gathered.models.size(); ++a) {
        std::vector<std::string> same;
        for (std::size_t b = a + 1; b < gathered.models.size(); ++b)
            if (!told.contains(b) && equal(a, b)) {
                told.insert(b);
                same.push_back(gathered.models[b].name);
            }
        if (same.empty()) continue;
        gathered.problems.push_back(
            {"equal", gathered.models[a].name + " and " + join(same, ", ") +
                          " gave equal answers to all prompts: nothing tells them apart. Sample at "
                          "a higher temperature, or compare other checkpoints."});
    }
}

/// Answers of which a judge says nothing.
void note_silence(const AnswerScores& scores, std::vector<ComparisonProblem>& problems) {
    std::size_t silent = 0, all = 0;
    for (const auto& of_model : scores.scores) {
        all += of_model.size();
        for (const auto& score : of_model) silent += score ? 0 : 1;
    }
    if (silent == 0) return;
    problems.push_back({scores.judge == "gold" ? "gold" : "judge",
                        scores.judge + " says nothing of " + std::to_string(silent) + " of " +
                            std::to_string(all) +
                            " answers, as where a prompt has no reference answer; they are left "
                            "out."});
}

Json source_of(const JudgeModelsRequest& request, const AnswerPrompts& prompts,
               const std::vector<AnswerModel>& models) {
    Json json;
    for (const AnswerModel& model : models) json["models"].push_back(model.identity);
    json["prompts"] = Json::parse(prompts.source);
    json["sampling"] = {{"temperature", request.temperature},
                        {"max_tokens", prompts.questions.settings.max_completion_length},
                        {"seed", request.seed}};
    json["gold"] = prompts.questions.gold;
    return json;
}

Result<std::vector<AnswerJudge>> find_judges(const JudgeModelsRequest& request,
                                             const AnswerPrompts& prompts,
                                             const fs::path& workspace,
                                             std::vector<ComparisonProblem>& problems) {
    const std::string& gold = prompts.questions.gold;
    std::vector<std::string> names = request.judges;
    if (names.empty() && !gold.empty()) names = {"gold"};
    if (names.empty())
        problems.push_back(
            {"gold",
             "There is no gold reward for these prompts: the answers are kept, but nobody "
             "has judged them. Judge them by a reward function, a reward model or people."});
    std::vector<AnswerJudge> judges;
    for (const std::string& name : names) {
        PLUMB_TRY(judges.emplace_back(), find_judge(name, prompts.questions.settings, gold,
                                                    request.judge_settings, workspace));
    }
    return judges;
}

Status check(const JudgeModelsRequest& request) {
    if (request.models.size() < 2)
        return invalid_input("name at least two models whose answers are to be compared");
    if (request.prompts < 1) return invalid_input("ask for at least one prompt");
    if (request.temperature < 0) return invalid_input("a temperature is 0 (greedy) or above");
    if (request.from == JudgePrompts::file && request.file.empty())
        return invalid_input("name the file with the prompts");
    return {};
}

std::string name_of(const JudgeModelsRequest& request, const std::vector<AnswerModel>& models) {
    if (!trim(request.name).empty()) return request.name;
    std::vector<std::string> names;
    for (const AnswerModel& model : models) names.push_back(model.name);
    constexpr std::size_t most = 4;
    if (names.size() <= most) return join(names, ", ");
    names.resize(most - 1);
    return join(names, ", ") + " and " + std::to_string(models.size() - names.size()) + " more";
}

/// The gold reward that the set was made with.
std::string gold_of(const AnswerSet& set) {
    const Json source = Json::parse(set.source, nullptr, false);
    if (!source.is_object() || !source.contains("gold") || !source["gold"].is_string()) return {};
    return source["gold"].get<std::string>();
}

}  // namespace

Result<JudgeModelsReply> judge_models(Store& store, PolicyLoan& loan,
                                      const JudgeModelsRequest& request,
                                      const std::stop_token& stop) {
    const Stopwatch watch;
    PLUMB_TRY_STATUS(check(request));
    Gathered gathered;
    PLUMB_TRY(AnswerPrompts prompts, find_answer_prompts(request, store, gathered.problems, stop));
    Questions& questions = prompts.questions;
    if (request.max_tokens > 0) questions.settings.max_completion_length = request.max_tokens;
    PLUMB_TRY_STATUS(apply(request.judge_settings, questions.settings));
    PLUMB_TRY(const auto judges, find_judges(request, prompts, store.folder(), gathered.problems));
    PLUMB_TRY_STATUS(answer_all(store, loan, request, questions, gathered, stop));
    note_equal_answers(gathered);
    std::vector<AnswerScores> scores;
    JudgeModelsReply reply;
    for (const AnswerJudge& judge : judges) {
        PLUMB_TRY(scores.emplace_back(),
                  judge_texts(judge, questions.settings, gathered.texts, stop));
        note_silence(scores.back(), gathered.problems);
        reply.judges.push_back(judge.name);
    }
    if (stop.stop_requested()) return cancelled();
    AnswerSet set;
    set.name = reply.name = name_of(request, gathered.models);
    set.models = gathered.models;
    set.settings = write_settings(questions.settings);
    set.source = text_of(source_of(request, prompts, gathered.models));
    PLUMB_TRY(reply.set, store.add_answer_set(set, gathered.texts, scores));
    reply.problems = std::move(gathered.problems);
    reply.seconds = watch.seconds();
    return reply;
}

Result<JudgeAnswersReply> judge_answers(Store& store, const JudgeAnswersRequest& request,
                                        const std::stop_token& stop) {
    const Stopwatch watch;
    if (request.judges.empty()) return invalid_input("name a judge");
    PLUMB_TRY(auto reader, StoreReader::open(store.folder()));
    PLUMB_TRY(const AnswerSet set, reader->answer_set(request.set));
    PLUMB_TRY(Settings settings,
              parse_settings(set.settings, "the settings of answer set " + set.name, {}));
    PLUMB_TRY_STATUS(apply(request.judge_settings, settings));
    std::vector<AnswerJudge> judges;
    for (const std::string& name : request.judges) {
        PLUMB_TRY(judges.emplace_back(),
                  find_judge(name, settings, gold_of(set), request.judge_settings, store.folder()));
    }
    PLUMB_TRY(const AnswerTexts texts, reader->answer_texts(set));
    JudgeAnswersReply reply;
    std::vector<AnswerScores> scores;
    for (const AnswerJudge& judge : judges) {
        PLUMB_TRY(scores.emplace_back(), judge_texts(judge, settings, texts, stop));
        note_silence(scores.back(), reply.problems);
        reply.judges.push_back(judge.name);
        if (request.on_progress) request.on_progress(std::ssize(scores), std::ssize(judges));
    }
    if (stop.stop_requested()) return cancelled();
    PLUMB_TRY_STATUS(store.add_answer_scores(set.id, scores));
    reply.seconds = watch.seconds();
    return reply;
}

}  // namespace plumb
