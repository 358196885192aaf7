// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/run.h"

#include <ATen/Parallel.h>

#include "algorithms/dpo.h"
#include "base/files.h"
#include "base/log.h"
#include "config/roles.h"
#include "data/prompts.h"
#include "model/adapter_files.h"
#include "model/memory_ledger.h"
#include "train/adapter.h"
#include "train/micro_batch.h"
#include "train/new_model.h"
#include "train/phase_cost.h"
#include "train/preference_batches.h"
#include "train/reward_model.h"
#include "train/reward_refresh.h"
#include "train/run_shape.h"
#include "train/supervised_rows.h"
#include "train/supervised_start.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

/// Whether a run without model_name_or_path makes its own tokenizer from the training text.
bool needs_tokenizer(const RunInputs& inputs) { return !inputs.checkpoint && !inputs.model_folder; }

/// Where the chat template may be. A run that goes on takes that of its checkpoint, as it is what
/// the run began with.
std::vector<fs::path> template_folders(const RunInputs& inputs) {
    std::vector<fs::path> folders;
    if (inputs.checkpoint) folders.push_back(*inputs.checkpoint);
    if (inputs.model_folder) folders.push_back(*inputs.model_folder);
    return folders;
}

Status refuse_reward_model(const Policy& policy, const Settings& settings) {
    if (!policy.model.config().score_head) return {};
    if (settings.algorithm == "reward") {
        if (!samples_pairs(settings)) return {};
        return invalid_input(
            "model_name_or_path names a reward model, which writes no text, but the pairs of the "
            "task " +
            settings.task + " are texts of that model; name a language model");
    }
    return invalid_input(
        "model_name_or_path names a reward model, which scores texts and writes none; name a "
        "language model, and the reward model in reward_model");
}

Result<Policy> first_policy(const RunInputs& inputs, const Task& task, at::Device device,
                            RunMonitor& monitor) {
    if (inputs.checkpoint) {
        if (!is_adapter_folder(*inputs.checkpoint)) return load_policy(*inputs.checkpoint, device);
        PLUMB_TRY(Decoder model,
                  load_adapted(*inputs.checkpoint, device,
                               inputs.settings.bf16 ? WeightType::bfloat16 : WeightType::float32));
        return with_tokenizer_of(*inputs.checkpoint, std::move(model));
    }
    if (inputs.model_folder) {
        PLUMB_TRY(Policy policy, load_policy(*inputs.model_folder, device));
        PLUMB_TRY_STATUS(refuse_reward_model(policy, inputs.settings));
        return policy;
    }
    PLUMB_TRY_STATUS(check_first_model(inputs.settings));
    if (is_supervised(inputs.settings))
        return new_policy(inputs.settings, task.tokenizer(), device);
    return supervised_start(inputs.settings, inputs.cache, device, monitor);
}

/// The names of the run's rewards, or that of the one that settles the task's answers.
Result<std::vector<std::string>> reward_names_of(const Settings& settings, const Task& task) {
    std::vector<std::string> names = reward_function_names(settings);
    if (names.empty() && !task.gold_reward().empty()) names = {task.gold_reward()};
    if (names.empty())
        return invalid_input(
            "reward_funcs is empty and the rows have no answers to check; name at least one "
            "reward function");
    return names;
}

/// All rewards but the learned one, whose place is left empty: programs of the user's own that do
/// not start are told before a model is made.
Result<Scorers> make_scorers(const Settings& settings, const Task& task,
                             const std::stop_token& stop) {
    Scorers scorers;
    PLUMB_TRY(scorers.gold, gold_reward_of(task, settings));
    if (!uses_rewards(settings)) return scorers;
    PLUMB_TRY(const auto names, reward_names_of(settings, task));
    for (const std::string& name : names) {
        auto& reward = scorers.rewards.emplace_back();
        if (name == "reward_model") continue;
        PLUMB_TRY(reward, make_reward(name, settings, stop));
    }
    return scorers;
}

void add_learned_reward(const std::shared_ptr<const Policy>& reward_model, const Policy& policy,
                        const Settings& settings, Scorers& scorers) {
    for (auto& reward : scorers.rewards)
        if (!reward)
            reward = make_learned_reward(reward_model, policy.tokenizer,
                                         settings.per_device_train_batch_size);
}

