// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/session: prompts that models answer for people and judges.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "data/rows.h"
#include "session/model_source.h"
#include "train/evaluation.h"

namespace plumb {

struct Questions {
    Settings settings;  ///< max_completion_length is how long answers may be
    std::vector<Prompt> prompts;
    std::string gold;  ///< the reward function that settles what the task aims at; empty: none
};

/// The run whose checkpoint the name means; nothing of a folder.
Result<std::optional<RunRecord>> run_of_model(const std::string& model, StoreReader& reader,
                                              const std::filesystem::path& workspace);
Result<Settings> settings_of_run(const RunRecord& run);

/// All prompts of a file, spread evenly where there are more than `most`. Answers are as long as
/// the run samples them, where there is one, else 64 tokens.
Result<Questions> questions_of_file(const std::string& file, std::int64_t most,
                                    const std::optional<Settings>& run,
                                    const std::stop_token& stop);
/// The held-out prompts of the run's task.
Result<Questions> questions_of_run(const RunRecord& run, std::int64_t most,
                                   const std::stop_token& stop);

/// One answer to each prompt, sampled from the policy as it is. answered: told after each portion
/// how many prompts it had. Errors name the model: too few positions, prompts it cannot write.
Result<std::vector<SampledText>> sample_answers(const Policy& policy, const std::string& model,
                                                const Questions& questions, double temperature,
                                                std::uint64_t seed,
                                                const std::function<void(std::int64_t)>& answered,
                                                const std::stop_token& stop);

/// Prompts of which the policy's tokenizer loses something: unknown or dropped characters.
std::int64_t prompts_not_written(const Policy& policy, const std::vector<Prompt>& prompts);

}  // namespace plumb
