// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tasks/reviews.h"
#include "tasks/task.h"

namespace plumb {

/// Endless fresh reviews. A prompt is the first two words of one, a demonstration the whole of it
/// without a prompt, so that all words but the first are learnt. There are only 21 prompts:
/// evaluation draws them as often as the grammar does, from reviews of its own.
class ReviewsTask : public Task {
public:
    explicit ReviewsTask(const Settings& settings);

    const std::string& name() const override;
    std::int64_t rows() const override { return 0; }
    Prompt train_prompt(std::int64_t index) const override;
    Demonstration train_demonstration(std::int64_t index) const override;
    const std::vector<Prompt>& prompts() const override { return no_prompts_; }
    const std::vector<Demonstration>& demonstrations() const override { return no_demonstrations_; }
    std::vector<Prompt> eval_prompts() const override;
    std::vector<Demonstration> eval_demonstrations() const override { return held_out_; }
    bool has_demonstrations() const override { return true; }
    bool has_answers() const override { return false; }
    std::shared_ptr<const Tokenizer> tokenizer() const override { return tokenizer_; }
    bool solved(const Attempt&) const override { return false; }
    bool well_formed(const Attempt& attempt) const override;
    std::string gold_reward() const override { return name(); }

private:
    std::uint64_t seed_;
    std::vector<Demonstration> held_out_;
    std::shared_ptr<const Tokenizer> tokenizer_ = reviews_tokenizer();
    std::vector<Prompt> no_prompts_;
    std::vector<Demonstration> no_demonstrations_;
};

}  // namespace plumb
