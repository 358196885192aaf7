// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace plumb {

/// A token that could have come, with its probability.
struct TokenChoice {
    std::string text;  ///< as it would join what stands before it; a special token by its name
    double probability = 0;
};

/// A sampled token. Probabilities are those of the model at the temperature (at 1 where that is 0),
/// before top-k, top-p, min-p and the repetition penalty choose among them.
struct GeneratedToken {
    /// What it adds to the completion; empty while a character of several tokens is not complete.
    std::string text;
    bool special = false;  ///< no part of the completion; text is its name
    double probability = 0;
    std::vector<TokenChoice> alternatives;  ///< the most probable ones, itself among them or not
};

struct GenerateRequest {
    std::string model;  ///< folder, or RUN[@STEP] of the workspace; RUN alone: its last checkpoint
    std::string prompt;
    std::int64_t max_tokens = 64;  ///< fewer where the model has no more positions
    double temperature = 1.0;      ///< 0: greedy
    std::int64_t top_k = 0;
    double top_p = 1.0;
    double min_p = 0.0;
    double repetition_penalty = 1.0;
    std::uint64_t seed = 0;
    std::int64_t threads = 0;
    std::int64_t alternatives = 0;  ///< so many for each token
    /// Told every token as it comes, on the inference worker's thread. May be empty.
    std::function<void(const GeneratedToken&)> on_token;
    std::stop_token stop;  ///< ends this request with ErrorCode::cancelled, waiting or at work
};

struct GenerateReply {
    std::string completion;
    std::int64_t tokens = 0;
    bool ended = false;
    double seconds = 0;
    std::vector<GeneratedToken> generated;  ///< one a token, the end token included
};

}  // namespace plumb
