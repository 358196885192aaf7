// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/label_generation.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/random.h"
#include "base/strings.h"
#include "config/roles.h"
#include "config/yaml.h"
#include "reward/reward.h"
#include "rollout/portions.h"
#include "session/model_source.h"
#include "tasks/task.h"
#include "train/evaluation.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t usual_max_tokens = 64;

/// The prompts, and what scores the answers where the task knows.
struct Questions {
    Settings settings;
    std::vector<Prompt> prompts;
    std::unique_ptr<RewardFunction> gold;  ///< null: there is none
};

Result<std::optional<RunRecord>> run_of(const std::string& model, StoreReader& reader,
                                        const fs::path& workspace) {
    PLUMB_TRY(const ModelSource source, find_model(model, workspace));
    if (!source.checkpoint) return std::optional<RunRecord>();
    PLUMB_TRY(RunRecord run, reader.run(source.checkpoint->run));
    return std::optional(std::move(run));
}

Result<Settings> settings_of(const RunRecord& run) {
    return parse_settings(run.settings, "the settings of " + run.name, {});
}

/// Of a file: all prompts in it, spread evenly where there are more. Answers are as long as the run
/// samples them.
Result<Questions> questions_of_file(const CompareModelsRequest& request,
                                    const std::optional<Settings>& run,
                                    const std::stop_token& stop) {
    Questions questions;
    Settings& settings = questions.settings;
    settings.task = "data";
    settings.algorithm = "grpo";
    settings.train_files = settings.eval_files = {request.file};
    settings.eval_prompts = request.prompts;
    settings.max_completion_length = run ? run->max_completion_length : usual_max_tokens;
    PLUMB_TRY(const auto task, make_task(settings, false, stop));
    questions.prompts = task->eval_prompts();
    return questions;
}

/// The held-out prompts of the run's task.
Result<Questions> questions_of_run(const RunRecord& run, std::int64_t most,
                                   const std::stop_token& stop) {
    Questions questions;
    PLUMB_TRY(questions.settings, settings_of(run));
    Settings& settings = questions.settings;
    const bool built_in = is_built_in_task(settings);
    // With another number of held-out rows, rows of the user's that were trained on would be among
    // them; a generator has as many as are wanted.
    if (built_in) settings.eval_prompts = most;
    PLUMB_TRY(const auto task, make_task(settings, false, stop));
    questions.prompts = task->eval_prompts();
    if (questions.prompts.empty())
        return invalid_input("run " + run.name +
                             " holds no prompts out (eval_prompts); name a file with prompts");
    if (std::ssize(questions.prompts) > most)
        questions.prompts.resize(static_cast<std::size_t>(most));
    if (built_in && !task->gold_reward().empty()) {
        PLUMB_TRY(questions.gold, make_reward(task->gold_reward(), settings, stop));
    }
    return questions;
}

Result<Questions> find_questions(const CompareModelsRequest& request, Store& store,
                                 const std::stop_token& stop) {
    PLUMB_TRY(auto reader, StoreReader::open(store.folder()));
    std::optional<RunRecord> run;
    for (const std::string& model : {request.model_a, request.model_b}) {
        PLUMB_TRY(auto found, run_of(model, *reader, store.folder()));
        if (!run) run = std::move(found);
    }
    if (!request.file.empty()) {
        std::optional<Settings> settings;
        if (run) {
            PLUMB_TRY(settings, settings_of(*run));
        }
        return questions_of_file(request, settings, stop);
    }
    if (run) return questions_of_run(*run, request.prompts, stop);
    return invalid_input(
        "neither model is a run's, so that there is no task to take prompts from; name a file with "
        "prompts");
}

/// What one model answers, and who it is.
struct Answers {
    std::vector<SampledText> texts;
    std::vector<std::optional<double>> gold;  ///< empty: there is no gold reward
    Json model;
};

Json description_of(const ModelSource& source) {
    Json json;
    json["model"] = source.identity();
    if (source.checkpoint) {
        json["run"] = source.checkpoint->run;
        json["step"] = source.checkpoint->step;
    }
    return json;
}

/// Samples an answer to each prompt and scores it.
class Sampler {
public:
    Sampler(const CompareModelsRequest& request, const Questions& questions,
            const std::stop_token& stop)
        : request_(request), questions_(questions), stop_(stop) {}

    /// purpose: tells the draws of the two models from each other.
    Result<Answers> answers_of(const Policy& policy, const ModelSource& source,
                               const char* purpose) {
        Answers answers;
        answers.model = description_of(source);
        Settings settings = questions_.settings;
        const std::int64_t positions = policy.model.config().max_position_embeddings;
        if (settings.max_completion_length >= positions)
            return invalid_input(source.identity() + " has " + std::to_string(positions) +
                                 " positions, which leaves no room for a prompt before " +
                                 std::to_string(settings.max_completion_length) +
                                 " tokens; ask for fewer");
        settings.max_prompt_length = positions - settings.max_completion_length;
        PLUMB_TRY(const auto ids, encode_prompts(policy, questions_.prompts, settings));
        SamplingSettings sampling = plain_sampling(policy, settings);
        sampling.temperature = request_.temperature;
        const auto at_once = static_cast<std::size_t>(prompts_at_once(1));
        for (std::size_t first = 0; first < ids.size(); first += at_once) {
            const std::vector<TokenIds> some(
                ids.begin() + static_cast<std::ptrdiff_t>(first),
                ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), first + at_once)));
            PLUMB_TRY(const Rollout rollout,
                      generate(policy.model, some, 1, sampling,
                               DrawKey{derive_seed(request_.seed, purpose), 0, first},
                               padding_id(policy), stop_));
            for (SampledText& text : to_text(rollout, *policy.tokenizer))
                answers.texts.push_back(std::move(text));
            done_ += std::ssize(some);
            if (request_.on_progress) request_.on_progress(done_, 2 * std::ssize(ids));
        }
        if (questions_.gold) {
            PLUMB_TRY(answers.gold, score_completions(*questions_.gold, questions_.prompts,
                                                      answers.texts, 1, stop_));
        }
        return answers;
    }

