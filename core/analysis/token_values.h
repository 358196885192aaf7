// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "analysis/colour_scale.h"
#include "store/token_data.h"

namespace plumb {

/// What the tokens of a completion can be looked at by.
enum class TokenQuantity { logprob, ref_logprob, kl, ratio, clipped, advantage, value };
inline constexpr std::array token_quantities = {
    TokenQuantity::logprob, TokenQuantity::ref_logprob, TokenQuantity::kl,   TokenQuantity::ratio,
    TokenQuantity::clipped, TokenQuantity::advantage,   TokenQuantity::value};

struct TokenQuantityInfo {
    std::string_view key;    ///< "ref_logprob"
    std::string_view title;  ///< "Log-probability under the reference"
    std::string_view name;   ///< in a line of numbers: "log p ref"
    std::string_view unit;   ///< "nats"; empty: none
    std::string_view help;
};
const TokenQuantityInfo& token_quantity_info(TokenQuantity quantity);
/// By its key; nothing for another one.
std::optional<TokenQuantity> parse_token_quantity(std::string_view key);

/// Whether it was measured of this completion.
bool is_measured(const TokenData& tokens, TokenQuantity quantity);
/// Of one token; nothing where it was not measured. The KL is log policy - log reference, whose sum
/// is the KL of the completion; clipped is -1, 0 or 1.
std::optional<double> token_value(const TokenData& tokens, TokenQuantity quantity,
                                  std::size_t index);
/// As wide as the completion's finite values need. Advantages, values and the KL go both ways from
/// 0 and ratios from 1; log-probabilities fall from 0.
ColourScale token_scale(const TokenData& tokens, TokenQuantity quantity);

}  // namespace plumb
