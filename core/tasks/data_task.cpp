// SPDX-License-Identifier: GPL-3.0-or-later
#include "tasks/data_task.h"

#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "config/roles.h"
#include "data/answers.h"
#include "data/hold_out.h"
#include "tasks/held_out_rows.h"

namespace plumb {
namespace {

/// Which reward function settles the answers; empty where there are none.
std::string reward_for(const std::vector<Prompt>& training, const std::vector<Prompt>& evaluation) {
    bool any = false, all_numbers = true;
    for (const auto* prompts : {&training, &evaluation})
        for (const auto& prompt : *prompts) {
            if (prompt.answer.empty()) continue;
            any = true;
            all_numbers = all_numbers && is_number(prompt.answer);
        }
    if (!any) return {};
    return all_numbers ? "numeric_match" : "exact_match";
}

/// The pairs that a reward model made by the run learns from.
Result<DataPairs> pairs_for_reward_model(const Settings& settings, const ChatFormat& chat) {
    if (reads_good_and_bad(settings)) return read_good_and_bad(settings);
    if (settings.preference_files.empty())
        return invalid_input(
            "preference_files is empty. Name the files with pairs that the reward model learns "
            "from, or texts in good_files and bad_files, or the model in reward_model.");
    return read_pairs(settings.preference_files, {}, settings, chat, true);
}

}  // namespace

Result<std::shared_ptr<const Tokenizer>> make_data_tokenizer(
    std::span<const Demonstration> demonstrations, std::span<const Prompt> prompts,
    const Settings& settings, const std::stop_token& stop) {
    std::vector<std::string> texts;
    for (const auto& row : demonstrations) texts.push_back(row.prompt + row.completion);
    if (demonstrations.empty())
        for (const auto& prompt : prompts) texts.push_back(prompt.text + " " + prompt.answer);
    if (settings.tokenizer == "bpe") return make_bpe_tokenizer(texts, settings.vocab_size, stop);
    return settings.tokenizer == "word" ? make_word_tokenizer(texts, settings.vocab_size)
                                        : make_char_tokenizer(texts, settings.vocab_size);
}

Result<DataTask::Examples> DataTask::read_examples(const std::vector<std::string>& files,
                                                   const Settings& settings,
                                                   const ChatFormat& chat) {
    PLUMB_TRY(const auto rows, read_rows(files, settings.dataset_text_field));
    Examples examples;
    if (settings.algorithm != "sft") {
        PLUMB_TRY(examples.prompts, to_prompts(rows, settings, chat));
        if (samples_pairs(settings) && has_pairs(rows, settings))
            log_warning(files.front() + pairs_not_read);
        return examples;
    }
    PLUMB_TRY(examples.demonstrations, to_demonstrations(rows, settings, chat));
    // Whole texts leave nothing to continue, so there is nothing to sample in an evaluation.
    const bool has_prompts = !examples.demonstrations.front().prompt.empty() ||
                             !conversation_column(rows.front()).empty();
    if (has_prompts || settings.prompt_length > 0) {
        PLUMB_TRY(examples.prompts, to_prompts(rows, settings, chat));
    }
    return examples;
}

DataTask::Examples DataTask::pick(const Examples& examples,
                                  const std::vector<std::int64_t>& numbers) {
    return {pick_rows(examples.prompts, numbers), pick_rows(examples.demonstrations, numbers)};
}

std::int64_t DataTask::count(const Examples& examples) {
    return static_cast<std::int64_t>(
        std::max(examples.prompts.size(), examples.demonstrations.size()));
}

Result<std::unique_ptr<Task>> DataTask::make(const Settings& settings, bool needs_tokenizer,
                                             const std::stop_token& stop, const ChatFormat& chat) {
    if (settings.algorithm == "reward" && reads_good_and_bad(settings)) {
        PLUMB_TRY(DataPairs pairs, read_good_and_bad(settings));
        return make_of_pairs(std::move(pairs), settings);
    }
    if (settings.train_files.empty())
        return invalid_input("train_files is empty. Name at least one file for task data.");
    if (reads_pairs(settings)) {
        PLUMB_TRY(DataPairs pairs,
                  read_pairs(settings.train_files, settings.eval_files, settings, chat, false));
        return make_of_pairs(std::move(pairs), settings);
    }
    PLUMB_TRY(Examples training, read_examples(settings.train_files, settings, chat));
    Examples evaluation;
    if (!settings.eval_files.empty()) {
        PLUMB_TRY(const Examples given, read_examples(settings.eval_files, settings, chat));
        evaluation = pick(given, spread_rows(count(given), settings.eval_prompts));
    } else if (settings.eval_prompts > 0) {
        if (count(training) < 2)
            return invalid_input(settings.train_files.front() +
                                 " has a single row, which leaves none to train on. Add rows, or "
                                 "name eval_files.");
        const HoldOut parts = hold_out(count(training), settings.eval_prompts, hold_out_seed);
        evaluation = pick(training, parts.held_out);
        training = pick(training, parts.training);
    }
    const DataOrder order(static_cast<std::uint64_t>(settings.seed), count(training),
                          settings.shuffle_dataset);
    std::unique_ptr<DataTask> task(new DataTask(std::move(training), std::move(evaluation), order));
    task->gold_reward_ = reward_for(task->training_.prompts, task->evaluation_.prompts);
    if (makes_reward_model(settings)) {
        PLUMB_TRY(task->pairs_, pairs_for_reward_model(settings, chat));
    }
    if (needs_tokenizer) {
        PLUMB_TRY(task->tokenizer_, make_data_tokenizer(task->training_.demonstrations,
                                                        task->training_.prompts, settings, stop));
    }
    return std::unique_ptr<Task>(std::move(task));
}

std::unique_ptr<Task> DataTask::make_of_pairs(DataPairs pairs, const Settings& settings) {
    const DataOrder order(static_cast<std::uint64_t>(settings.seed), std::ssize(pairs.training),
                          settings.shuffle_dataset);
    Examples training{distinct_prompts(pairs.training), {}};
    Examples evaluation{distinct_prompts(pairs.held_out), {}};
    std::unique_ptr<DataTask> task(new DataTask(std::move(training), std::move(evaluation), order));
    task->pairs_ = std::move(pairs);
    task->rows_are_pairs_ = true;
    return task;
}

const std::string& DataTask::name() const {
    static const std::string name = "data";
    return name;
}

std::int64_t DataTask::rows() const {
    return rows_are_pairs_ ? std::ssize(pairs_.training) : count(training_);
}

Prompt DataTask::train_prompt(std::int64_t index) const {
    if (rows_are_pairs_) {
        const Preference& pair = pairs_.training[static_cast<std::size_t>(order_.at(index))];
        return {.text = pair.prompt, .answer = {}, .source = pair.source};
    }
    PLUMB_CHECK(!training_.prompts.empty(), "these rows have no prompts");
    return training_.prompts[static_cast<std::size_t>(order_.at(index))];
}

Demonstration DataTask::train_demonstration(std::int64_t index) const {
    PLUMB_CHECK(has_demonstrations(), "these rows have nothing to imitate");
    return training_.demonstrations[static_cast<std::size_t>(order_.at(index))];
}

bool DataTask::solved(const Attempt& attempt) const {
    if (attempt.answer.empty()) return false;
    if (gold_reward_ == "numeric_match")
        return same_number(attempt.completion, attempt.answer).value_or(false);
    return same_text(attempt.completion, attempt.answer);
}

}  // namespace plumb
