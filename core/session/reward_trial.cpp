// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/reward_trial.h"

#include <memory>
#include <utility>

#include "base/clock.h"
#include "base/files.h"
#include "base/strings.h"
#include "config/roles.h"
#include "reward/reward.h"
#include "session/model_source.h"
#include "train/checkpoint.h"
#include "train/reward_model.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

/// The function, and the tokenizer that it wants the text's tokens from; null: any.
struct Judge {
    std::unique_ptr<RewardFunction> reward;
    std::shared_ptr<const Tokenizer> tokenizer;
};

Result<Judge> learned_judge(const Settings& settings, const fs::path& workspace) {
    if (settings.reward_model.empty())
        return invalid_input(
            "reward_model is empty, and there is no run that would train one; name a folder or a "
            "run with a reward model in it");
    PLUMB_TRY(
        const ModelSource source,
        find_model(settings.reward_model, workspace.empty() ? default_workspace() : workspace));
    PLUMB_TRY(Policy loaded, load_policy(source.folder, at::kCPU));
    if (!loaded.model.config().score_head)
        return invalid_input("reward_model: " + source.folder.string() +
                             " is a language model without a score head");
    const auto model = std::make_shared<const Policy>(std::move(loaded));
    return Judge{make_learned_reward(model, model->tokenizer, 1), model->tokenizer};
}

std::vector<std::int64_t> tokens_of(const std::string& text, const Tokenizer* tokenizer) {
    if (!tokenizer) return std::vector<std::int64_t>(utf8_characters(text).size(), 0);
    std::vector<std::int64_t> ids = tokenizer->encode(text);
    if (tokenizer->special().eos) ids.push_back(*tokenizer->special().eos);
    return ids;
}

}  // namespace

Result<std::vector<RewardTrial>> try_rewards(const Settings& settings, const std::string& prompt,
                                             const std::string& completion,
                                             const std::string& answer, const fs::path& workspace,
                                             const std::stop_token& stop) {
    for (const std::string* text : {&prompt, &completion, &answer})
        if (const auto offset = invalid_utf8_offset(*text))
            return invalid_input("byte " + std::to_string(*offset + 1) +
                                 " of the text is no UTF-8");
    std::vector<RewardTrial> trials;
    for (const std::string& name : settings.reward_funcs) {
        Judge judge;
        if (name == "reward_model") {
            PLUMB_TRY(judge, learned_judge(settings, workspace));
        } else {
            PLUMB_TRY(judge.reward, make_reward(name, settings, stop));
        }
        const auto ids = tokens_of(completion, judge.tokenizer.get());
        const RewardInput row{prompt, completion, completion, answer, ids, true};
        Stopwatch watch;
        PLUMB_TRY(const auto scores, judge.reward->score({&row, 1}, stop));
        trials.push_back({judge.reward->name(), scores.front(), watch.seconds()});
    }
    return trials;
}

}  // namespace plumb
