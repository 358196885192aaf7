// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "session/parity_checks.h"
#include "session/parity_replay.h"

namespace plumb::parity {
namespace {

namespace fs = std::filesystem;
using json = nlohmann::ordered_json;

/// What the reference runs leave at its default (TRL 1.16).
Settings reference_defaults() {
    Settings settings;
    settings.adam_beta1 = 0.9;
    settings.adam_beta2 = 0.999;
    settings.adam_epsilon = 1e-8;
    settings.weight_decay = 0.0;
    settings.max_grad_norm = 1.0;
    settings.lr_scheduler_type = "linear";
    settings.warmup_steps = 0;
    settings.per_device_train_batch_size = 8;
    settings.gradient_accumulation_steps = 1;
    settings.num_generations = 8;
    settings.max_completion_length = 512;
    settings.temperature = 1.0;
    return settings;
}

/// Keys of the reference's configuration that change nothing here, with the only value that means
/// what this program does; a null stands for any value.
const std::map<std::string, json>& inert_keys() {
    static const std::map<std::string, json> keys = {
        {"output_dir", nullptr},
        {"logging_steps", 1},
        {"report_to", nullptr},
        {"save_strategy", nullptr},
        {"use_cpu", nullptr},
        {"disable_tqdm", nullptr},
        {"seed", nullptr},
        {"dataloader_num_workers", nullptr},
        {"gradient_checkpointing", nullptr},
        {"bf16", false},
        {"fp16", false},
        {"optim", "adamw_torch"},
        {"train_sampling_strategy", "sequential"},
        {"shuffle_dataset", false},
    };
    return keys;
}

/// Keys that are run settings of the same name and meaning, by method; loss_type of a supervised
/// run is sft_loss_type here.
const std::set<std::string>& setting_keys(const std::string& method) {
    static const std::set<std::string> sft = {"max_steps",
                                              "per_device_train_batch_size",
                                              "gradient_accumulation_steps",
                                              "learning_rate",
                                              "lr_scheduler_type",
                                              "warmup_steps",
                                              "weight_decay",
                                              "adam_beta1",
                                              "adam_beta2",
                                              "adam_epsilon",
                                              "max_grad_norm"};
    static const std::set<std::string> grpo = [] {
        std::set<std::string> keys = sft;
        keys.insert({"num_generations",
                     "max_completion_length",
                     "mask_truncated_completions",
                     "use_adaptive_entropy",
                     "entropy_coef_min",
                     "entropy_coef_max",
                     "entropy_coef_delta",
                     "entropy_target",
                     "temperature",
                     "steps_per_generation",
                     "reward_weights",
                     "loss_type",
                     "beta",
                     "num_iterations",
                     "epsilon",
                     "epsilon_high",
                     "delta",
                     "importance_sampling_level",
                     "scale_rewards",
                     "multi_objective_aggregation",
                     "top_entropy_quantile",
                     "entropy_coef",
                     "off_policy_mask_threshold",
                     "use_bias_correction_kl",
                     "sapo_temperature_pos",
                     "sapo_temperature_neg",
                     "vespo_k_pos",
                     "vespo_lambda_pos",
                     "vespo_k_neg",
                     "vespo_lambda_neg"});
        return keys;
    }();
    static const std::set<std::string> dpo = [] {
        std::set<std::string> keys = sft;
        keys.insert({"loss_weights", "label_smoothing", "f_divergence_type",
                     "f_alpha_divergence_coef", "ld_alpha", "use_weighting", "discopop_tau",
                     "max_length"});
        return keys;
    }();
    static const std::set<std::string> reward = [] {
        std::set<std::string> keys = sft;
        keys.insert("center_rewards_coefficient");
        return keys;
    }();
    static const std::set<std::string> ppo = {"learning_rate",
                                              "adam_beta1",
                                              "adam_beta2",
                                              "adam_epsilon",
                                              "weight_decay",
                                              "kl_coef",
                                              "kl_estimator",
                                              "gamma",
                                              "lam",
                                              "cliprange",
                                              "cliprange_value",
                                              "vf_coef",
                                              "whiten_rewards",
                                              "temperature",
                                              "missing_eos_penalty",
                                              "num_ppo_epochs",
                                              "num_mini_batches",
                                              "lr_scheduler_type",
                                              "warmup_steps"};
    if (method == "grpo") return grpo;
    if (method == "dpo") return dpo;
    if (method == "reward") return reward;
    return method == "ppo" ? ppo : sft;
}

/// Keys that have another name here, by method.
std::string setting_named(const std::string& key, const std::string& method) {
    static const std::map<std::pair<std::string, std::string>, std::string> names = {
        {{"sft", "loss_type"}, "sft_loss_type"},
        {{"dpo", "loss_type"}, "dpo_loss_type"},
        {{"dpo", "beta"}, "dpo_beta"},
        {{"ppo", "response_length"}, "max_completion_length"}};
    const auto found = names.find({method, key});
    return found == names.end() ? "" : found->second;
}

/// Rows are given as tokens, so that what was cut by it is cut already.
bool is_applied_to_rows(const std::string& key, const std::string& method) {
    return (key == "max_length" && method == "reward") ||
           (key == "completion_only_loss" && method == "sft");
}

Settings read_configuration(const json& trajectory) {
    const auto method = trajectory.at("method").get<std::string>();
    Settings settings = reference_defaults();
    settings.algorithm = method;
    if (method == "ppo") {  // as TRL's trainer: constant, no clipping
        settings.max_grad_norm = 0;
        settings.lr_scheduler_type = "constant";
    }
    for (const auto& [key, value] : trajectory.at("config").items()) {
        if (const auto inert = inert_keys().find(key); inert != inert_keys().end()) {
            if (!inert->second.is_null() && inert->second != value)
                throw std::runtime_error("not supported yet: " + key + " " + value.dump());
        } else if (const std::string name = setting_named(key, method); !name.empty()) {
            set_from_json(name, value, settings);
        } else if (is_applied_to_rows(key, method)) {
            continue;
        } else if (key == "warmup_steps" && value.is_number_float()) {
            // Below 1 it is a share of the steps, as transformers has it.
            settings.warmup_steps = static_cast<std::int64_t>(std::ceil(
                value.get<double>() * trajectory.at("config").at("max_steps").get<double>()));
        } else if (setting_keys(method).contains(key)) {
            set_from_json(key, value, settings);
        } else {
            throw std::runtime_error("not supported yet: " + key);
        }
    }
    return settings;
}

using ReplayFunction = Replay (*)(const ReferenceRun&);

const std::map<std::string, ReplayFunction>& replays() {
    static const std::map<std::string, ReplayFunction> all = {{"sft", replay_sft},
                                                              {"reward", replay_reward},
                                                              {"dpo", replay_dpo},
                                                              {"ppo", replay_ppo},
                                                              {"grpo", replay_grpo}};
    return all;
}

/// Files that belong to what this program cannot replay yet.
void refuse_unknown_files(const fs::path& folder) {
    const std::set<std::string> known = {"trajectory.json",   "first_step_gradients.json",
                                         "probe.safetensors", "batches.safetensors",
                                         "adapter_initial",   "adapter_final"};
    for (const auto& entry : fs::directory_iterator(folder))
        if (const auto name = entry.path().filename().string(); !known.contains(name))
            throw std::runtime_error("not supported yet: " + name);
}

ReferenceRun read_run(const fs::path& root, const fs::path& folder, const json& trajectory) {
    const auto method = trajectory.at("method").get<std::string>();
    if (!replays().contains(method))
        throw std::runtime_error("not supported yet: method " + method);
    refuse_unknown_files(folder);
    refuse_unknown_keys(
        trajectory, {"base_model", "reference_model", "method", "note", "config", "rows", "logs",
                     "final_parameters", "reward_functions", "rollouts", "losses", "policy",
                     "reward_model", "value_model", "pad_token_id", "eos_token_id", "steps",
                     "final_policy_parameters", "final_value_parameters"});
    const auto model = [&](const char* key) {
        return trajectory.contains(key) ? root / trajectory.at(key).get<std::string>() : fs::path();
    };
    return {folder,
            model(method == "ppo" ? "policy" : "base_model"),
            model("reference_model"),
            model("reward_model"),
            model("value_model"),
            read_configuration(trajectory)};
}

Tolerance tolerance_of(const std::string& key, bool is_ipo) {
    if (key == "grad_norm") return grad_norm_tolerance;
    if (key == "rewards/margins") return margin_tolerance;
    return key == "loss" && is_ipo ? ipo_tolerance : log_tolerance;
}

/// The log has what the trainer knew; epoch needs the size of a data set that GRPO runs do not
/// list.
void compare_log(const json& log, const Metrics& metrics, bool has_epoch, bool is_ipo,
                 Comparison& comparison) {
    const std::string step = "step " + std::to_string(log.at("step").get<std::int64_t>()) + " ";
    for (const auto& [key, value] : log.items()) {
        if (key == "step" || (key == "epoch" && !has_epoch)) continue;
        const auto found = metrics.find(key);
        if (found == metrics.end())
            comparison.fail("not supported yet: metric " + key);
        else
            comparison.close(step + key, found->second, value.get<double>(),
                             tolerance_of(key, is_ipo));
    }
}

void compare_logs(const json& trajectory, const Replay& replay, Comparison& comparison) {
    const json& config = trajectory.at("config");
    const bool is_ipo = config.contains("loss_type") && config.at("loss_type") == json{"ipo"};
    const json& logs = trajectory.at("logs");
    if (logs.size() != replay.metrics.size())
        throw std::runtime_error("logs of " + std::to_string(logs.size()) +
                                 " steps, max_steps is " + std::to_string(replay.metrics.size()));
    for (std::size_t i = 0; i < logs.size(); ++i)
        compare_log(logs[i], replay.metrics[i], trajectory.at("method") != "grpo", is_ipo,
                    comparison);
    if (!trajectory.contains("losses")) return;
    const auto losses = trajectory.at("losses").get<std::vector<double>>();
    if (losses.size() != replay.losses.size())
        throw std::runtime_error("losses of " + std::to_string(losses.size()) +
                                 " micro-batches, the run has " +
                                 std::to_string(replay.losses.size()));
    for (std::size_t i = 0; i < losses.size(); ++i)
        comparison.close("loss of micro-batch " + std::to_string(i), replay.losses[i], losses[i],
                         log_tolerance);
}

void compare_gradients(const json& expected, const Replay& replay, Comparison& comparison) {
    for (const auto& [name, norm] : expected.at("gradient_norms").items()) {
        const auto found = replay.first_gradient_norms.find(name);
        if (found == replay.first_gradient_norms.end())
            comparison.fail("there is no parameter " + name);
        else
            comparison.close(name, found->second, norm.get<double>(), grad_norm_tolerance);
    }
    comparison.close("loss", replay.losses.at(0), expected.at("loss").get<double>(), log_tolerance);
    comparison.close("total_norm", replay.metrics.at(0).at("grad_norm"),
                     expected.at("total_norm").get<double>(), grad_norm_tolerance);
}

void compare_parameters(const json& expected, const std::string& prefix, const Replay& replay,
                        Comparison& comparison) {
    for (const auto& [name, values] : expected.items()) {
        const auto found = replay.parameter_norms.find(prefix + name);
        if (found == replay.parameter_norms.end())
            comparison.fail("there is no parameter " + name);
        else
            comparison.close(name, found->second, values.at("norm").get<double>(),
                             parameter_norm_tolerance);
    }
    comparison.equal("elements that moved without a gradient", {replay.moved_without_gradient},
                     {0});
}

}  // namespace

void check_training(const fs::path& root, const fs::path& folder, const std::string& name,
                    const Report& report) {
    json trajectory;
    Replay replay;
    const auto failure = failure_of([&] {
        trajectory = json::parse(read_text(folder / "trajectory.json"));
        const ReferenceRun run = read_run(root, folder, trajectory);
        replay = replays().at(run.settings.algorithm)(run);
    });
    if (failure) return report(failed(name, *failure));
    const bool is_ppo = trajectory.at("method") == "ppo";  // it logs in steps, see replay_ppo()
    if (!is_ppo)
        run_case(name + "/logs", report,
                 [&](Comparison& c) { compare_logs(trajectory, replay, c); });
    if (const fs::path file = folder / "first_step_gradients.json"; fs::exists(file))
        run_case(name + "/first_step_gradients", report, [&](Comparison& c) {
            compare_gradients(json::parse(read_text(file)), replay, c);
        });
    run_case(name + "/final_parameters", report, [&](Comparison& c) {
        if (!is_ppo) return compare_parameters(trajectory.at("final_parameters"), "", replay, c);
        compare_parameters(trajectory.at("final_policy_parameters"), "policy ", replay, c);
        compare_parameters(trajectory.at("final_value_parameters"), "value ", replay, c);
    });
    for (const Comparison& comparison : replay.comparisons) {
        ParityLine line = comparison.line();
        line.name = name + "/" + line.name;
        report(std::move(line));
    }
}

}  // namespace plumb::parity
