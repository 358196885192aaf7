// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/non_finite.h"

#include <cmath>
#include <limits>

#include "base/strings.h"

namespace plumb {
namespace {

/// How near to the loss a parameter is: layers by their number, the embedding before and what
/// follows the layers after them.
std::int64_t depth(const std::string& name) {
    constexpr std::string_view layers = "model.layers.";
    if (name.starts_with(layers)) {
        const auto end = name.find('.', layers.size());
        return parse_int(name.substr(layers.size(), end - layers.size())).value_or(0);
    }
    return name == "model.embed_tokens.weight" ? -1 : std::numeric_limits<std::int64_t>::max();
}

}  // namespace

std::optional<NonFinite> first_non_finite(const TensorMap& gradients, const std::string& prefix) {
    const at::NoGradGuard no_gradient;
    std::optional<NonFinite> first;
    std::int64_t deepest = -2;
    for (const auto& [name, gradient] : gradients) {
        if (depth(name) <= deepest) continue;
        const double share = gradient.isfinite().logical_not().to(at::kFloat).mean().item<double>();
        if (share == 0) continue;
        deepest = depth(name);
        first = NonFinite{prefix + name, share};
    }
    return first;
}

Status check_gradient(const GradientNorm& norm, std::int64_t step, const Settings& settings,
                      Metrics& metrics) {
    metrics["grad_norm"] = norm.value;
    if (std::isfinite(norm.value)) return {};
    const double loss = metrics["loss"];
    NonFinite first{"loss", 1};
    if (std::isfinite(loss)) first = norm.non_finite.value_or(NonFinite{"grad_norm", 1});
    metrics["non_finite/" + first.name] = first.share;
    if (settings.on_non_finite == "skip") {
        metrics["non_finite_skipped"] = 1;
        return {};
    }
    return Error{ErrorCode::failed,
                 "the gradient of step " + std::to_string(step + 1) + " is not finite, first in " +
                     first.name + " (loss " + format_number(loss) + ", learning rate " +
                     format_number(settings.learning_rate) +
                     "); resume from the last checkpoint with a lower learning_rate, or set "
                     "on_non_finite to skip"};
}

}  // namespace plumb
