// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/metric_info.h"

#include <algorithm>
#include <iterator>

#include "analysis/metric_table.h"
#include "store/records.h"

namespace plumb {
namespace {

constexpr std::string_view reward_model_prefix = "reward_model/";
constexpr std::string_view held_out_prefix = "eval/";
constexpr std::string_view phase_prefix = "phase/";

MetricInfo to_info(const KnownMetric& known) {
    return {std::string(known.key),  std::string(known.title), std::string(known.name),
            std::string(known.unit), std::string(known.help),  known.larger_is_better};
}

std::string lower_first(std::string text) {
    const bool is_word = text.size() > 1 && text[1] >= 'a' && text[1] <= 'z';
    if (is_word && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] + 32);
    return text;
}

/// The algorithm's own row before one of all.
const KnownMetric* find_known(std::string_view key, std::string_view algorithm) {
    const KnownMetric* found = nullptr;
    for (const auto table : {shared_metrics(), algorithm_metrics()})
        for (const KnownMetric& known : table) {
            if (known.key != key) continue;
            if (!known.algorithm.empty() && known.algorithm == algorithm) return &known;
            if (known.algorithm.empty()) found = &known;
        }
    return found;
}

/// "rewards/NAME/mean" and "rewards/NAME/std".
std::optional<MetricInfo> reward_part(std::string_view key) {
    constexpr std::string_view folder = "rewards/";
    if (!key.starts_with(folder)) return std::nullopt;
    const std::string_view rest = key.substr(folder.size());
    const auto slash = rest.rfind('/');
    if (slash == std::string_view::npos || slash == 0) return std::nullopt;
    const std::string name(rest.substr(0, slash));
    const std::string_view what = rest.substr(slash + 1);
    if (what == "mean")
        return MetricInfo{std::string(key),
                          "Reward " + name,
                          name,
                          "",
                          "Mean value of this reward function, before its weight. Where the sum of "
                          "the rewards rises and this one does not, others pay more.",
                          true};
    if (what == "std")
        return MetricInfo{std::string(key),
                          "Reward " + name + ", spread",
                          name + ", spread",
                          "",
                          "Standard deviation of this reward function over the batch. Near 0 it "
                          "has no say in what is learned.",
                          {}};
    return std::nullopt;
}

/// "non_finite/NAME": of the tensor that was not finite first in a step.
std::optional<MetricInfo> non_finite(std::string_view key) {
    constexpr std::string_view folder = "non_finite/";
    if (!key.starts_with(folder) || key.size() == folder.size()) return std::nullopt;
    const std::string name(key.substr(folder.size()));
    return MetricInfo{std::string(key),
                      "Not finite: " + name,
                      name,
                      "share",
                      "Share of the elements that were not finite, of the tensor that was so first "
                      "in the step's backward pass: where to look for the cause.",
                      false};
}

/// "loss/NAME": a part of DPO's mixed loss.
std::optional<MetricInfo> loss_part(std::string_view key) {
    constexpr std::string_view folder = "loss/";
    if (!key.starts_with(folder) || key.size() == folder.size()) return std::nullopt;
    const std::string name(key.substr(folder.size()));
    return MetricInfo{std::string(key),
                      "Loss " + name,
                      name,
                      "",
                      "This loss of the mix before its weight. One that rises while the sum falls "
                      "is outvoted; change loss_weights.",
                      false};
}

/// "eval/KEY" for a key that is known of training.
std::optional<MetricInfo> held_out(std::string_view key, std::string_view algorithm) {
    if (!key.starts_with(held_out_prefix)) return std::nullopt;
    MetricInfo info = metric_info(key.substr(held_out_prefix.size()), algorithm);
    if (info.help.empty()) return std::nullopt;
    if (info.name == "training") info.name = "held out";
    info.title = "Held-out " + lower_first(info.title);
    info.help = "On held-out rows. " + info.help;
    info.key = key;
    return info;
}

/// "reward_model/KEY": of the phase in which a run makes its reward model. Slashes of KEY have
/// become underlines.
std::optional<MetricInfo> of_reward_model(std::string_view key) {
    if (!key.starts_with(reward_model_prefix)) return std::nullopt;
    std::string rest(key.substr(reward_model_prefix.size()));
    if (rest.starts_with("eval_")) rest[4] = '/';
    MetricInfo info = metric_info(rest, "reward");
    if (info.help.empty()) return std::nullopt;
    info.title = "Reward model: " + lower_first(info.title);
    info.help = "Of the reward model, while the run makes it. " + info.help;
    info.key = key;
    return info;
}

/// "phase/NAME/WHAT": what a phase before the first update has cost.
std::optional<MetricInfo> of_phase(std::string_view key) {
    if (!key.starts_with(phase_prefix)) return std::nullopt;
    const std::string_view rest = key.substr(phase_prefix.size());
    const std::string_view phase = rest.substr(0, rest.find('/'));
    const std::string_view what = rest.substr(std::min(rest.size(), phase.size() + 1));
    struct Named {
        std::string_view key, title, more;
    };
    constexpr Named phases[] = {{"start", "Supervised start", "the supervised start"},
                                {"pairs", "Preference pairs", "sampling preference pairs"},
                                {"reward_model", "Reward model", "training the reward model"}};
    constexpr Named costs[] = {{"seconds", "seconds", "s"},
                               {"generated_tokens", "tokens generated", "tokens"},
                               {"scored_tokens", "tokens scored", "tokens"},
                               {"trained_tokens", "tokens trained", "tokens"},
                               {"flops", "operations", "FLOP"}};
    const auto of = std::ranges::find(phases, phase, &Named::key);
    const auto cost = std::ranges::find(costs, what, &Named::key);
    if (of == std::end(phases) || cost == std::end(costs)) return std::nullopt;
    const auto text = [](std::string_view part) { return std::string(part); };
    return MetricInfo{text(key),
                      text(of->title) + ": " + text(cost->title),
                      text(cost->title),
                      text(cost->more),
                      "What " + text(of->more) +
                          " has cost before the first update, checks included. A model from the "
                          "cache tells what it cost when it was made. Add it when runs are "
                          "compared by their whole cost.",
                      false};
}

}  // namespace

MetricInfo metric_info(std::string_view key, std::string_view algorithm) {
    if (const KnownMetric* known = find_known(key, algorithm)) return to_info(*known);
    if (auto info = reward_part(key)) return *info;
    if (auto info = non_finite(key)) return *info;
    if (auto info = loss_part(key)) return *info;
    if (auto info = of_reward_model(key)) return *info;
    if (auto info = of_phase(key)) return *info;
    if (auto info = held_out(key, algorithm)) return *info;
    return {std::string(key), std::string(key), std::string(key), {}, {}, {}};
}

bool is_held_out(std::string_view key) {
    return key.starts_with(held_out_prefix) ||
           key.starts_with(std::string(reward_model_prefix) + "eval_");
}

std::string_view metric_phase(std::string_view key) {
    return is_phase_metric(key) ? key.substr(0, key.find('/')) : std::string_view{};
}

std::optional<MetricBand> metric_band(std::string_view key) {
    if (key == "completions/mean_length")
        return MetricBand{"completions/min_length", "completions/max_length"};
    if (key == "completions/mean_terminated_length")
        return MetricBand{"completions/min_terminated_length", "completions/max_terminated_length"};
    if (key == "mean_reward") return MetricBand{"min_reward", "max_reward"};
    return std::nullopt;
}

bool is_gold(std::string_view key) {
    return key.ends_with("gold_reward") || key.ends_with("accuracy_gold") ||
           key == "rewards/gold/mean";
}

}  // namespace plumb
