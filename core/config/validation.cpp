// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/validation.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/strings.h"
#include "config/fields.h"
#include "config/roles.h"

namespace plumb {
namespace {

/// The problems found so far; each check adds its own.
class Problems {
public:
    void add(std::string key, std::string message) {
        found_.push_back({std::move(key), std::move(message)});
    }
    bool has(std::string_view key) const {
        return std::ranges::find(found_, key, &FieldProblem::key) != found_.end();
    }
    /// Whether one of the keys has a problem already, so that what builds on it says nothing new.
    template <class... Keys>
    bool any(Keys... keys) const {
        return (has(keys) || ...);
    }
    std::vector<FieldProblem> take() { return std::move(found_); }

private:
    std::vector<FieldProblem> found_;
};

std::string text(std::int64_t value) { return std::to_string(value); }

bool is_grpo(const Settings& s) { return s.algorithm == "grpo"; }
bool is_arithmetic(const Settings& s) { return s.task == "arithmetic"; }
bool has_new_model(const Settings& s) { return s.model_name_or_path.empty(); }

void check_ranges(const Settings& s, Problems& problems) {
    for (const Field& field : fields())
        if (auto message = value_problem(field, s))
            problems.add(std::string(field.key), std::move(*message));
}

bool is_device(std::string_view device) {
    if (device == "cpu" || device == "cuda") return true;
    if (!device.starts_with("cuda:")) return false;
    device.remove_prefix(5);
    return !device.empty() && device.size() <= 3 &&
           device.find_first_not_of("0123456789") == device.npos;
}

void check_run(const Settings& s, Problems& problems) {
    if (!is_device(s.device))
        problems.add("device", "device cannot be '" + s.device + "'; give cpu, cuda or cuda:N");
    if (s.max_steps == 0)
        problems.add("max_steps",
                     "max_steps is 0, so nothing would be trained; give a number of steps, or -1 "
                     "to let num_train_epochs decide");
    if (s.max_steps < 0 && is_built_in_task(s) && !learns_from_pairs(s))
        problems.add("max_steps", "the task " + s.task +
                                      " makes rows without end, so epochs cannot end the run; "
                                      "give max_steps");
}

void check_packing(const Settings& s, Problems& problems) {
    if (!is_supervised(s) || !s.packing || !is_built_in_task(s)) return;
    problems.add("packing", "the task " + s.task +
                                " makes rows without end, so there is no epoch of rows to pack; "
                                "set packing to false");
}

void check_model(const Settings& s, Problems& problems) {
    if (!has_new_model(s)) return;
    if (problems.any("hidden_size", "num_attention_heads", "num_key_value_heads")) return;
    const std::int64_t heads = s.num_attention_heads;
    if (s.hidden_size % heads != 0)
        problems.add("hidden_size", "hidden_size " + text(s.hidden_size) +
                                        " is not divisible by num_attention_heads " + text(heads) +
                                        "; make it a multiple of that");
    else if (s.hidden_size / heads % 2 != 0)
        problems.add("hidden_size",
                     "hidden_size " + text(s.hidden_size) + " gives each of the " + text(heads) +
                         " heads a width of " + text(s.hidden_size / heads) +
                         "; rotary positions need an even one, so make hidden_size a multiple of " +
                         text(2 * heads));
    if (heads % s.num_key_value_heads != 0)
        problems.add("num_key_value_heads", "num_attention_heads " + text(heads) +
                                                " is not divisible by num_key_value_heads " +
                                                text(s.num_key_value_heads) +
                                                "; give a divisor of it");
}

void check_data(const Settings& s, Problems& problems) {
    if (is_built_in_task(s)) return;
    if (s.train_files.empty() && reads_train_files(s))
        problems.add(
            "train_files",
            s.algorithm == "reward"
                ? "a reward model needs pairs in train_files, or good_files and bad_files "
                  "with texts; name .jsonl or text files"
                : "the task data needs train_files; name one or more .jsonl or text files");
    for (const FileList& list : file_lists())
        if (std::ranges::find(s.*list.member, "") != (s.*list.member).end())
            problems.add(std::string(list.key), "a file name is empty; remove it from the list");
    const std::pair<const char*, const std::string*> columns[] = {
        {"dataset_text_field", &s.dataset_text_field},
        {"prompt_column", &s.prompt_column},
        {"completion_column", &s.completion_column},
        {"answer_column", &s.answer_column},
        {"chosen_column", &s.chosen_column},
        {"rejected_column", &s.rejected_column},
        {"label_column", &s.label_column}};
    for (const auto& [key, name] : columns)
        if (name->empty())
            problems.add(key, std::string(key) + " is empty; give the name of a column");
    // A token for each byte and two special ones.
    if (s.tokenizer == "bpe" && has_new_model(s) && s.vocab_size < 258)
        problems.add("vocab_size", "vocab_size is " + text(s.vocab_size) +
                                       ", but the tokenizer bpe needs a token for each of the 256 "
                                       "bytes and 2 special ones; give at least 258");
    if (s.algorithm != "sft" && has_new_model(s))
        problems.add("model_name_or_path",
                     "the algorithm " + s.algorithm +
                         " on own data starts from a model that can write already; train one with "
                         "algorithm sft first and name its run or folder in model_name_or_path");
    if (makes_reward_model(s) && s.preference_files.empty() && !reads_good_and_bad(s))
        problems.add("reward_model",
                     "the reward reward_model needs a model: name a run or folder in reward_model, "
                     "or give preference_files, or good_files and bad_files, to train one from, or "
                     "choose another of reward_funcs");
}

/// A reward model is made from pairs or from texts of two kinds, not from both.
void check_good_and_bad(const Settings& s, Problems& problems) {
    if (!reads_good_and_bad(s)) return;
    if (s.good_files.empty())
        problems.add("good_files",
                     "bad_files has texts but good_files is empty; name files with texts that are "
                     "better than those");
    if (s.bad_files.empty())
        problems.add("bad_files",
                     "good_files has texts but bad_files is empty; name files with texts that are "
                     "worse than those");
    const bool alone = s.algorithm == "reward";
    if (alone ? !s.train_files.empty() : !s.preference_files.empty())
        problems.add("good_files",
                     std::string("both ") + (alone ? "train_files" : "preference_files") +
                         " with pairs and good_files with bad_files are given for the reward "
                         "model; empty the one or the other");
    for (const std::string& file : s.good_files)
        if (!file.empty() && std::ranges::find(s.bad_files, file) != s.bad_files.end())
            problems.add("bad_files", file +
                                          " stands in good_files and in bad_files; remove it "
                                          "from one of them");
}

/// What a new model has to read must fit its positions. Those of a model that is loaded are known
/// only then.
void check_lengths(const Settings& s, Problems& problems) {
    if (!has_new_model(s) || problems.any("max_position_embeddings")) return;
    const std::int64_t positions = s.max_position_embeddings;
    if (is_arithmetic(s)) {
        if (problems.any("arithmetic_digits", "max_completion_length")) return;
        // "7+5+8+3+6=" has two tokens a digit, its longest demonstration "2,0,3,9#9$" as many.
        const std::int64_t prompt = 2 * s.arithmetic_digits;
        const std::int64_t needed = prompt + std::max(prompt, s.max_completion_length);
        if (needed > positions)
            problems.add("max_position_embeddings",
                         "arithmetic prompts of " + text(prompt) +
                             " tokens and completions of up to " + text(needed - prompt) +
                             " need max_position_embeddings of at least " + text(needed) +
                             "; it is " + text(positions));
    } else if (s.task == "reviews") {
        if (problems.any("max_completion_length")) return;
        // "the cast" is completed; the longest review has four clauses like "the cast was very
        // good", three connectors and ". $".
        const std::int64_t prompt = 2, longest = 25;
        const std::int64_t needed = std::max(longest, prompt + s.max_completion_length);
        if (needed > positions)
            problems.add("max_position_embeddings",
                         "reviews of " + text(longest) + " tokens, and prompts of " + text(prompt) +
                             " with completions of up to " + text(s.max_completion_length) +
                             ", need max_position_embeddings of at least " + text(needed) +
                             "; it is " + text(positions));
    } else if (!is_built_in_task(s) && is_supervised(s) && !problems.any("max_length") &&
               s.max_length > positions) {
        problems.add("max_length", "max_length " + text(s.max_length) +
                                       " is more than max_position_embeddings " + text(positions) +
                                       "; lower the one or raise the other");
    }
}

void check_groups(const Settings& s, Problems& problems) {
    if (s.algorithm != "grpo" && s.algorithm != "rloo") return;
    if (problems.any("num_generations", "per_device_train_batch_size",
                     "gradient_accumulation_steps", "steps_per_generation"))
        return;
    const std::int64_t group = s.num_generations;
    const std::int64_t accumulation = s.gradient_accumulation_steps;
    const std::int64_t per_rollout =
        s.steps_per_generation == 0 ? accumulation : s.steps_per_generation;
    if (per_rollout % accumulation != 0 && accumulation % per_rollout != 0)
        problems.add("steps_per_generation",
                     "steps_per_generation " + text(per_rollout) +
                         " neither divides gradient_accumulation_steps " + text(accumulation) +
                         " nor is a multiple of it; rollouts and steps would never end together");
    const auto check = [&](std::int64_t rows, const std::string& meaning) {
        if (rows % group == 0) return false;
        problems.add("per_device_train_batch_size",
                     meaning + " is " + text(rows) + " completions, not a multiple of " +
                         "num_generations " + text(group) + "; the nearest that is: " +
                         text(std::max<std::int64_t>(1, (rows + group / 2) / group) * group));
        return true;
    };
    if (check(s.per_device_train_batch_size * accumulation,
              "per_device_train_batch_size times gradient_accumulation_steps"))
        return;
    check(s.per_device_train_batch_size * per_rollout,
          "per_device_train_batch_size times steps_per_generation");
}

void check_minibatches(const Settings& s, Problems& problems) {
    if (s.algorithm != "ppo") return;
    if (problems.any("num_mini_batches", "per_device_train_batch_size",
                     "gradient_accumulation_steps"))
        return;
    const std::int64_t rows = s.per_device_train_batch_size * s.gradient_accumulation_steps;
    if (rows % s.num_mini_batches != 0)
        problems.add("num_mini_batches",
                     "a rollout of " + text(rows) +
                         " completions (per_device_train_batch_size times "
                         "gradient_accumulation_steps) cannot be cut into num_mini_batches " +
                         text(s.num_mini_batches) + " equal parts; give a divisor of it");
    else if (rows < 2)
        problems.add("per_device_train_batch_size",
                     "PPO compares the completions of a rollout, so it needs at least 2");
}

void check_preferences(const Settings& s, Problems& problems) {
    if (s.algorithm != "dpo") return;
    if (s.dpo_loss_type.empty())
        problems.add("dpo_loss_type", "dpo_loss_type is empty; name at least one loss");
    if (!s.loss_weights.empty() && s.loss_weights.size() != s.dpo_loss_type.size())
        problems.add("loss_weights", "loss_weights has " + std::to_string(s.loss_weights.size()) +
                                         " numbers for " + std::to_string(s.dpo_loss_type.size()) +
                                         " losses; give one for each, or none for 1 each");
}

void check_reference(const Settings& s, Problems& problems) {
    if (s.algorithm == "rloo" && !s.reward_clip_range.empty() &&
        (s.reward_clip_range.size() != 2 || s.reward_clip_range[0] > s.reward_clip_range[1]))
        problems.add("reward_clip_range",
                     "reward_clip_range needs two numbers, the lowest reward and the highest");
    if (s.use_adaptive_entropy && s.entropy_coef_min > s.entropy_coef_max)
        problems.add("entropy_coef_min", "entropy_coef_min is above entropy_coef_max; lower it");
}

bool has_regular_expression(const std::vector<std::string>& names) {
    return std::ranges::any_of(names, [](const std::string& name) {
        return name.find_first_of("*+?()[]{}|^$\\") != name.npos;
    });
}

void check_lora(const Settings& s, Problems& problems) {
    if (!s.use_peft) return;
    if (is_supervised(s) && has_new_model(s))
        problems.add("use_peft",
                     "use_peft adapts a model that has learnt already, but this run makes a new "
                     "one; name a model in model_name_or_path, or set use_peft to false");
    if (s.sync_ref_model && has_reference(s) && s.algorithm != "ppo")
        problems.add("sync_ref_model",
                     "with use_peft the reference is the model without its adapter, which cannot "
                     "follow the policy; set one of sync_ref_model and use_peft to false");
    const std::vector<std::string>& targets = s.lora_target_modules;
    const bool whole = has_regular_expression(targets) ||
                       std::ranges::find(targets, "all-linear") != targets.end();
    if (targets.size() > 1 && whole)
        problems.add("lora_target_modules",
                     "lora_target_modules has several entries, among them all-linear or a regular "
                     "expression; give names alone, or that one entry");
    for (const auto& [key, names] : {std::pair("lora_target_modules", &targets),
                                     std::pair("lora_modules_to_save", &s.lora_modules_to_save)})
        if (std::ranges::find(*names, "") != names->end())
            problems.add(key, std::string(key) + " has an empty name; remove it from the list");
}

void check_rewards(const Settings& s, Problems& problems) {
    if (!uses_rewards(s)) return;
    const std::set<std::string> names(s.reward_funcs.begin(), s.reward_funcs.end());
    std::set<std::string> shown;
    for (const std::string& entry : s.reward_funcs) {
        if (shown.insert(reward_shown_name(entry)).second) continue;
        problems.add("reward_funcs",
                     std::ranges::count(s.reward_funcs, entry) > 1
                         ? "reward_funcs names a reward twice; name it once and give it a weight"
                         : "reward_funcs has two rewards that would be shown as " +
                               reward_shown_name(entry) + "; rename the file of one of them");
        break;
    }
    if (names.contains("reviews") && s.task != "reviews")
        problems.add("reward_funcs",
                     "the reward reviews judges completions of the task reviews alone");
    const std::size_t count = std::max<std::size_t>(1, s.reward_funcs.size());
    if (!s.reward_weights.empty() && s.reward_weights.size() != count)
        problems.add("reward_weights",
                     "reward_weights has " + std::to_string(s.reward_weights.size()) +
                         " numbers for " + std::to_string(count) + " reward" +
                         (count == 1 ? "" : "s") + "; give one for each, or none for 1 each");
    if (names.contains("regex_match") && s.reward_pattern.empty())
        problems.add("reward_pattern",
                     "regex_match needs reward_pattern; give the regular expression to look for");
    if (names.contains("keywords") && s.reward_keywords.empty())
        problems.add("reward_keywords",
                     "keywords needs reward_keywords; give the words to look for");
    if (std::ranges::find(s.reward_keywords, "") != s.reward_keywords.end())
        problems.add("reward_keywords", "a keyword is empty; remove it from the list");
}

void check_clipping(const Settings& s, Problems& problems) {
    if (!is_grpo(s) || !s.delta) return;
    if (problems.any("delta", "epsilon", "epsilon_high")) return;
    const double upper = 1 + s.epsilon_high.value_or(s.epsilon);
    if (*s.delta <= upper)
        problems.add("delta", "delta " + format_number(*s.delta) +
                                  " is not above 1 + epsilon_high, " + format_number(upper) +
                                  ", so that clipping could never act; raise it, or give null for "
                                  "no cap");
}

}  // namespace

std::vector<FieldProblem> find_problems(const Settings& settings) {
    Problems problems;
    check_ranges(settings, problems);
    check_run(settings, problems);
    check_packing(settings, problems);
    check_model(settings, problems);
    check_data(settings, problems);
    check_good_and_bad(settings, problems);
    check_lengths(settings, problems);
    check_groups(settings, problems);
    check_minibatches(settings, problems);
    check_preferences(settings, problems);
    check_reference(settings, problems);
    check_lora(settings, problems);
    check_rewards(settings, problems);
    check_clipping(settings, problems);
    return problems.take();
}

Status validate(const Settings& settings) {
    const std::vector<FieldProblem> problems = find_problems(settings);
    if (problems.empty()) return {};
    std::vector<std::string> lines;
    for (const FieldProblem& problem : problems) lines.push_back(problem.message);
    return invalid_input(join(lines, "\n"));
}

}  // namespace plumb
