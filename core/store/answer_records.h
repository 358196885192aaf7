// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/records.h"

namespace plumb {

using AnswerSetId = std::int64_t;

/// A model that answered, as it was then: its run or folder need not be there any more.
struct AnswerModel {
    std::string name{};      ///< no other of its set has it: "ppo@60"
    std::string identity{};  ///< NAME/RUN@STEP, or the path of a folder
    std::optional<RunId> run{};
    std::int64_t step = 0;
};

/// Models that answered the same prompts.
struct AnswerSet {
    AnswerSetId id = 0;
    std::string name{};
    std::string source{};    ///< JSON: where the prompts are from, and how answers were sampled
    std::string settings{};  ///< YAML: the task that the prompts are of, and what rewards read
    std::int64_t added_ms = 0;
    std::vector<AnswerModel> models{};
    std::int64_t prompts = 0;
    std::vector<std::string> judges{};  ///< those that have scored the answers, by name
};

struct AnsweredPrompt {
    std::string text{};
    std::string answer{};  ///< the reference answer; empty where there is none
    std::string source{};  ///< file and line; empty otherwise
};

struct KeptAnswer {
    std::string completion{};            ///< special tokens left out
    std::string sampled{};               ///< as sampled, the end token included
    std::vector<std::int64_t> tokens{};  ///< ids, the end token included
    bool ended = false;                  ///< false: cut at the most tokens
};

/// The texts of a set.
struct AnswerTexts {
    std::vector<AnsweredPrompt> prompts{};
    std::vector<std::vector<KeptAnswer>> answers{};  ///< [model][prompt]
};

/// What one judge says of the answers of a set.
struct AnswerScores {
    std::string judge{};  ///< "gold", the name of a reward function, or a reward model
    std::vector<std::vector<std::optional<double>>>
        scores{};  ///< [model][prompt]; larger is better
};

}  // namespace plumb
