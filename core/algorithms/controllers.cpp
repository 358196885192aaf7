// SPDX-License-Identifier: GPL-3.0-or-later
#include "algorithms/controllers.h"

#include <algorithm>
#include <cmath>

namespace plumb {

KlController updated(KlController controller, double observed_kl, double episodes) {
    if (controller.adaptive && std::isfinite(observed_kl)) {
        const auto& [target, horizon] = *controller.adaptive;
        const double error = std::clamp(observed_kl / target - 1.0, -0.2, 0.2);
        controller.coef *= 1.0 + error * episodes / horizon;
    }
    return controller;
}

EntropyController updated(EntropyController controller, double entropy) {
    if (!std::isfinite(entropy)) return controller;
    const double change = entropy <= controller.target ? controller.delta : -controller.delta;
    controller.coef = std::clamp(controller.coef + change, controller.min, controller.max);
    return controller;
}

double applied_coef(const EntropyController& controller, double entropy) {
    return entropy <= controller.target ? controller.coef : 0.0;
}

}  // namespace plumb
