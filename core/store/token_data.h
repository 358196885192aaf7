// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace plumb {

/// What was measured of the tokens of one completion. Every list but an empty one has a value for
/// each token; an empty one was not measured. Probabilities are those of the distribution that was
/// sampled from before top-k, top-p and penalties.
struct TokenData {
    std::vector<std::int64_t> ids;
    /// How many bytes of the completion's text belong to the token. A character that several tokens
    /// write belongs to the first of them.
    std::vector<std::int64_t> bytes;
    std::vector<float> logprob;      ///< of the policy that sampled, nats
    std::vector<float> ref_logprob;  ///< of the reference, nats
    /// New over old probability, as it stood in the loss of the last update on the completion.
    std::vector<float> ratio;
    /// Whether that loss clipped the ratio: -1 below, 1 above, 0 not.
    std::vector<std::int8_t> clipped;
    std::vector<float> advantage;
    std::vector<float> value;  ///< of the state before the token, in units of the reward

    bool operator==(const TokenData&) const = default;
};

/// The blob of table token_data, whose format docs/workspace.md tells. Floats keep eleven bits, a
/// relative error of 0.05 %; of ref_logprob the difference to logprob and of ratio the logarithm is
/// what is kept so. Precondition: lists have the length of ids, or none; bytes has it.
std::string encode_token_data(const TokenData& tokens);

/// ErrorCode::newer_version for a format above this program's; a damaged blob is
/// ErrorCode::invalid_input with what is wrong.
Result<TokenData> decode_token_data(std::string_view blob);

}  // namespace plumb
