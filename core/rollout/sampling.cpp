// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollout/sampling.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace plumb {
namespace {

constexpr float excluded = -std::numeric_limits<float>::infinity();

}  // namespace

Sampler::Sampler(const SamplingSettings& settings, std::int64_t vocab_size)
    : settings_(settings),
      scale_(settings.temperature > 0 ? static_cast<float>(1.0 / settings.temperature) : 1.0f),
      scores_(static_cast<std::size_t>(vocab_size)),
      weights_(static_cast<std::size_t>(vocab_size)) {}

void Sampler::load(const float* logits) {
    for (std::size_t i = 0; i < scores_.size(); ++i)
        scores_[i] = std::isnan(logits[i]) ? excluded : logits[i] * scale_;
    for (std::int64_t id : settings_.suppressed_ids)
        scores_[static_cast<std::size_t>(id)] = excluded;
}

void Sampler::penalise(std::span<const std::int64_t> seen) {
    // Each id once, however often it was seen. The penalty comes before the temperature in
    // transformers; both are factors, so that the order does not matter.
    std::vector<std::int64_t> ids(seen.begin(), seen.end());
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    const auto penalty = static_cast<float>(settings_.repetition_penalty);
    for (std::int64_t id : ids) {
        float& score = scores_[static_cast<std::size_t>(id)];
        score = score < 0 ? score * penalty : score / penalty;
    }
}

void Sampler::keep_top_k() {
    const auto k = static_cast<std::size_t>(settings_.top_k);
    if (k == 0 || k >= scores_.size()) return;
    sorted_ = scores_;
    const auto kth = sorted_.begin() + static_cast<std::ptrdiff_t>(k - 1);
    std::nth_element(sorted_.begin(), kth, sorted_.end(), std::greater<>());
    for (float& score : scores_)
        if (score < *kth) score = excluded;
}

void Sampler::keep_top_p() {
    if (settings_.top_p >= 1.0) return;
    const double limit = settings_.top_p * exponentiate();
    // The largest weights, sorted in portions that double, until they reach the limit.
    sorted_ = weights_;
    double sum = 0;
    std::size_t done = 0;
    float smallest_kept = 0;
    for (std::size_t portion = 64; done < sorted_.size() && (done == 0 || sum < limit);
         portion *= 2) {
        const auto begin = sorted_.begin() + static_cast<std::ptrdiff_t>(done);
        const std::size_t count = std::min(portion, sorted_.size() - done);
        std::partial_sort(begin, begin + static_cast<std::ptrdiff_t>(count), sorted_.end(),
                          std::greater<>());
        for (const std::size_t end = done + count; done < end; ++done) {
            if (done > 0 && sum >= limit) break;
            smallest_kept = sorted_[done];
            sum += smallest_kept;
        }
    }
    for (std::size_t i = 0; i < scores_.size(); ++i)
        if (weights_[i] < smallest_kept) scores_[i] = excluded;
}

void Sampler::keep_min_p() {
    if (settings_.min_p <= 0) return;
    exponentiate();  // the largest weight is 1
    const auto limit = static_cast<float>(settings_.min_p);
    for (std::size_t i = 0; i < scores_.size(); ++i)
        if (weights_[i] < limit) scores_[i] = excluded;
}

std::size_t Sampler::best() const {
    return static_cast<std::size_t>(std::max_element(scores_.begin(), scores_.end()) -
                                    scores_.begin());
}

double Sampler::exponentiate() {
    const float largest = scores_[best()];
    double sum = 0;
    for (std::size_t i = 0; i < scores_.size(); ++i) {
        weights_[i] = scores_[i] == excluded ? 0.0f : std::exp(scores_[i] - largest);
        sum += static_cast<double>(weights_[i]);
    }
    return sum;
}

void Sampler::filter(std::span<const std::int64_t> seen) {
    if (settings_.repetition_penalty != 1.0) penalise(seen);
    if (settings_.temperature <= 0) return;
    keep_top_k();
    keep_top_p();
    keep_min_p();
}

Sampler::Draw Sampler::draw(const float* logits, std::span<const std::int64_t> seen,
                            double uniform) {
    load(logits);
    double sum = exponentiate();
    const float largest = scores_[best()];
    const double log_sum = static_cast<double>(largest) + std::log(sum);
    const bool plain = settings_.repetition_penalty == 1.0 && settings_.top_k <= 0 &&
                       settings_.top_p >= 1.0 && settings_.min_p <= 0 && settings_.temperature > 0;
    std::size_t id = 0;
    if (!plain) filter(seen);
    if (settings_.temperature <= 0) {
        id = best();
    } else {
        if (!plain) sum = exponentiate();
        double left = uniform * sum;
        // Rounding may leave a rest behind the last token: then the last one that is possible.
        for (std::size_t i = 0; i < weights_.size(); ++i) {
            if (weights_[i] <= 0) continue;
            id = i;
            left -= static_cast<double>(weights_[i]);
            if (left < 0) break;
        }
    }
    const auto score = static_cast<double>(logits[id] * scale_);
    return {static_cast<std::int64_t>(id), static_cast<float>(score - log_sum)};
}

void Sampler::distribution(const float* logits, std::span<const std::int64_t> seen,
                           float* probabilities) {
    load(logits);
    filter(seen);
    if (settings_.temperature <= 0) {
        std::fill_n(probabilities, scores_.size(), 0.0f);
        probabilities[best()] = 1.0f;
        return;
    }
    const double sum = exponentiate();
    for (std::size_t i = 0; i < weights_.size(); ++i)
        probabilities[i] = static_cast<float>(static_cast<double>(weights_[i]) / sum);
}

at::Tensor sampling_distribution(const at::Tensor& logits, const SamplingSettings& sampling) {
    const at::Tensor plain = logits.detach().to(at::kCPU, at::kFloat).contiguous();
    at::Tensor probabilities = at::empty_like(plain);
    Sampler(sampling, plain.numel())
        .distribution(plain.data_ptr<float>(), {}, probabilities.data_ptr<float>());
    return probabilities;
}

}  // namespace plumb
