// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/rope.h"

#include <cmath>
#include <numbers>
#include <vector>

namespace plumb {
namespace {

double scaled_frequency(double frequency, const RopeScaling& scaling) {
    const auto original = static_cast<double>(scaling.original_max_position_embeddings);
    const double wavelength = 2.0 * std::numbers::pi / frequency;
    if (wavelength > original / scaling.low_freq_factor) return frequency / scaling.factor;
    if (wavelength < original / scaling.high_freq_factor) return frequency;
    const double smooth = (original / wavelength - scaling.low_freq_factor) /
                          (scaling.high_freq_factor - scaling.low_freq_factor);
    return (1.0 - smooth) * frequency / scaling.factor + smooth * frequency;
}

}  // namespace

RopeTables make_rope_tables(const ModelConfig& config, at::Device device) {
    const std::int64_t half = config.head_dim / 2;
    std::vector<float> frequencies;
    for (std::int64_t i = 0; i < half; ++i) {
        const double exponent =
            -2.0 * static_cast<double>(i) / static_cast<double>(config.head_dim);
        double frequency = std::pow(config.rope_theta, exponent);
        if (config.rope_scaling) frequency = scaled_frequency(frequency, *config.rope_scaling);
        frequencies.push_back(static_cast<float>(frequency));
    }
    RopeTables tables{at::empty({config.max_position_embeddings, half}, at::kFloat),
                      at::empty({config.max_position_embeddings, half}, at::kFloat)};
    float* cos = tables.cos.data_ptr<float>();
    float* sin = tables.sin.data_ptr<float>();
    for (std::int64_t position = 0; position < config.max_position_embeddings; ++position)
        for (std::int64_t i = 0; i < half; ++i) {
            const float angle =
                static_cast<float>(position) * frequencies[static_cast<std::size_t>(i)];
            *cos++ = std::cos(angle);
            *sin++ = std::sin(angle);
        }
    return {tables.cos.to(device), tables.sin.to(device)};
}

}  // namespace plumb
