// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/questions.h"

#include <algorithm>

#include "config/roles.h"
#include "config/yaml.h"
#include "rollout/portions.h"
#include "tasks/task.h"

namespace plumb {
namespace {

constexpr std::int64_t usual_max_tokens = 64;

std::ptrdiff_t visible_bytes(std::string_view text) {
    return std::ranges::count_if(text, [](char c) { return c != ' ' && c != '\n' && c != '\t'; });
}

Error of_model(const std::string& model, const Error& error) {
    return Error{error.code, model + ": " + error.message};
}

}  // namespace

Result<std::optional<RunRecord>> run_of_model(const std::string& model, StoreReader& reader,
                                              const std::filesystem::path& workspace) {
    PLUMB_TRY(const ModelSource source, find_model(model, workspace));
    if (!source.checkpoint) return std::optional<RunRecord>();
    PLUMB_TRY(RunRecord run, reader.run(source.checkpoint->run));
    return std::optional(std::move(run));
}

Result<Settings> settings_of_run(const RunRecord& run) {
    return parse_settings(run.settings, "the settings of " + run.name, {});
}

Result<Questions> questions_of_file(const std::string& file, std::int64_t most,
                                    const std::optional<Settings>& run,
                                    const std::stop_token& stop) {
    Questions questions;
    Settings& settings = questions.settings;
    settings.task = "data";
    settings.algorithm = "grpo";
    settings.train_files = settings.eval_files = {file};
    settings.eval_prompts = most;
    settings.max_completion_length = run ? run->max_completion_length : usual_max_tokens;
    PLUMB_TRY(const auto task, make_task(settings, false, stop));
    questions.prompts = task->eval_prompts();
    questions.gold = task->gold_reward();
    return questions;
}

Result<Questions> questions_of_run(const RunRecord& run, std::int64_t most,
                                   const std::stop_token& stop) {
    Questions questions;
    PLUMB_TRY(questions.settings, settings_of_run(run));
    Settings& settings = questions.settings;
    // With another number of held-out rows, rows of the user's that were trained on would be among
    // them; a generator has as many as are wanted.
    if (is_built_in_task(settings)) settings.eval_prompts = most;
    PLUMB_TRY(const auto task, make_task(settings, false, stop));
    questions.prompts = task->eval_prompts();
    questions.gold = task->gold_reward();
    if (questions.prompts.empty())
        return invalid_input("run " + run.name +
                             " holds no prompts out (eval_prompts); name a file with prompts");
    if (std::ssize(questions.prompts) > most)
        questions.prompts.resize(static_cast<std::size_t>(most));
    return questions;
}

Result<std::vector<SampledText>> sample_answers(const Policy& policy, const std::string& model,
                                                const Questions& questions, double temperature,
                                                std::uint64_t seed,
                                                const std::function<void(std::int64_t)>& answered,
                                                const std::stop_token& stop) {
    Settings settings = questions.settings;
    const std::int64_t positions = policy.model.config().max_position_embeddings;
    if (policy.model.config().score_head)
        return invalid_input(model + " is a reward model, which answers nothing");
    if (settings.max_completion_length >= positions)
        return invalid_input(model + " has " + std::to_string(positions) +
                             " positions, which leaves no room for a prompt before " +
                             std::to_string(settings.max_completion_length) +
                             " tokens; ask for fewer");
    settings.max_prompt_length = positions - settings.max_completion_length;
    const auto ids = encode_prompts(policy, questions.prompts, settings);
    if (!ids) return of_model(model, ids.error());
    SamplingSettings sampling = plain_sampling(policy, settings);
    sampling.temperature = temperature;
    const auto at_once = static_cast<std::size_t>(prompts_at_once(1));
    std::vector<SampledText> texts;
    for (std::size_t first = 0; first < ids->size(); first += at_once) {
        const std::size_t end = std::min(ids->size(), first + at_once);
        const std::vector<TokenIds> some(ids->begin() + static_cast<std::ptrdiff_t>(first),
                                         ids->begin() + static_cast<std::ptrdiff_t>(end));
        PLUMB_TRY(const Rollout rollout,
                  generate(policy.model, some, 1, sampling, DrawKey{seed, 0, first},
                           padding_id(policy), stop));
        for (SampledText& text : to_text(rollout, *policy.tokenizer))
            texts.push_back(std::move(text));
        if (answered) answered(std::ssize(some));
    }
    return texts;
}

std::int64_t prompts_not_written(const Policy& policy, const std::vector<Prompt>& prompts) {
    const Tokenizer& tokenizer = *policy.tokenizer;
    return std::ranges::count_if(prompts, [&](const Prompt& prompt) {
        const auto ids = tokenizer.encode(prompt.text);
        if (const auto unknown = tokenizer.special().unk)
            if (std::ranges::find(ids, *unknown) != ids.end()) return true;
        return visible_bytes(tokenizer.decode(ids, false)) < visible_bytes(prompt.text);
    });
}

}  // namespace plumb