Status fits_positions(const Policy& policy, const Settings& settings) {
    const std::int64_t positions = policy.model.config().max_position_embeddings;
    const bool samples = samples_completions(settings) || samples_pairs(settings);
    if (!samples || settings.max_completion_length < positions) return {};
    return invalid_input("max_completion_length " + std::to_string(settings.max_completion_length) +
                         " does not fit the model's max_position_embeddings " +
                         std::to_string(positions) + "; lower it");
}

/// Tells before the first step how many rows are cut or left out, and finds prompts without tokens.
Status look_through_rows(const Policy& policy, const Task& task, const Settings& settings) {
    const auto report = [](std::int64_t count, const std::string& what) {
        if (count > 0) log_warning(std::to_string(count) + what);
    };
    if (uses_rewards(settings)) {
        PLUMB_TRY(const TokenizedPrompts prompts,
                  tokenize_prompts(task.prompts(), *policy.tokenizer, settings.max_prompt_length));
        report(prompts.shortened,
               " prompts are longer than max_prompt_length and keep their end only");
    } else if (!task.demonstrations().empty()) {
        PLUMB_TRY(const SupervisedRows rows,
                  tokenize_demonstrations(task.demonstrations(), *policy.tokenizer,
                                          training_options(policy, settings)));
        report(rows.shortened, " rows are longer than max_length and lose their end");
        report(rows.dropped, " rows have nothing to train on and are left out");
    }
    return {};
}

/// Samples pairs from what the run started from, or takes those of another run, and keeps them in
/// its folder, where a run that goes on finds them.
Result<PreferenceSets> sampled_pairs(const RunInputs& inputs, const Task& task, const Policy& start,
                                     const PairJudge& judge, const fs::path& folder,
                                     RunMonitor& monitor) {
    if (!inputs.checkpoint && inputs.pairs_folder) {
        PLUMB_TRY(const PreferenceSets pairs, load_pairs(*inputs.pairs_folder));
        PLUMB_TRY_STATUS(save_pairs(pairs, folder));
    } else if (!inputs.checkpoint) {
        const PhaseMeter meter;
        PLUMB_TRY(const PreferenceSets pairs,
                  sample_pairs(start, task, judge, inputs.settings, monitor));
        report_phase(monitor, "pairs", meter.cost());
        PLUMB_TRY_STATUS(save_pairs(pairs, folder));
    }
    // Read again at once: bytes of a byte-level vocabulary that are no UTF-8 are not kept.
    return load_pairs(folder);
}

/// The pairs that are there before a reward is learned: those of files, or of a built-in task,
/// labelled by what it really wants. Empty where the run needs none, or its rewards label them.
Result<PreferenceSets> given_pairs(const RunInputs& inputs, const Task& task, const Policy& start,
                                   const fs::path& folder, RunMonitor& monitor) {
    const Settings& settings = inputs.settings;
    if (samples_pairs(settings) && is_built_in_task(settings)) {
        Rewards gold(1);
        PLUMB_TRY(gold[0], make_reward(task.gold_reward(), settings));
        return sampled_pairs(inputs, task, start, {gold, {}, true}, folder, monitor);
    }
    return PreferenceSets{task.pairs(), task.eval_pairs(), task.sides_are_free()};
}

/// What the run starts from is saved after this: its reference has the same rounded weights.
void use_precision(Policy& policy, const Settings& settings) {
    if (settings.bf16 && !policy.model.has_adapter())
        policy.model = policy.model.with_dtype(WeightType::bfloat16);
}

/// The settings with a micro-batch that memory_limit_gb allows. A run that goes on finds the same
/// one: it depends on what the run began with alone.
Result<Settings> fitted(const RunInputs& inputs, const Policy& policy, const Task& task,
                        RunMonitor& monitor) {
    const Settings& settings = inputs.settings;
    if (settings.memory_limit_gb <= 0) return settings;
    ModelConfig config = policy.model.config();
    if (inputs.checkpoint) {
        PLUMB_TRY(config, read_any_model_config(inputs.run_folder / run_start));
    }
    PLUMB_TRY(RunShape shape,
              run_shape(settings, task, config, *policy.tokenizer, monitor.stop_token()));
    if (inputs.reward_model_folder) {
        PLUMB_TRY(shape.reward_model, read_any_model_config(*inputs.reward_model_folder));
    }
    PLUMB_TRY(Settings smaller, fit_micro_batch(settings, shape));
    if (smaller.per_device_train_batch_size != settings.per_device_train_batch_size)
        log_warning("to fit memory_limit_gb, micro-batches have " +
                    std::to_string(smaller.per_device_train_batch_size) + " rows, " +
                    std::to_string(smaller.gradient_accumulation_steps) + " of them a step");
    return smaller;
}

