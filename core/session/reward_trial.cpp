// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/reward_trial.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/clock.h"
#include "base/files.h"
#include "base/strings.h"
#include "config/roles.h"
#include "reward/reward.h"
#include "session/model_source.h"
#include "tasks/task.h"
#include "train/checkpoint.h"
#include "train/reward_model.h"
#include "train/run.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

using TokenizerPointer = std::shared_ptr<const Tokenizer>;

fs::path workspace_of(const TrialPlace& place) {
    return place.workspace.empty() ? default_workspace() : place.workspace;
}

/// The function, and the tokenizer that the text's tokens come from; null: there is none.
struct Judge {
    std::unique_ptr<RewardFunction> reward;
    TokenizerPointer tokenizer;
    bool reads_ids = false;  ///< the function looks at ids alone, which have to be the tokenizer's
};

Result<fs::path> reward_model_folder(const Settings& settings, const TrialPlace& place) {
    if (!place.run_folder.empty()) {
        const fs::path own = place.run_folder / run_reward_model;
        std::error_code ignored;
        if (fs::exists(own, ignored)) return own;
        return Error{ErrorCode::not_found,
                     "The reward reward_model has no model yet: the run trains it before its first "
                     "step. Try it once that phase is over."};
    }
    if (settings.reward_model.empty())
        return invalid_input(
            "The reward reward_model has no model yet: reward_model is empty, and there is no run "
            "that would train one. Name a run or folder with a reward model in reward_model, or "
            "try it on a run that has made one.");
    PLUMB_TRY(const ModelSource source,
              find_reward_model(settings.reward_model, workspace_of(place)));
    return source.folder;
}

Result<Judge> learned_judge(const Settings& settings, const TrialPlace& place) {
    PLUMB_TRY(const fs::path folder, reward_model_folder(settings, place));
    PLUMB_TRY(Policy loaded, load_policy(folder, at::kCPU));
    if (!loaded.model.config().score_head)
        return invalid_input("reward_model: " + folder.string() +
                             " is a language model without a score head");
    const auto model = std::make_shared<const Policy>(std::move(loaded));
    return Judge{make_learned_reward(model, model->tokenizer, 1), model->tokenizer, true};
}

/// The tokenizer of what such a run trains, as far as there is one before it is started.
TokenizerPointer policy_tokenizer(const Settings& settings, const TrialPlace& place) {
    const auto load = [](const fs::path& folder) {
        auto tokenizer = load_tokenizer(folder);
        return tokenizer.ok() ? std::move(tokenizer).value() : nullptr;
    };
    if (!place.run_folder.empty())
        if (auto tokenizer = load(place.run_folder / run_start)) return tokenizer;
    if (!settings.model_name_or_path.empty()) {
        const auto source = find_model(settings.model_name_or_path, workspace_of(place));
        return source.ok() ? load(source->folder) : nullptr;
    }
    if (!is_built_in_task(settings)) return nullptr;
    const auto task = make_task(settings, true);
    return task.ok() ? task.value()->tokenizer() : nullptr;
}

/// The completion as a run would show it to a reward function.
struct Shown {
    std::string completion, with_special;
    std::vector<std::int64_t> ids;
    bool ended = true;
    bool in_characters = false;
};

std::string squeezed(std::string_view text) {
    std::string all;
    for (const std::string& word : split(text, ' '))
        if (!word.empty()) all += (all.empty() ? "" : " ") + word;
    return all;
}

Shown shown_text(const TrialText& text, const Judge& judge) {
    if (const Tokenizer* tokenizer = judge.tokenizer.get()) {
        std::vector<std::int64_t> ids = tokenizer->encode(text.completion);
        const bool whole = squeezed(tokenizer->decode(ids, false)) == squeezed(text.completion);
        if (whole || judge.reads_ids) {
            const auto end = tokenizer->special().eos;
            const bool has_end = end && !ids.empty() && ids.back() == *end;
            if (end && text.ended && !has_end) ids.push_back(*end);
            return {tokenizer->decode(ids, true), tokenizer->decode(ids, false), ids,
                    text.ended || has_end, false};
        }
    }
    return {text.completion, text.completion,
            std::vector<std::int64_t>(utf8_characters(text.completion).size(), 0), text.ended,
            true};
}

Status check_text(const TrialText& text) {
    const std::pair<const char*, const std::string*> parts[] = {
        {"prompt", &text.prompt}, {"completion", &text.completion}, {"answer", &text.answer}};
    for (const auto& [name, part] : parts)
        if (const auto offset = invalid_utf8_offset(*part))
            return invalid_input("byte " + std::to_string(*offset + 1) + " of the " + name +
                                 " is no UTF-8");
    return {};
}

}  // namespace

Result<RewardTrial> try_reward(const std::string& function, const Settings& settings,
                               const TrialText& text, const TrialPlace& place,
                               const std::stop_token& stop) {
    PLUMB_TRY_STATUS(check_text(text));
    Judge judge;
    if (function == "reward_model") {
        PLUMB_TRY(judge, learned_judge(settings, place));
    } else {
        PLUMB_TRY(judge.reward, make_reward(function, settings, stop));
        judge.tokenizer = policy_tokenizer(settings, place);
    }
    const Shown shown = shown_text(text, judge);
    const RewardInput row{text.prompt, shown.completion, shown.with_special,
                          text.answer, shown.ids,        shown.ended};
    Stopwatch watch;
    PLUMB_TRY(const auto scores, judge.reward->score({&row, 1}, stop));
    return RewardTrial{judge.reward->name(), scores.front(), watch.seconds(), std::ssize(shown.ids),
                       shown.in_characters};
}

Result<std::vector<RewardTrial>> try_rewards(const Settings& settings, const TrialText& text,
                                             const TrialPlace& place, const std::stop_token& stop) {
    std::vector<RewardTrial> trials;
    for (const std::string& function : settings.reward_funcs) {
        PLUMB_TRY(trials.emplace_back(), try_reward(function, settings, text, place, stop));
    }
    return trials;
}

std::optional<double> weighted_total(std::span<const std::optional<double>> values,
                                     const Settings& settings) {
    std::optional<double> total;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i]) total = total.value_or(0.0) + reward_weight(settings, i) * *values[i];
    return total;
}

std::string reward_problem(const std::string& function, const Settings& settings) {
    // Which model a run has made, or will make, is told when it is tried.
    if (function == "reward_model") return {};
    const Status status = check_reward(function, settings);
    return status.ok() ? std::string() : status.error().message;
}

Result<TrialRows> trial_rows(const Settings& settings, const std::stop_token& stop) {
    TrialRows answer;
    const auto add = [&](const Prompt& prompt) {
        answer.rows.push_back({prompt.text, prompt.answer, prompt.source});
    };
    if (is_built_in_task(settings)) {
        PLUMB_TRY(const auto task, make_task(settings, false, stop));
        for (std::int64_t i = 0; i < most_trial_rows; ++i) add(task->train_prompt(i));
        return answer;
    }
    if (settings.train_files.empty())
        return invalid_input("train_files is empty. Add a file to try the rewards on its rows.");
    PLUMB_TRY(const auto rows, read_rows(settings.train_files, settings.dataset_text_field));
    if (stop.stop_requested()) return cancelled();
    PLUMB_TRY(const auto prompts, to_prompts(rows, settings));
    for (const Prompt& prompt : prompts) {
        if (std::ssize(answer.rows) == most_trial_rows) break;
        add(prompt);
    }
    answer.total = std::ssize(prompts);
    return answer;
}

}  // namespace plumb
