// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/inference_worker.h"

#include <algorithm>
#include <limits>

#include <ATen/Parallel.h>

#include "base/clock.h"
#include "session/model_source.h"
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

/// Calls use(policy) with the model that the name means: the paused run's own policy, or one that
/// is loaded for it.
Status with_policy(const std::string& name, const std::filesystem::path& workspace,
                   PolicyLoan& loan, const std::function<Status(const Policy&)>& use) {
    PLUMB_TRY(const ModelSource source, find_model(name, workspace));
    if (source.run) {
        Status done;
        if (loan.borrow(*source.run, [&](const Policy& policy) { done = use(policy); }))
            return done;
    }
    PLUMB_TRY(const Policy policy, load_policy(source.folder, at::kCPU));
    return use(policy);
}

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
                            const std::stop_token& stop) {
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
    PLUMB_TRY(const auto task, make_task(settings, false));
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

InferenceWorker::InferenceWorker(std::filesystem::path workspace, PolicyLoan& loan)
    : workspace_(std::move(workspace)), loan_(loan), thread_([this](std::stop_token stop) {
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

std::future<Result<GenerateReply>> InferenceWorker::generate(GenerateRequest request) {
    auto promise = std::make_shared<std::promise<Result<GenerateReply>>>();
    post([this, promise, request = std::move(request)](std::stop_token worker_stop) {
        GenerateReply reply;
        const EitherStop either(worker_stop, request.stop);
        const std::stop_token stop = either.token();
        const Status done = catch_everything([&]() -> Status {
            if (stop.stop_requested()) return cancelled();
            at::set_num_threads(static_cast<int>(resolved_threads(request.threads)));
            return with_policy(request.model, workspace_, loan_,
                               [&](const Policy& policy) -> Status {
                                   PLUMB_TRY(reply, answer(policy, request, stop));
                                   return {};
                               });
        });
        promise->set_value(done ? Result<GenerateReply>(reply) : done.error());
    });
    return promise->get_future();
}

std::future<Result<EvaluateReply>> InferenceWorker::evaluate(EvaluateRequest request) {
    auto promise = std::make_shared<std::promise<Result<EvaluateReply>>>();
    post([this, promise, request = std::move(request)](std::stop_token stop) {
        EvaluateReply reply;
        const Status done = catch_everything([&]() -> Status {
            if (stop.stop_requested()) return cancelled();
            at::set_num_threads(static_cast<int>(resolved_threads(request.threads)));
            return with_policy(request.model, workspace_, loan_,
                               [&](const Policy& policy) -> Status {
                                   PLUMB_TRY(reply, judge(policy, request, stop));
                                   return {};
                               });
        });
        promise->set_value(done ? Result<EvaluateReply>(reply) : done.error());
    });
    return promise->get_future();
}

}  // namespace plumb
