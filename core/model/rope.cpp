// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/rope.h"

#include <algorithm>
#include <cmath>
#include <mutex>
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

RopeTables make_tables(const ModelConfig& config, std::int64_t length, at::Device device) {
    const std::int64_t rotary = config.rotary_dim(), half = rotary / 2;
    std::vector<float> frequencies;
    for (std::int64_t i = 0; i < half; ++i) {
        const double exponent = -2.0 * static_cast<double>(i) / static_cast<double>(rotary);
        double frequency = std::pow(config.rope_theta, exponent);
        if (config.rope_scaling) frequency = scaled_frequency(frequency, *config.rope_scaling);
        frequencies.push_back(static_cast<float>(frequency));
    }
    RopeTables tables{at::empty({length, half}, at::kFloat), at::empty({length, half}, at::kFloat)};
    float* cos = tables.cos.data_ptr<float>();
    float* sin = tables.sin.data_ptr<float>();
    for (std::int64_t position = 0; position < length; ++position)
        for (const float frequency : frequencies) {
            const float angle = static_cast<float>(position) * frequency;
            *cos++ = std::cos(angle);
            *sin++ = std::sin(angle);
        }
    return {tables.cos.to(device), tables.sin.to(device)};
}

}  // namespace

struct RotaryPositions::Shared {
    ModelConfig config;
    at::Device device;
    std::mutex mutex;
    RopeTables tables;
};

RotaryPositions::RotaryPositions(const ModelConfig& config, at::Device device)
    : shared_(new Shared{config, device, {}, {}}) {
    if (config.rotary_dim() > 0)
        shared_->tables =
            make_tables(config, std::min(first_length, config.max_position_embeddings), device);
}

RotaryPositions::RotaryPositions(RotaryPositions&&) noexcept = default;
RotaryPositions& RotaryPositions::operator=(RotaryPositions&&) noexcept = default;
RotaryPositions::~RotaryPositions() = default;

RopeTables RotaryPositions::tables() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->tables;
}

RopeTables RotaryPositions::up_to(std::int64_t length) const {
    const std::lock_guard lock(shared_->mutex);
    RopeTables& all = shared_->tables;
    if (!all.cos.defined()) return {};
    if (length > all.cos.size(0)) {
        const std::int64_t longer = std::max(length, 2 * all.cos.size(0));
        all =
            make_tables(shared_->config, std::min(longer, shared_->config.max_position_embeddings),
                        shared_->device);
    }
    return {all.cos.narrow(0, 0, length), all.sin.narrow(0, 0, length)};
}

}  // namespace plumb
