// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "data/order.h"
#include "tasks/data_pairs.h"
#include "tasks/task.h"

namespace plumb {

/// For a new model: settings.tokenizer over the text of the demonstrations, or of the prompts where
/// there are none. Errors: cancelled, or vocab_size is too small for what the tokenizer needs.
Result<std::shared_ptr<const Tokenizer>> make_data_tokenizer(
    std::span<const Demonstration> demonstrations, std::span<const Prompt> prompts,
    const Settings& settings, const std::stop_token& stop);

/// Rows of the user's files.
class DataTask : public Task {
public:
    /// Reads the files that settings name; see make_task.
    static Result<std::unique_ptr<Task>> make(const Settings& settings, bool needs_tokenizer,
                                              const std::stop_token& stop, const ChatFormat& chat);

    const std::string& name() const override;
    std::int64_t rows() const override;
    Prompt train_prompt(std::int64_t index) const override;
    Demonstration train_demonstration(std::int64_t index) const override;
    const std::vector<Prompt>& prompts() const override { return training_.prompts; }
    const std::vector<Demonstration>& demonstrations() const override {
        return training_.demonstrations;
    }
    std::vector<Prompt> eval_prompts() const override { return evaluation_.prompts; }
    std::vector<Demonstration> eval_demonstrations() const override {
        return evaluation_.demonstrations;
    }
    const std::vector<Preference>& pairs() const override { return pairs_.training; }
    bool sides_are_free() const override { return pairs_.sides_are_free; }
    std::vector<Preference> eval_pairs() const override { return pairs_.held_out; }
    bool has_demonstrations() const override { return !training_.demonstrations.empty(); }
    bool has_answers() const override { return !gold_reward_.empty(); }
    std::shared_ptr<const Tokenizer> tokenizer() const override { return tokenizer_; }
    bool solved(const Attempt& attempt) const override;
    std::string gold_reward() const override { return gold_reward_; }

private:
    /// One row at each index; a list is empty where the rows do not have that form.
    struct Examples {
        std::vector<Prompt> prompts;
        std::vector<Demonstration> demonstrations;
    };

    DataTask(Examples training, Examples evaluation, DataOrder order)
        : training_(std::move(training)), evaluation_(std::move(evaluation)), order_(order) {}

    /// For an algorithm that learns from the pairs of files: those are the rows.
    static std::unique_ptr<Task> make_of_pairs(DataPairs pairs, const Settings& settings);
    static Result<Examples> read_examples(const std::vector<std::string>& files,
                                          const Settings& settings, const ChatFormat& chat);
    static Examples pick(const Examples& examples, const std::vector<std::int64_t>& numbers);
    static std::int64_t count(const Examples& examples);

    Examples training_;
    Examples evaluation_;
    DataPairs pairs_;
    bool rows_are_pairs_ = false;  ///< else the pairs are for a reward model beside the rows
    mutable DataOrder order_;      ///< holds the permutation of the epoch asked for last
    std::shared_ptr<const Tokenizer> tokenizer_;
    std::string gold_reward_;
};

}  // namespace plumb
