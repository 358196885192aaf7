// SPDX-License-Identifier: GPL-3.0-or-later
// Sweeps: experiments that are one run with a setting at several values.
#include <algorithm>
#include <set>
#include <utility>

#include "base/strings.h"
#include "config/experiments.h"
#include "config/fields.h"
#include "config/roles.h"

namespace plumb {
namespace {

const Settings defaults;

/// Why the setting cannot be swept; empty: it can.
std::string_view objection_to(std::string_view key) {
    if (key == "seed") return "every value is run with several seeds: name those instead";
    if (key == "comparison" || key == "variant" || key == "preset") return "it is a label only";
    if (key == "algorithm" || key == "task")
        return "which other settings there are depends on it; run each and compare the runs";
    return {};
}

void reset(const Field& field, Settings& settings) {
    std::visit([&](auto member) { settings.*member = defaults.*member; }, field.member);
}

std::string shown_value(const Field& field, const Settings& settings) {
    const std::string text = field_text(field, settings);
    return text.empty() ? "none" : text;
}

/// The base with the setting at that value.
Result<Settings> with_value(const Settings& base, const Field& field, const std::string& value) {
    Settings settings = base;
    PLUMB_TRY_STATUS(set_field(field, settings, value));
    return settings;
}

}  // namespace

std::optional<Settings> preparation_of(const Settings& settings) {
    const bool learns_a_reward = makes_reward_model(settings);
    const bool lacks_a_reward = settings.task == "reviews" && takes_eval_reward(settings) &&
                                samples_pairs(settings) && settings.pairs_run.empty();
    // On own data pairs come from files; what a run makes of them is its own.
    if (!is_built_in_task(settings) || !(learns_a_reward || lacks_a_reward)) return std::nullopt;
    Settings own = settings;
    own.algorithm = "reward";
    for (const Field& field : fields())
        if (!field_applies(field, own) || field.section == Section::optimiser ||
            field.section == Section::evaluation)
            reset(field, own);
    own.preset = own.comparison = own.variant = "";
    own.budget_tokens = 0;
    own.budget_seconds = own.budget_flops = 0;
    own.pairs_run = settings.pairs_run;
    own.eval_prompts = settings.eval_prompts;
    own.min_free_mb = settings.min_free_mb;
    own.max_steps = -1;
    own.num_train_epochs = settings.reward_model_epochs;
    own.learning_rate = settings.reward_model_learning_rate;
    own.per_device_train_batch_size = settings.reward_model_batch_size;
    own.gradient_accumulation_steps = 1;
    own.lr_scheduler_type = "linear";
    own.warmup_steps = 0;
    own.max_grad_norm = 1;
    own.weight_decay = 0;
    own.save_steps = 0;
    return own;
}

Result<Experiment> sweep_experiment(const Settings& base, std::string_view key,
                                    const std::vector<std::string>& values) {
    const Field* field = find_field(key);
    if (!field) return unknown_key(key);
    const std::string name(key);
    if (const std::string_view objection = objection_to(key); !objection.empty())
        return invalid_input(name + " cannot be swept; " + std::string(objection));
    if (values.empty()) return invalid_input("a sweep of " + name + " needs values");

    Experiment experiment;
    const std::string title = algorithm_title(base);
    experiment.name = (base.preset.empty() ? title : base.preset) + ", " + name;
    experiment.title = "Sweep of " + name + " with " + title;
    std::set<std::string> known;
    bool has_effect = false;
    for (const std::string& value : values) {
        PLUMB_TRY(Settings settings, with_value(base, *field, std::string(trim(value))));
        const std::string shown = shown_value(*field, settings);
        if (!known.insert(shown).second)
            return invalid_input("the value " + shown + " of " + name + " is given twice");
        has_effect = has_effect || field_applies(*field, settings);
        experiment.variants.push_back({title + ", " + name + " " + shown, std::move(settings)});
    }
    if (!has_effect)
        return invalid_input(name + " has no effect on a run of " + title + " with these settings" +
                             (base.task == "data" ? "" : " on " + base.task));
    experiment.preparation = preparation_of(experiment.variants.front().settings);
    for (const Variant& variant : experiment.variants)
        if (preparation_of(variant.settings) != experiment.preparation) {
            experiment.preparation.reset();
            break;
        }
    experiment.summary = std::to_string(values.size()) +
                         (values.size() == 1 ? " value" : " values") + " of " + name +
                         ", each with several seeds" +
                         (experiment.preparation ? ", from one start and one reward model a seed."
                                                 : ".");
    return experiment;
}

std::vector<std::string> split_values(std::string_view text) {
    std::vector<std::string> values;
    if (trim(text).empty()) return values;
    std::string value;
    int depth = 0;
    for (const char c : text) {
        depth += c == '[' ? 1 : c == ']' ? -1 : 0;
        if (c != ',' || depth > 0) {
            value += c;
            continue;
        }
        values.emplace_back(trim(value));
        value.clear();
    }
    values.emplace_back(trim(value));
    return values;
}

}  // namespace plumb