/// An adapter on the policy's base shares its memory.
Result<Policy> load_reward_model(const fs::path& folder, const Policy& policy) {
    PLUMB_TRY(std::optional<Decoder> shared, load_adapted_on(folder, policy.model));
    if (!shared) return load_policy(folder, policy.model.device());
    return with_tokenizer_of(folder, std::move(*shared));
}

/// The learned reward of the run: one that is named, or one made from the pairs, kept in the run's
/// folder. Null where no reward is learned.
Result<std::shared_ptr<const Policy>> reward_model_of(const RunInputs& inputs, const Task& task,
                                                      const Policy& start,
                                                      const PreferenceSets& pairs,
                                                      RunMonitor& monitor) {
    const Settings& settings = inputs.settings;
    if (!uses_reward_model(settings)) return std::shared_ptr<const Policy>();
    const fs::path own = inputs.run_folder / run_reward_model;
    if (makes_reward_model(settings) && !inputs.checkpoint) {
        const PhaseMeter meter;
        PLUMB_TRY(const Policy made, train_reward_model(start, pairs, task, settings, monitor));
        report_phase(monitor, "reward_model", meter.cost());
        PLUMB_TRY_STATUS(publish_policy(own, made));
    }
    // One that is named is copied: the run that made it may go on, or be removed.
    const bool is_kept = makes_reward_model(settings) || inputs.checkpoint;
    fs::path folder = is_kept ? own : *inputs.reward_model_folder;
    if (inputs.checkpoint)
        folder = newest_refreshed_model(inputs.run_folder, inputs.checkpoint_step).value_or(own);
    PLUMB_TRY(Policy model, load_reward_model(folder, start));
    use_precision(model, settings);
    if (!model.model.config().score_head)
        return invalid_input("reward_model: " + folder.string() +
                             " is a language model without a score head; name a run of algorithm "
                             "reward or a folder for sequence classification");
    if (!is_kept) PLUMB_TRY_STATUS(publish_policy(own, model));
    account_as(model.model, MemoryOwner::reward_model);
    return std::shared_ptr<const Policy>(std::make_shared<const Policy>(std::move(model)));
}

/// Where the reward model of the evaluations lies: a copy in the run's folder, made once. Empty
/// where no evaluation asks one.
Result<fs::path> eval_reward_model_of(const RunInputs& inputs, at::Device device) {
    if (!uses_eval_reward(inputs.settings)) return fs::path();
    const fs::path own = inputs.run_folder / run_eval_reward_model;
    if (inputs.checkpoint) return own;
    const fs::path& named = *inputs.eval_reward_model_folder;
    PLUMB_TRY(const Policy model, load_policy(named, device));
    if (!model.model.config().score_head)
        return invalid_input("eval_reward_model: " + named.string() +
                             " is a language model without a score head; name a reward model, or "
                             "a run that has made one");
    PLUMB_TRY_STATUS(publish_policy(own, model));
    return own;
}

/// Turns the first model into what is trained: a reward model where that is wanted, with an adapter
/// where the settings say so. One that comes from a checkpoint is that already.
Status prepare_training(Policy& policy, const Settings& settings) {
    const bool trains_reward = settings.algorithm == "reward";
    if (policy.model.has_adapter()) return {};
    if (trains_reward)
        policy = to_reward_model(std::move(policy), static_cast<std::uint64_t>(settings.seed),
                                 settings.use_peft);
    if (!settings.use_peft) return {};
    return add_new_adapter(policy.model, settings, trains_reward ? "reward model" : "policy");
}

using Trainer = Result<Outcome> (*)(const TrainerInputs&);

Trainer trainer_of(const Settings& settings) {
    if (settings.algorithm == "sft") return train_sft;
    if (settings.algorithm == "reward") return train_reward;
    if (settings.algorithm == "dpo") return settings.online_dpo ? train_online_dpo : train_dpo;
    if (settings.algorithm == "ppo") return train_ppo;
    if (settings.algorithm == "rloo") return train_rloo;
    return train_grpo;
}

}  // namespace

