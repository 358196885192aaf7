// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tasks/arithmetic.h"
#include "tasks/task.h"

namespace plumb {

/// Endless fresh problems of the check-digit task.
class ArithmeticTask : public Task {
public:
    /// Precondition: settings.arithmetic_digits is 3 .. 12.
    explicit ArithmeticTask(const Settings& settings);

    const std::string& name() const override;
    std::int64_t rows() const override { return 0; }
    Prompt train_prompt(std::int64_t index) const override;
    Demonstration train_demonstration(std::int64_t index) const override;
    const std::vector<Prompt>& prompts() const override { return no_prompts_; }
    const std::vector<Demonstration>& demonstrations() const override { return no_demonstrations_; }
    std::vector<Prompt> eval_prompts() const override { return held_out_; }
    std::vector<Demonstration> eval_demonstrations() const override;
    bool has_demonstrations() const override { return true; }
    bool has_answers() const override { return true; }
    std::shared_ptr<const Tokenizer> tokenizer() const override { return tokenizer_; }
    bool solved(const Attempt& attempt) const override;
    std::optional<bool> used_scratchpad(std::string_view completion) const override;
    std::string gold_reward() const override { return name(); }

private:
    ArithmeticOptions options_;
    std::uint64_t seed_;
    std::vector<Prompt> held_out_;
    std::shared_ptr<const Tokenizer> tokenizer_ = arithmetic_tokenizer();
    std::vector<Prompt> no_prompts_;
    std::vector<Demonstration> no_demonstrations_;
};

}  // namespace plumb
