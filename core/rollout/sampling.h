// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rollout/rollout.h"

namespace plumb {

/// Turns rows of logits into tokens. Holds scratch memory: one for each thread.
///
/// The order is that of transformers: repetition penalty, temperature, top-k (ties with the k-th
/// stay), top-p (Holtzman et al., 2020: the fewest tokens whose probabilities reach top_p), min-p
/// (probabilities of at least min_p times the largest).
class Sampler {
public:
    Sampler(const SamplingSettings& settings, std::int64_t vocab_size);

    struct Draw {
        std::int64_t id = 0;
        float logprob = 0;  ///< as Rollout::logprobs; of the plain logits at temperature 0
    };
    /// One token of the distribution of logits [V], at the point `uniform` in [0, 1) of its
    /// cumulative distribution in the order of ids. seen: the row's tokens so far, looked at only
    /// with a repetition penalty. Never an id of probability 0; logits that are NaN count as 0.
    Draw draw(const float* logits, std::span<const std::int64_t> seen, double uniform);

    /// What draw() samples from, normalised: [V]. Temperature 0 gives 1 for the best token.
    void distribution(const float* logits, std::span<const std::int64_t> seen,
                      float* probabilities);

private:
    void load(const float* logits);
    void penalise(std::span<const std::int64_t> seen);
    void keep_top_k();
    void keep_top_p();
    void keep_min_p();
    std::size_t best() const;
    /// exp(scores - largest) into weights; returns their sum.
    double exponentiate();
    void filter(std::span<const std::int64_t> seen);

    const SamplingSettings& settings_;
    float scale_;                 // 1 / temperature
    std::vector<float> scores_;   // [V] -inf: excluded
    std::vector<float> weights_;  // [V] not normalised
    std::vector<float> sorted_;
};

}  // namespace plumb
