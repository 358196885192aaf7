// SPDX-License-Identifier: GPL-3.0-or-later
// What the inference worker is asked for label queues.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "store/label_records.h"

namespace plumb {

/// Told how many of how many are done, on the inference worker's thread. May be empty.
using LabelProgressCall = std::function<void(std::int64_t done, std::int64_t total)>;

/// A reward model scores the answers of a queue.
struct ScoreLabelsRequest {
    LabelQueueId queue = 0;
    /// Folder of a reward model, or RUN[@STEP]: a checkpoint of a run that trains one; the reward
    /// model that a run made for itself.
    std::string model{};
    bool again = false;  ///< also what it has scored before
    std::int64_t threads = 0;
    LabelProgressCall on_progress{};
    std::stop_token stop{};  ///< ends this request with ErrorCode::cancelled; nothing is kept then
};

struct ScoreLabelsReply {
    std::string source;       ///< as ItemReward::source
    std::int64_t scored = 0;  ///< items
    double seconds = 0;
};

/// Two models answer the same prompts; their answers become a queue.
struct CompareModelsRequest {
    /// Folders, or RUN[@STEP] of the workspace; of a paused run without a step its policy as it
    /// stands. They may be the same: then these are two draws of one policy.
    std::string model_a{}, model_b{};
    std::string name{};  ///< of the queue; empty: "MODEL and MODEL"
    /// JSONL or text with prompts; empty: the held-out prompts of the task of model_a's run, or of
    /// model_b's where the other is a folder.
    std::string file{};
    std::int64_t prompts = 100;   ///< at most
    double temperature = 1.0;     ///< 0: greedy
    std::int64_t max_tokens = 0;  ///< 0: what the run samples, or 64
    std::uint64_t seed = 0;       ///< of the draws, and of which model gives answer A
    std::int64_t threads = 0;
    LabelProgressCall on_progress{};  ///< in answers
    std::stop_token stop{};  ///< ends this request with ErrorCode::cancelled; nothing is kept then
};

struct CompareModelsReply {
    LabelImport done{};
    std::string name{};      ///< of the queue
    std::int64_t equal = 0;  ///< prompts to which both gave the same answer; left out
    double seconds = 0;
};

/// The name of a queue of two models' answers where nobody gave another.
std::string compared_name(const std::string& model_a, const std::string& model_b);

}  // namespace plumb
