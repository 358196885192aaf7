// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/run_shape.h"

#include <algorithm>
#include <limits>

#include "config/roles.h"
#include "data/packing.h"
#include "data/preferences.h"
#include "data/supervised.h"

namespace plumb {
namespace {

constexpr std::int64_t rows_looked_at = 2048;

/// Lengths as they are added.
class Measure {
public:
    void add(std::int64_t length) {
        longest_ = std::max(longest_, length);
        sum_ += static_cast<double>(length);
        ++count_;
    }
    Lengths lengths() const {
        return {longest_, count_ > 0 ? sum_ / static_cast<double>(count_) : 0.0};
    }

private:
    std::int64_t longest_ = 0, count_ = 0;
    double sum_ = 0;
};

/// Calls look(number) for at most rows_looked_at of `count` rows.
template <class Look>
Status look_at_some(std::int64_t count, const std::stop_token& stop, Look look) {
    const std::int64_t some = std::min(count, rows_looked_at);
    for (std::int64_t i = 0; i < some; ++i) {
        if (stop.stop_requested()) return cancelled();
        look(i * count / some);
    }
    return {};
}

class Shaper {
public:
    Shaper(const Settings& settings, const Task& task, const ModelConfig& policy,
           const Tokenizer& tokenizer, const std::stop_token& stop)
        : settings_(settings), task_(task), tokenizer_(tokenizer), stop_(stop) {
        shape_.policy = shape_.reward_model = policy;
        shape_.reward_model.score_head = true;
    }

    Result<RunShape> make() {
        shape_.judges_samples = task_.has_answers() || !task_.gold_reward().empty();
        shape_.eval_prompts = std::ssize(task_.eval_prompts());
        shape_.eval_pairs =
            samples_pairs(settings_) ? shape_.eval_prompts : std::ssize(task_.eval_pairs());
        const bool endless = task_.rows() == 0;
        if (is_supervised(settings_) || endless) {
            if (is_supervised(settings_))
                shape_.eval_rows = std::ssize(task_.eval_demonstrations());
            PLUMB_TRY_STATUS(look_at_demonstrations(endless));
        }
        PLUMB_TRY_STATUS(look_at_pairs());
        PLUMB_TRY_STATUS(look_at_prompts(endless));
        shape_.completion = completions(endless);
        return std::move(shape_);
    }

private:
    std::int64_t positions() const { return shape_.policy.max_position_embeddings; }
    std::int64_t row_limit() const { return std::min(settings_.max_length, positions()); }

    Status look_at_demonstrations(bool endless) {
        const bool whole = settings_.packing && settings_.packing_strategy != "bfd";
        const SupervisedOptions options{
            whole ? std::numeric_limits<std::int64_t>::max() : row_limit(),
            settings_.completion_only_loss};
        Measure rows, trained;
        std::vector<std::int64_t> lengths;
        PLUMB_TRY_STATUS(
            look_at_some(endless ? rows_looked_at : std::ssize(task_.demonstrations()), stop_,
                         [&](std::int64_t i) {
                             const SupervisedRow row = tokenize_demonstration(
                                 endless ? task_.train_demonstration(i)
                                         : task_.demonstrations()[static_cast<std::size_t>(i)],
                                 tokenizer_, options);
                             if (row.trained() == 0) return;
                             rows.add(std::ssize(row.ids));
                             trained.add(row.trained());
                             lengths.push_back(std::ssize(row.ids));
                         }));
        shape_.row = rows.lengths();
        shape_.trained = trained.lengths();
        if (!settings_.packing || lengths.empty()) return {};
        const auto plan =
            plan_packing(lengths, row_limit(), *packing_strategy(settings_.packing_strategy));
        double documents = 0;
        for (const PackedParts& parts : plan) documents += static_cast<double>(parts.size());
        shape_.documents = documents / static_cast<double>(plan.size());
        return {};
    }

    Status look_at_pairs() {
        Measure sides, completions, prompts;
        PLUMB_TRY_STATUS(look_at_some(std::ssize(task_.pairs()), stop_, [&](std::int64_t i) {
            PreferenceRow row =
                tokenize_preference(task_.pairs()[static_cast<std::size_t>(i)], tokenizer_);
            const bool drops = settings_.algorithm != "dpo";
            const RowFate fate =
                apply_limit(row, row_limit(), drops ? OverLength::drop : OverLength::cut);
            if (fate == RowFate::dropped || fate == RowFate::identical) return;
            sides.add(row.length());
            prompts.add(std::ssize(row.prompt));
            completions.add(std::ssize(row.chosen));
            completions.add(std::ssize(row.rejected));
        }));
        shape_.pair = sides.lengths();
        shape_.pair_prompt = prompts.lengths();
        shape_.chosen = completions.lengths();
        return {};
    }

    Status look_at_prompts(bool endless) {
        Measure prompts;
        PLUMB_TRY_STATUS(look_at_some(
            endless ? rows_looked_at : std::ssize(task_.prompts()), stop_, [&](std::int64_t i) {
                const std::string text = endless
                                             ? task_.train_prompt(i).text
                                             : task_.prompts()[static_cast<std::size_t>(i)].text;
                prompts.add(
                    std::min(std::ssize(tokenizer_.encode(text)), settings_.max_prompt_length));
            }));
        shape_.prompt = prompts.lengths();
        return {};
    }

    Lengths completions(bool as_demonstrations) const {
        const std::int64_t limit = settings_.max_completion_length;
        if (!as_demonstrations) return {limit, static_cast<double>(limit)};
        return {limit,
                std::clamp(shape_.row.mean - shape_.prompt.mean, 1.0, static_cast<double>(limit))};
    }

    const Settings& settings_;
    const Task& task_;
    const Tokenizer& tokenizer_;
    const std::stop_token& stop_;
    RunShape shape_;
};

}  // namespace

Result<RunShape> run_shape(const Settings& settings, const Task& task, const ModelConfig& policy,
                           const Tokenizer& tokenizer, const std::stop_token& stop) {
    return Shaper(settings, task, policy, tokenizer, stop).make();
}

}  // namespace plumb
