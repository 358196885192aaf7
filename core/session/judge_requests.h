// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "analysis/compare/comparison.h"
#include "session/label_requests.h"
#include "store/answer_records.h"

namespace plumb {

/// Where the prompts are from that models answer to be judged.
enum class JudgePrompts : std::uint8_t {
    held_out,  ///< of the task of the first model that is a run's, at that run's settings
    pinned,    ///< those of the workspace
    file,      ///< JSONL or text with prompts
};

/// Settings that reward functions read, by key: {"reward_length", "20"}; over those of the run.
using JudgeSettings = std::vector<std::pair<std::string, std::string>>;

/// Several models answer the same prompts, one model in memory at a time; judges score the answers.
/// Answers and scores become an answer set of the workspace in one transaction.
struct JudgeModelsRequest {
    /// At least two: folders, RUN@STEP, RUN@best (the checkpoint that is marked so), or RUN (its
    /// newest; of a paused run the policy as it stands).
    std::vector<std::string> models{};
    std::string name{};  ///< of the set; empty: the models' names
    JudgePrompts from = JudgePrompts::held_out;
    std::string file{};           ///< JudgePrompts::file
    std::int64_t prompts = 100;   ///< at most
    double temperature = 1.0;     ///< 0: greedy
    std::int64_t max_tokens = 0;  ///< 0: what the run samples, or 64
    std::uint64_t seed = 0;       ///< of the draws; each model has draws of its own
    /// As JudgeAnswersRequest::judges. Empty: gold where there is one, else none.
    std::vector<std::string> judges{};
    JudgeSettings judge_settings{};
    std::int64_t threads = 0;
    LabelProgressCall on_progress{};  ///< in answers
    std::stop_token stop{};  ///< ends this request with ErrorCode::cancelled; nothing is kept then
};

struct JudgeModelsReply {
    AnswerSetId set = 0;
    std::string name{};
    std::vector<std::string> judges{};  ///< by the names that their scores have
    /// What cannot be compared, or not without care: no gold reward, equal answers, prompts that a
    /// run was trained on, ...
    std::vector<ComparisonProblem> problems{};
    double seconds = 0;
};

/// Judges score a set that is there already.
struct JudgeAnswersRequest {
    AnswerSetId set = 0;
    /// Each is "gold" (the gold reward or the check of answers of the set's task), the name of a
    /// reward function (length_target, repetition, ...) or the path of one of the user's own, or a
    /// reward model: a folder, or a run that trains one or has made one. People judge label queues:
    /// queue_answers().
    std::vector<std::string> judges{};
    JudgeSettings judge_settings{};
    std::int64_t threads = 0;
    LabelProgressCall on_progress{};  ///< in judges
    std::stop_token stop{};  ///< ends this request with ErrorCode::cancelled; nothing is kept then
};

struct JudgeAnswersReply {
    std::vector<std::string> judges{};  ///< by the names that their scores have
    std::vector<ComparisonProblem> problems{};
    double seconds = 0;
};

}  // namespace plumb
