// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/colours.h"

#include <vector>

namespace plumb {

std::string algorithm_colour(std::string_view algorithm) {
    if (algorithm == "ppo") return "#D55E00";
    if (algorithm == "dpo") return "#0072B2";
    if (algorithm == "grpo") return "#009E73";
    if (algorithm == "reward") return "#CC79A7";
    return "#7A7A7A";
}

std::string series_colour(std::string_view algorithm, std::size_t index) {
    if (index == 0) return algorithm_colour(algorithm);
    static const std::vector<std::string> others = {"#56B4E9", "#E69F00", "#CC79A7", "#0072B2",
                                                    "#D55E00"};
    return others[(index - 1) % others.size()];
}

}  // namespace plumb
