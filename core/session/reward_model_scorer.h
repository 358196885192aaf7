// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/session: a reward model scores answers that are kept as text.
#pragma once

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "reward/reward.h"
#include "train/monitor.h"

namespace plumb {

struct AnswerToScore {
    std::string_view prompt, text;  ///< special tokens left out of the text, or not
    bool ended = true;              ///< false: the sample was cut
};

class RewardModelScorer {
public:
    /// name: for the error of a model without a score head.
    static Result<RewardModelScorer> load(const std::filesystem::path& folder,
                                          const std::string& name);

    /// One score an answer.
    Result<std::vector<double>> score(const std::vector<AnswerToScore>& answers,
                                      const std::stop_token& stop) const;

private:
    explicit RewardModelScorer(Policy model);
    std::shared_ptr<const Policy> model_;
    std::unique_ptr<RewardFunction> reward_;
};

}  // namespace plumb