Status check_first_model(const Settings& settings) {
    if (!settings.model_name_or_path.empty() || is_supervised(settings) ||
        has_supervised_start(settings))
        return {};
    return invalid_input(
        "model_name_or_path is empty: this algorithm on your own files starts from a trained "
        "model; run sft on them first and name that run here");
}

Status check_inputs(const Settings& settings, const std::optional<fs::path>& model_folder) {
    PLUMB_TRY_STATUS(check_first_model(settings));
    if (const auto device = open_device(settings.device); !device) return device.error();
    if (settings.algorithm == "dpo") PLUMB_TRY_STATUS(check_dpo_config(dpo_loss_config(settings)));
    const bool awaited = !model_folder && !settings.model_name_or_path.empty();
    const ChatFormat chat = awaited        ? ChatFormat::stand_in()
                            : model_folder ? ChatFormat({*model_folder})
                                           : ChatFormat();
    PLUMB_TRY(const auto task, make_task(settings, false, {}, &chat));
    if (!uses_rewards(settings)) return {};
    PLUMB_TRY(const auto names, reward_names_of(settings, *task));
    for (const std::string& name : names) {
        if (name == "reward_model") continue;
        PLUMB_TRY_STATUS(check_reward(name, settings));
    }
    return {};
}

namespace {

/// Declared before whatever holds tensors, and so left behind them.
struct MemoryAccountOfRun {
    MemoryAccountOfRun() { begin_memory_account(); }
    ~MemoryAccountOfRun() { end_memory_account(); }
    MemoryAccountOfRun(const MemoryAccountOfRun&) = delete;
    MemoryAccountOfRun& operator=(const MemoryAccountOfRun&) = delete;
};

}  // namespace

Result<Outcome> run_training(const RunInputs& inputs, RunMonitor& monitor) {
    Settings settings = inputs.settings;
    at::set_num_threads(static_cast<int>(settings.threads));
    const MemoryAccountOfRun account;
    PLUMB_TRY(const at::Device device, open_device(settings.device));
    monitor.progress("load", 0, 0, 0);
    const ChatFormat chat(template_folders(inputs));
    PLUMB_TRY(const auto task,
              make_task(settings, needs_tokenizer(inputs), monitor.stop_token(), &chat));
    PLUMB_TRY(Scorers scorers, make_scorers(settings, *task, monitor.stop_token()));
    PLUMB_TRY(Policy policy, first_policy(inputs, *task, device, monitor));
    use_precision(policy, settings);
    PLUMB_TRY_STATUS(fits_positions(policy, settings));
    PLUMB_TRY_STATUS(look_through_rows(policy, *task, settings));

    PLUMB_TRY(settings, fitted(inputs, policy, *task, monitor));

    // Kept with the run: the reference of the KL term, and what resume needs besides checkpoints.
    const fs::path start = inputs.run_folder / run_start;
    if (!inputs.checkpoint) PLUMB_TRY_STATUS(publish_policy(start, policy));
    if (settings.use_peft && !inputs.checkpoint)
        set_base_folder(policy.model, start, settings.model_name_or_path);
    PLUMB_TRY(PreferenceSets pairs, given_pairs(inputs, *task, policy, start, monitor));
    PLUMB_TRY(std::shared_ptr<const Policy> reward_model,
              reward_model_of(inputs, *task, policy, pairs, monitor));
    add_learned_reward(reward_model, policy, settings, scorers);
    if (samples_pairs(settings) && !is_built_in_task(settings)) {
        const PairJudge judge{scorers.rewards, settings.reward_weights};
        PLUMB_TRY(pairs, sampled_pairs(inputs, *task, policy, judge, start, monitor));
    }

    PLUMB_TRY(const fs::path eval_reward_model, eval_reward_model_of(inputs, device));

    PLUMB_TRY_STATUS(prepare_training(policy, settings));
    account_as(policy.model, MemoryOwner::policy);
    policy.model.enable_training();
    policy.model.set_gradient_checkpointing(settings.gradient_checkpointing);
    TrainerInputs trainer{
        settings,          *task,  policy, scorers, pairs, reward_model.get(), start,
        inputs.checkpoint, monitor};
    RewardRefresher refresher({reward_model, scorers, policy, pairs, *task, inputs.run_folder,
                               inputs.workspace, monitor});
    trainer.eval_reward_model = eval_reward_model;
    if (reward_model)
        trainer.refresh_reward = [&](std::int64_t step) {
            return refresher.refresh(settings, step);
        };
    return trainer_of(settings)(trainer);
}

}  // namespace plumb
