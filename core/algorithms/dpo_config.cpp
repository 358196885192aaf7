// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>

#include "algorithms/dpo_terms.h"
#include "base/strings.h"

namespace plumb {
namespace {

// In the order of the enumerations.
constexpr std::array<const char*, 15> loss_names = {
    "sigmoid",      "robust",   "hinge",    "ipo",       "sigmoid_norm",
    "exo_pair",     "nca_pair", "bco_pair", "sppo_hard", "aot",
    "aot_unpaired", "apo_zero", "apo_down", "discopop",  "sft"};
constexpr std::array<const char*, 4> divergence_names = {"reverse_kl", "forward_kl",
                                                         "js_divergence", "alpha_divergence"};

template <class Enum, std::size_t N>
std::optional<Enum> by_name(const std::array<const char*, N>& names, std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return std::nullopt;
    return static_cast<Enum>(found - names.begin());
}

bool is_sorted_loss(DpoLossType type) {
    return type == DpoLossType::aot || type == DpoLossType::aot_unpaired;
}

Error bad_smoothing(DpoLossType type, double value, const std::string& allowed) {
    return invalid_input("label_smoothing " + format_number(value) + " does not suit loss_type " +
                         std::string(dpo_loss_name(type)) + ": " + allowed);
}

Status check_smoothing(DpoLossType type, double value) {
    if (type == DpoLossType::robust && !(value >= 0 && value < 0.5))
        return bad_smoothing(type, value, "choose 0 or more and less than 0.5, for instance 0.1");
    if (type == DpoLossType::exo_pair && !(value > 0 && value < 0.5))
        return bad_smoothing(type, value,
                             "choose more than 0 and less than 0.5, for instance 0.001");
    if (is_sorted_loss(type) && !(value >= 0 && value <= 0.5))
        return bad_smoothing(type, value, "choose 0 to 0.5");
    return {};
}

Status check_type(DpoLossType type, const DpoLossConfig& config) {
    const std::string name(dpo_loss_name(type));
    if (auto status = check_smoothing(type, config.label_smoothing); !status.ok()) return status;
    if (config.f_divergence != FDivergence::reverse_kl && !supports_divergences(type))
        return invalid_input("loss_type " + name + " has no form with f_divergence_type " +
                             std::string(f_divergence_name(config.f_divergence)) +
                             ": choose reverse_kl, or another loss_type");
    if (config.use_weighting && is_sorted_loss(type))
        return invalid_input("use_weighting weighs pairs, which loss_type " + name +
                             " takes apart: switch it off, or choose another loss_type");
    return {};
}

}  // namespace

std::string_view dpo_loss_name(DpoLossType type) {
    return loss_names.at(static_cast<std::size_t>(type));
}

std::optional<DpoLossType> dpo_loss_type(std::string_view name) {
    return by_name<DpoLossType>(loss_names, name);
}

const std::vector<std::string>& dpo_loss_names() {
    static const std::vector<std::string> names(loss_names.begin(), loss_names.end());
    return names;
}

std::string_view f_divergence_name(FDivergence divergence) {
    return divergence_names.at(static_cast<std::size_t>(divergence));
}

std::optional<FDivergence> f_divergence(std::string_view name) {
    return by_name<FDivergence>(divergence_names, name);
}

const std::vector<std::string>& f_divergence_names() {
    static const std::vector<std::string> names(divergence_names.begin(), divergence_names.end());
    return names;
}

Status check_dpo_config(const DpoLossConfig& config) {
    if (config.loss_types.empty())
        return invalid_input("loss_type is empty: name at least one loss, for instance sigmoid");
    if (!config.loss_weights.empty() && config.loss_weights.size() != config.loss_types.size())
        return invalid_input("loss_weights has " + std::to_string(config.loss_weights.size()) +
                             " numbers, loss_type " + std::to_string(config.loss_types.size()) +
                             " names: give one weight for each loss, or none");
    for (double weight : config.loss_weights)
        if (!std::isfinite(weight))
            return invalid_input("loss_weights holds " + format_number(weight) +
                                 ": give finite numbers");
    if (!(config.beta > 0) || !std::isfinite(config.beta))
        return invalid_input("beta " + format_number(config.beta) +
                             " is not a positive number: choose for instance 0.1");
    if (config.ld_alpha && !(*config.ld_alpha >= 0 && *config.ld_alpha <= 1))
        return invalid_input("ld_alpha " + format_number(*config.ld_alpha) +
                             " is not between 0 and 1");
    if (!(config.discopop_tau > 0))
        return invalid_input("discopop_tau " + format_number(config.discopop_tau) +
                             " is not positive: choose for instance 0.05");
    if (!std::isfinite(config.f_alpha_divergence_coef))
        return invalid_input("f_alpha_divergence_coef is not a finite number");
    for (DpoLossType type : config.loss_types)
        if (auto status = check_type(type, config); !status.ok()) return status;
    return {};
}

}  // namespace plumb
