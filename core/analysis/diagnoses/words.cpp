// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/diagnoses/words.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"

namespace plumb {

std::string rounded(double value, int digits) {
    if (value == 0 || !std::isfinite(value)) return format_number(value);
    const double scale = digits - 1 - std::floor(std::log10(std::abs(value)));
    const double power = std::pow(10.0, std::abs(scale));
    // Divided by a power of ten rather than multiplied with its inverse, so that 0.1 is 0.1.
    return format_number(scale < 0 ? std::round(value / power) * power
                                   : std::round(value * power) / power);
}

std::string percent(double share) { return format_fixed(100 * share, 0) + " %"; }

std::string when(const Episode& episode) {
    if (episode.standing) return "since step " + std::to_string(episode.first_step);
    if (episode.first_step == episode.last_step)
        return "at step " + std::to_string(episode.first_step);
    return "from step " + std::to_string(episode.first_step) + " to " +
           std::to_string(episode.last_step);
}

Diagnosis diagnosis_of(const Episode& episode, std::string id, std::string title,
                       std::int64_t before) {
    Diagnosis diagnosis;
    diagnosis.id = std::move(id);
    diagnosis.title = std::move(title);
    diagnosis.first_step = episode.first_step;
    diagnosis.last_step = episode.last_step;
    diagnosis.standing = episode.standing;
    diagnosis.evidence.first_step = std::max<std::int64_t>(0, episode.first_step - before);
    diagnosis.evidence.last_step = episode.last_step;
    return diagnosis;
}

}  // namespace plumb
