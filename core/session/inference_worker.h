// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include "session/policy_loan.h"
#include "session/session.h"

namespace plumb {

/// The thread that talks to models beside a run: playground, evaluation, label queues and
/// answer sets. It reads
/// checkpoints itself, borrows the run's policy only while the run is paused, and has its own
/// draws.
class InferenceWorker {
public:
    InferenceWorker(Store& store, PolicyLoan& loan);
    /// Cancels what is going on; requests that still wait are answered with cancelled.
    ~InferenceWorker();

    std::future<Result<GenerateReply>> generate(GenerateRequest request);
    std::future<Result<EvaluateReply>> evaluate(EvaluateRequest request);
    std::future<Result<ScoreLabelsReply>> score_labels(ScoreLabelsRequest request);
    std::future<Result<CompareModelsReply>> compare_models(CompareModelsRequest request);
    std::future<Result<JudgeModelsReply>> judge_models(JudgeModelsRequest request);
    std::future<Result<JudgeAnswersReply>> judge_answers(JudgeAnswersRequest request);
    /// Ends the request that is being worked on.
    void cancel();

private:
    using Work = std::function<void(std::stop_token)>;
    void post(Work work);
    /// Asks for work(stop), which gives a Result<Reply>, with so many threads; request_stop ends it
    /// too.
    template <class Reply, class Ask>
    std::future<Result<Reply>> ask(std::int64_t threads, std::stop_token request_stop, Ask work);
    void loop(std::stop_token stop);

    Store& store_;
    PolicyLoan& loan_;
    std::mutex mutex_;
    std::condition_variable_any ready_;
    std::deque<Work> queue_;
    std::stop_source current_;
    std::jthread thread_;
};

}  // namespace plumb
