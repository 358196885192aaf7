// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "data/chat_rows.h"
#include "data/preferences.h"
#include "data/rows.h"
#include "text/tokenizer.h"

namespace plumb {

/// A finished completion that is asked whether it is right, or well formed.
struct Attempt {
    std::string_view completion;               ///< special tokens left out
    std::string_view completion_with_special;  ///< as sampled, the end token included
    std::string_view answer;                   ///< the reference answer; may be empty
    std::string_view prompt = {};              ///< what it completes
};

/// Where a run's rows come from: a built-in generator or the user's files. Everything is
/// deterministic in the settings, and train rows in their index alone, so that a run that goes on
/// at index n sees what it would have seen. One thread at a time.
class Task {
public:
    virtual ~Task() = default;

    /// As settings.task names it.
    virtual const std::string& name() const = 0;

    /// Number of distinct training rows; 0: endless, a fresh row for every index.
    virtual std::int64_t rows() const = 0;
    /// Passes over the training rows once `index` of them were used; 0 for an endless task.
    double epoch(std::int64_t index) const;

    /// The index-th prompt of the run, index = 0, 1, ... without end. User data: a fresh
    /// permutation every epoch (settings.shuffle_dataset), else the order of the files.
    virtual Prompt train_prompt(std::int64_t index) const = 0;
    /// The same for supervised rows. Precondition: has_demonstrations().
    virtual Demonstration train_demonstration(std::int64_t index) const = 0;
    /// The distinct training rows in the order of the files; empty for an endless task.
    virtual const std::vector<Prompt>& prompts() const = 0;
    virtual const std::vector<Demonstration>& demonstrations() const = 0;

    /// Held-out rows, at most settings.eval_prompts, the same for every seed and step; never among
    /// the training rows. Reviews: rows of their own generator, since few prompts are different.
    virtual std::vector<Prompt> eval_prompts() const = 0;
    virtual std::vector<Demonstration> eval_demonstrations() const = 0;

    /// Training pairs in the order of the files. User data: the rows of train_files where the
    /// algorithm learns from pairs (rows() counts them, and prompts() are their different prompts);
    /// those of settings.preference_files where the run makes a reward model; good and bad texts
    /// where settings name those instead; else none.
    virtual const std::vector<Preference>& pairs() const;
    /// Whether the sides of these pairs do not belong together, good and bad texts of the user's:
    /// any chosen side may meet any rejected one.
    virtual bool sides_are_free() const { return false; }
    /// Held-out pairs, of prompts that no training pair has unless eval_files says otherwise.
    virtual std::vector<Preference> eval_pairs() const { return {}; }

    /// Whether rows have something to imitate: always for built-in tasks; for user data where the
    /// algorithm is sft.
    virtual bool has_demonstrations() const = 0;
    /// Whether prompts have reference answers, so that solved() says something.
    virtual bool has_answers() const = 0;

    /// For a new model; null when it must come with the model.
    virtual std::shared_ptr<const Tokenizer> tokenizer() const = 0;

    /// Whether the attempt gives the reference answer; false where that is empty.
    virtual bool solved(const Attempt& attempt) const = 0;
    /// Whether prompt and completion together are a text of the task's kind; true where the task
    /// knows no such thing.
    virtual bool well_formed(const Attempt& attempt) const;
    /// Whether the completion works the answer out first; empty where the task knows no such thing.
    virtual std::optional<bool> used_scratchpad(std::string_view completion) const;

    /// Name of the reward function that settles what this task aims at: arithmetic; reviews;
    /// numeric_match or exact_match for user data with answers; else empty (settings.reward_funcs
    /// must then be set).
    virtual std::string gold_reward() const = 0;
};

/// The task that settings.task names, its files read and checked. needs_tokenizer: a new model is
/// to be trained, so a tokenizer is made from the training text (settings.tokenizer, vocab_size);
/// false: the model brings its own. A stop ends the making of a tokenizer. Errors name the file and
/// line, or the setting; or cancelled. chat: what writes conversations of rows down; null: the
/// template of model_name_or_path, where that is a folder.
Result<std::unique_ptr<Task>> make_task(const Settings& settings, bool needs_tokenizer,
                                        const std::stop_token& stop = {},
                                        const ChatFormat* chat = nullptr);

}  // namespace plumb
