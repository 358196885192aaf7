// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/inference_worker.h"

#include <algorithm>
#include <limits>

#include <ATen/Parallel.h>

#include "base/clock.h"
#include "session/answer_judging.h"
#include "session/label_generation.h"
#include "session/label_scoring.h"
#include "session/run_worker.h"
#include "session/token_stream.h"
#include "tasks/reviews.h"
#include "train/evaluation.h"
#include "train/new_model.h"

namespace plumb {
namespace {

/// Requested as soon as one of two stops is.
class EitherStop {
public:
    EitherStop(const std::stop_token& a, const std::stop_token& b)
        : on_a_(a, Pass{both_}), on_b_(b, Pass{both_}) {}
    std::stop_token token() const { return both_.get_token(); }

private:
    struct Pass {
        std::stop_source source;
        void operator()() { source.request_stop(); }
    };
    std::stop_source both_;
    std::stop_callback<Pass> on_a_, on_b_;
};

std::int64_t resolved_threads(std::int64_t threads) {
    return threads > 0 ? threads : std::max(1u, std::thread::hardware_concurrency());
}

Result<GenerateReply> answer(const Policy& policy, const GenerateRequest& request,
                             const std::stop_token& stop) {
    Stopwatch watch;
    Settings settings;
    const std::int64_t positions = policy.model.config().max_position_embeddings;
    settings.max_prompt_length = positions - 1;
    settings.temperature = request.temperature;
    settings.top_k = request.top_k;
    settings.top_p = request.top_p;
    if (request.min_p > 0) settings.min_p = request.min_p;
    settings.repetition_penalty = request.repetition_penalty;
    PLUMB_TRY(const auto ids, encode_prompts(policy, {{request.prompt, ""}}, settings));
    settings.max_completion_length =
        std::min(request.max_tokens, positions - static_cast<std::int64_t>(ids.front().size()));
    const SamplingSettings sampling = sampling_settings(policy, settings);
    TokenStream stream(*policy.tokenizer, sampling, request);
    PLUMB_TRY(const Rollout rollout,
              plumb::generate(policy.model, ids, 1, sampling, DrawKey{request.seed, 0, 0},
                              padding_id(policy), stop,
                              [&](const DrawnToken& drawn) { stream.take(drawn); }));
    const SampledText text = to_text(rollout, *policy.tokenizer).front();
    return GenerateReply{text.completion, static_cast<std::int64_t>(text.ids.size()), text.ended,
                         watch.seconds(), std::move(stream).tokens()};
}

Result<EvaluateReply> judge(const Policy& policy, const EvaluateRequest& request,
                            const ChatFormat& chat, const std::stop_token& stop) {
    Stopwatch watch;
    Settings settings = request.settings;
    settings.task = request.task;
    if (request.task != "arithmetic" && request.task != "reviews") {
        // All rows of the file are evaluated, not a held-out part.
        settings.task = "data";
        settings.train_files = settings.eval_files = {request.task};
        settings.eval_prompts = std::numeric_limits<std::int32_t>::max();
    }
    // The default is made for arithmetic and would cut reviews.
    if (request.task == "reviews" &&
        settings.max_completion_length == Settings().max_completion_length)
        settings.max_completion_length = longest_review;
    settings.algorithm = "grpo";
    PLUMB_TRY(const auto task, make_task(settings, false, stop, &chat));
    if (!request.reward.empty()) {
        settings.reward_funcs = {request.reward};
    } else if (settings.reward_funcs.empty() && !task->has_answers() &&
               !task->gold_reward().empty()) {
        settings.reward_funcs = {task->gold_reward()};
    }
    Scorers scorers;
    if (!settings.reward_funcs.empty()) {
        PLUMB_TRY(scorers.rewards, make_rewards(settings, stop));
    }
    PLUMB_TRY(scorers.gold, gold_reward_of(*task, settings));
    if (scorers.rewards.empty() && !scorers.gold && !task->has_answers())
        return invalid_input(request.task +
                             " has no answers to check; name a reward function with --reward");
    PLUMB_TRY(Evaluation evaluation,
              evaluate_policy(policy, *task, scorers, nullptr, settings, stop));
    return EvaluateReply{std::move(evaluation.metrics),
                         static_cast<std::int64_t>(task->eval_prompts().size()), watch.seconds()};
}

}  // namespace

InferenceWorker::InferenceWorker(Store& store, PolicyLoan& loan)
    : store_(store), loan_(loan), thread_([this](std::stop_token stop) {
          lower_thread_priority();
          loop(stop);
      }) {}

InferenceWorker::~InferenceWorker() {
    thread_.request_stop();
    cancel();
}

void InferenceWorker::cancel() {
    std::lock_guard lock(mutex_);
    current_.request_stop();
}

void InferenceWorker::post(Work work) {
    {
        std::lock_guard lock(mutex_);
        queue_.push_back(std::move(work));
    }
    ready_.notify_one();
}

void InferenceWorker::loop(std::stop_token stop) {
    while (true) {
        Work work;
        std::stop_token token;
        {
            std::unique_lock lock(mutex_);
            ready_.wait(lock, stop, [this] { return !queue_.empty(); });
            if (queue_.empty()) return;
            work = std::move(queue_.front());
            queue_.pop_front();
            current_ = std::stop_source();
            if (stop.stop_requested()) current_.request_stop();
            token = current_.get_token();
        }
        work(token);
    }
}

template <class Reply, class Ask>
std::future<Result<Reply>> InferenceWorker::ask(std::int64_t threads, std::stop_token request_stop,
                                                Ask work) {
    auto promise = std::make_shared<std::promise<Result<Reply>>>();
    post([promise, threads, request_stop = std::move(request_stop),
          work = std::move(work)](std::stop_token worker_stop) {
        const EitherStop either(worker_stop, request_stop);
        const std::stop_token stop = either.token();
        Result<Reply> reply = cancelled();
        const Status done = catch_everything([&]() -> Status {
            if (stop.stop_requested()) return {};
            at::set_num_threads(static_cast<int>(resolved_threads(threads)));
            reply = work(stop);
            return {};
        });
        promise->set_value(done ? std::move(reply) : Result<Reply>(done.error()));
    });
    return promise->get_future();
}

std::future<Result<GenerateReply>> InferenceWorker::generate(GenerateRequest request) {
    return ask<GenerateReply>(
        request.threads, request.stop,
        [this, request](const std::stop_token& stop) -> Result<GenerateReply> {
            GenerateReply reply;
            PLUMB_TRY_STATUS(with_policy(request.model, store_.folder(), loan_,
                                         [&](const Policy& policy, const ModelSource&) -> Status {
                                             PLUMB_TRY(reply, answer(policy, request, stop));
                                             return {};
                                         }));
            return reply;
        });
}

std::future<Result<EvaluateReply>> InferenceWorker::evaluate(EvaluateRequest request) {
    return ask<EvaluateReply>(
        request.threads, {}, [this, request](const std::stop_token& stop) -> Result<EvaluateReply> {
            EvaluateReply reply;
            PLUMB_TRY_STATUS(
                with_policy(request.model, store_.folder(), loan_,
                            [&](const Policy& policy, const ModelSource& source) -> Status {
                                const ChatFormat chat({source.folder});
                                PLUMB_TRY(reply, judge(policy, request, chat, stop));
                                return {};
                            }));
            return reply;
        });
}

std::future<Result<ScoreLabelsReply>> InferenceWorker::score_labels(ScoreLabelsRequest request) {
    return ask<ScoreLabelsReply>(request.threads, request.stop,
                                 [this, request](const std::stop_token& stop) {
                                     return plumb::score_labels(store_, request, stop);
                                 });
}

std::future<Result<CompareModelsReply>> InferenceWorker::compare_models(
    CompareModelsRequest request) {
    return ask<CompareModelsReply>(request.threads, request.stop,
                                   [this, request](const std::stop_token& stop) {
                                       return plumb::compare_models(store_, loan_, request, stop);
                                   });
}

std::future<Result<JudgeModelsReply>> InferenceWorker::judge_models(JudgeModelsRequest request) {
    return ask<JudgeModelsReply>(request.threads, request.stop,
                                 [this, request](const std::stop_token& stop) {
                                     return plumb::judge_models(store_, loan_, request, stop);
                                 });
}

std::future<Result<JudgeAnswersReply>> InferenceWorker::judge_answers(JudgeAnswersRequest request) {
    return ask<JudgeAnswersReply>(request.threads, request.stop,
                                  [this, request](const std::stop_token& stop) {
                                      return plumb::judge_answers(store_, request, stop);
                                  });
}

}  // namespace plumb