private:
    const CompareModelsRequest& request_;
    const Questions& questions_;
    const std::stop_token& stop_;
    std::int64_t done_ = 0;
};

Json side_of(const Answers& answers, std::size_t i) {
    Json json = answers.model;
    json["ended"] = answers.texts[i].ended;
    if (!answers.gold.empty() && answers.gold[i]) json["gold"] = *answers.gold[i];
    return json;
}

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Of the i-th prompt.
NewLabel label_of(const Questions& questions, std::size_t i, const Answers& a, const Answers& b,
                  const Json& sampling) {
    NewLabel label;
    label.item.prompt = questions.prompts[i].text;
    label.item.answer_a = a.texts[i].completion;
    label.item.answer_b = b.texts[i].completion;
    Json origin;
    if (const std::string& source = questions.prompts[i].source; !source.empty())
        origin["prompt"] = source;
    else
        origin["prompt"] = {{"task", questions.settings.task}, {"held_out", i}};
    origin["sampling"] = sampling;
    origin["a"] = side_of(a, i);
    origin["b"] = side_of(b, i);
    label.item.origin = text_of(origin);
    return label;
}

Status check(const CompareModelsRequest& request, const std::string& name, Store& store) {
    if (request.prompts < 1) return invalid_input("ask for at least one prompt");
    PLUMB_TRY(auto reader, StoreReader::open(store.folder()));
    PLUMB_TRY(const auto queues, reader->label_queues());
    // Told before the models answer, not after.
    if (std::ranges::find(queues, name, &LabelQueue::name) != queues.end())
        return invalid_input("there is a label queue \"" + name + "\" already in " +
                             store.folder().string() + "; choose another name");
    return {};
}

/// Makes the queue of what both have answered.
Result<CompareModelsReply> queue_answers(Store& store, const std::string& name,
                                         const CompareModelsRequest& request,
                                         const Questions& questions, const Answers& first,
                                         const Answers& second) {
    CompareModelsReply reply;
    reply.name = name;
    const Json sampling = {{"temperature", request.temperature},
                           {"max_tokens", questions.settings.max_completion_length},
                           {"seed", request.seed}};
    Json source = {{"models", {first.model, second.model}}, {"sampling", sampling}};
    if (request.file.empty())
        source["task"] = questions.settings.task;
    else
        source["file"] = fs::absolute(request.file).string();
    const std::uint64_t sides = derive_seed(request.seed, "label sides");
    std::size_t next = 0;
    const auto differ = [&](std::size_t i) {
        return first.texts[i].completion != second.texts[i].completion;
    };
    for (std::size_t i = 0; i < questions.prompts.size(); ++i)
        if (!differ(i)) ++reply.equal;
    if (reply.equal == std::ssize(questions.prompts))
        return invalid_input("both models gave equal answers to all " +
                             std::to_string(reply.equal) +
                             " prompts; there is nothing to judge. Sample at a higher temperature, "
                             "or compare other models");
    PLUMB_TRY(reply.done,
              store.import_labels(name, text_of(source), [&]() -> Result<std::optional<NewLabel>> {
                  while (next < questions.prompts.size() && !differ(next)) ++next;
                  if (next == questions.prompts.size()) return std::optional<NewLabel>();
                  const std::size_t i = next++;
                  const bool as_named = keyed_uniform(sides, 0, i, 0) < 0.5;
                  return std::optional(label_of(questions, i, as_named ? first : second,
                                                as_named ? second : first, sampling));
              }));
    return reply;
}

}  // namespace

std::string compared_name(const std::string& model_a, const std::string& model_b) {
    const auto short_name = [](const std::string& model) {
        std::error_code ignored;
        if (!fs::is_directory(model, ignored)) return model;
        // "models/small/" ends in a name that is empty.
        const fs::path path = fs::path(model).lexically_normal();
        return (path.has_filename() ? path : path.parent_path()).filename().string();
    };
    return short_name(model_a) + " and " + short_name(model_b);
}

Result<CompareModelsReply> compare_models(Store& store, PolicyLoan& loan,
                                          const CompareModelsRequest& request,
                                          const std::stop_token& stop) {
    const Stopwatch watch;
    const std::string name =
        trim(request.name).empty() ? compared_name(request.model_a, request.model_b) : request.name;
    PLUMB_TRY_STATUS(check(request, name, store));
    PLUMB_TRY(Questions questions, find_questions(request, store, stop));
    if (request.max_tokens > 0) questions.settings.max_completion_length = request.max_tokens;
    Sampler sampler(request, questions, stop);
    const auto answer = [&](const std::string& model, const char* purpose, Answers& answers) {
        return with_policy(model, store.folder(), loan,
                           [&](const Policy& policy, const ModelSource& source) -> Status {
                               PLUMB_TRY(answers, sampler.answers_of(policy, source, purpose));
                               return {};
                           });
    };
    Answers first, second;
    PLUMB_TRY_STATUS(answer(request.model_a, "label answer a", first));
    PLUMB_TRY_STATUS(answer(request.model_b, "label answer b", second));
    if (stop.stop_requested()) return cancelled();
    PLUMB_TRY(CompareModelsReply reply,
              queue_answers(store, name, request, questions, first, second));
    reply.seconds = watch.seconds();
    return reply;
}

}  // namespace plumb
