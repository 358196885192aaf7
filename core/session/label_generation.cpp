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
#include "reward/reward.h"
#include "session/model_source.h"
#include "session/questions.h"
#include "train/evaluation.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

/// The prompts, and what scores the answers where a built-in task knows.
struct Asked {
    Questions questions;
    std::unique_ptr<RewardFunction> gold;  ///< null: there is none
};

Result<Asked> find_questions(const CompareModelsRequest& request, Store& store,
                             const std::stop_token& stop) {
    PLUMB_TRY(auto reader, StoreReader::open(store.folder()));
    std::optional<RunRecord> run;
    for (const std::string& model : {request.model_a, request.model_b}) {
        PLUMB_TRY(auto found, run_of_model(model, *reader, store.folder()));
        if (!run) run = std::move(found);
    }
    Asked asked;
    if (!request.file.empty()) {
        std::optional<Settings> settings;
        if (run) {
            PLUMB_TRY(settings, settings_of_run(*run));
        }
        PLUMB_TRY(asked.questions,
                  questions_of_file(request.file, request.prompts, settings, stop));
        return asked;
    }
    if (!run)
        return invalid_input(
            "neither model is a run's, so that there is no task to take prompts from; name a file "
            "with prompts");
    PLUMB_TRY(asked.questions, questions_of_run(*run, request.prompts, stop));
    const Settings& settings = asked.questions.settings;
    if (is_built_in_task(settings) && !asked.questions.gold.empty()) {
        PLUMB_TRY(asked.gold, make_reward(asked.questions.gold, settings, stop));
    }
    return asked;
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
    Sampler(const CompareModelsRequest& request, const Asked& asked, const std::stop_token& stop)
        : request_(request), asked_(asked), stop_(stop) {}

    /// purpose: tells the draws of the two models from each other.
    Result<Answers> answers_of(const Policy& policy, const ModelSource& source,
                               const char* purpose) {
        Answers answers;
        answers.model = description_of(source);
        const Questions& questions = asked_.questions;
        const auto answered = [&](std::int64_t prompts) {
            done_ += prompts;
            if (request_.on_progress)
                request_.on_progress(done_, 2 * std::ssize(questions.prompts));
        };
        PLUMB_TRY(answers.texts,
                  sample_answers(policy, source.identity(), questions, request_.temperature,
                                 derive_seed(request_.seed, purpose), answered, stop_));
        if (asked_.gold) {
            PLUMB_TRY(answers.gold,
                      score_completions(*asked_.gold, questions.prompts, answers.texts, 1, stop_));
        }
        return answers;
    }

private:
    const CompareModelsRequest& request_;
    const Asked& asked_;
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
    PLUMB_TRY(Asked asked, find_questions(request, store, stop));
    Questions& questions = asked.questions;
    if (request.max_tokens > 0) questions.settings.max_completion_length = request.max_tokens;
    Sampler sampler(request, asked, stop);
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
