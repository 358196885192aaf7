// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/token_values.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace plumb {
namespace {

/// Narrower scales would make differences of rounding look large.
constexpr double least_reach = 0.01;

constexpr std::array<TokenQuantityInfo, token_quantities.size()> infos = {{
    {"logprob", "Log-probability", "log p", "nats",
     "Of the token under the policy that sampled it. The lower, the more it was a surprise."},
    {"ref_logprob", "Log-probability under the reference", "log p ref", "nats",
     "What the frozen reference model gives the same token."},
    {"kl", "KL to the reference", "KL", "nats",
     "Log-probability less that of the reference: above 0 the policy has come to prefer the token. "
     "The sum over the tokens is the KL of the completion."},
    {"ratio", "Ratio of new to old probability", "ratio", "",
     "How the last update on the completion had changed the token's probability. 1: not at all."},
    {"clipped", "Clipped or not", "clipped", "",
     "Whether the loss left the token out since its ratio had gone too far: 1 above the range, -1 "
     "below it."},
    {"advantage", "Advantage", "advantage", "",
     "How much better than expected, by which the update weighs the token."},
    {"value", "Value", "value", "reward",
     "What the value model expected of the rest before it saw the token."},
}};

const std::vector<float>* floats_of(const TokenData& tokens, TokenQuantity quantity) {
    switch (quantity) {
        case TokenQuantity::logprob: return &tokens.logprob;
        case TokenQuantity::ref_logprob: return &tokens.ref_logprob;
        case TokenQuantity::ratio: return &tokens.ratio;
        case TokenQuantity::advantage: return &tokens.advantage;
        case TokenQuantity::value: return &tokens.value;
        case TokenQuantity::kl:
        case TokenQuantity::clipped: break;
    }
    return nullptr;
}

}  // namespace

const TokenQuantityInfo& token_quantity_info(TokenQuantity quantity) {
    return infos[static_cast<std::size_t>(quantity)];
}

std::optional<TokenQuantity> parse_token_quantity(std::string_view key) {
    const auto found = std::ranges::find(infos, key, &TokenQuantityInfo::key);
    if (found == infos.end()) return std::nullopt;
    return token_quantities[static_cast<std::size_t>(found - infos.begin())];
}

bool is_measured(const TokenData& tokens, TokenQuantity quantity) {
    if (quantity == TokenQuantity::clipped) return !tokens.clipped.empty();
    if (quantity == TokenQuantity::kl)
        return !tokens.logprob.empty() && !tokens.ref_logprob.empty();
    return !floats_of(tokens, quantity)->empty();
}

std::optional<double> token_value(const TokenData& tokens, TokenQuantity quantity,
                                  std::size_t index) {
    if (!is_measured(tokens, quantity)) return std::nullopt;
    if (quantity == TokenQuantity::clipped) return tokens.clipped[index];
    if (quantity == TokenQuantity::kl)
        return double{tokens.logprob[index]} - double{tokens.ref_logprob[index]};
    return (*floats_of(tokens, quantity))[index];
}

ColourScale token_scale(const TokenData& tokens, TokenQuantity quantity) {
    if (quantity == TokenQuantity::clipped) return {-1, 0, 1};
    const double centre = quantity == TokenQuantity::ratio ? 1 : 0;
    double reach = least_reach;
    for (std::size_t i = 0; i < tokens.ids.size(); ++i) {
        const auto value = token_value(tokens, quantity, i);
        if (value && std::isfinite(*value)) reach = std::max(reach, std::abs(*value - centre));
    }
    if (quantity == TokenQuantity::logprob || quantity == TokenQuantity::ref_logprob)
        return {-reach, 0, 0};
    return {centre - reach, centre, centre + reach};
}

}  // namespace plumb
