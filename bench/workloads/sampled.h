// SPDX-License-Identifier: GPL-3.0-or-later
// What the workloads that sample share: the prompts of the peers' file as a task.
#pragma once

#include "tasks/task.h"
#include "workloads/workload.h"

namespace plumb::bench {

/// Prompts in the order of the file, without answers.
class FileTask : public Task {
public:
    explicit FileTask(const Bench& bench) {
        for (const std::string& text : bench.column("prompts", "prompt"))
            prompts_.push_back({text, ""});
    }
    const std::string& name() const override { return name_; }
    std::int64_t rows() const override { return static_cast<std::int64_t>(prompts_.size()); }
    Prompt train_prompt(std::int64_t index) const override {
        return prompts_[static_cast<std::size_t>(index) % prompts_.size()];
    }
    Demonstration train_demonstration(std::int64_t) const override { return {}; }
    const std::vector<Prompt>& prompts() const override { return prompts_; }
    const std::vector<Demonstration>& demonstrations() const override { return none_; }
    std::vector<Prompt> eval_prompts() const override { return {}; }
    std::vector<Demonstration> eval_demonstrations() const override { return {}; }
    bool has_demonstrations() const override { return false; }
    bool has_answers() const override { return false; }
    std::shared_ptr<const Tokenizer> tokenizer() const override { return nullptr; }
    bool solved(const Attempt&) const override { return false; }
    std::string gold_reward() const override { return ""; }

private:
    std::string name_ = "file";
    std::vector<Prompt> prompts_;
    std::vector<Demonstration> none_;
};

}  // namespace plumb::bench
