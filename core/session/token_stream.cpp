// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/token_stream.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "rollout/sampling.h"

namespace plumb {
namespace {

/// What decoders write for bytes that are no whole character.
constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool is_special(const Tokenizer& tokenizer, std::int64_t id) {
    const std::array one = {id};
    return tokenizer.decode(one, true).empty() && !tokenizer.decode(one, false).empty();
}

}  // namespace

TokenStream::TokenStream(const Tokenizer& tokenizer, SamplingSettings sampling,
                         const GenerateRequest& request)
    : tokenizer_(tokenizer), plain_(std::move(sampling)), request_(request) {
    if (plain_.temperature <= 0) plain_.temperature = 1.0;
    plain_.top_k = 0;
    plain_.top_p = 1.0;
    plain_.min_p = 0.0;
    plain_.repetition_penalty = 1.0;
}

std::string TokenStream::text_of(std::int64_t id) const {
    if (is_special(tokenizer_, id)) return tokenizer_.token(id);
    std::vector<std::int64_t> ids = ids_;
    ids.push_back(id);
    const std::string whole = tokenizer_.decode(ids, true);
    return whole.starts_with(told_) ? whole.substr(told_.size()) : tokenizer_.token(id);
}

std::vector<TokenChoice> TokenStream::most_probable(std::span<const float> logits) const {
    const std::size_t count =
        std::min(static_cast<std::size_t>(request_.alternatives), logits.size());
    if (count == 0) return {};
    std::vector<float> probabilities(logits.size());
    Sampler(plain_, static_cast<std::int64_t>(logits.size()))
        .distribution(logits.data(), {}, probabilities.data());
    std::vector<std::int64_t> ids(logits.size());
    std::iota(ids.begin(), ids.end(), 0);
    const auto probability = [&](std::int64_t id) {
        return probabilities[static_cast<std::size_t>(id)];
    };
    std::ranges::partial_sort(
        ids, ids.begin() + static_cast<std::ptrdiff_t>(count), [&](std::int64_t a, std::int64_t b) {
            return std::pair(-probability(a), a) < std::pair(-probability(b), b);
        });
    std::vector<TokenChoice> choices;
    for (const std::int64_t id : std::span(ids).first(count))
        choices.push_back({text_of(id), static_cast<double>(probability(id))});
    return choices;
}

void TokenStream::take(const DrawnToken& drawn) {
    GeneratedToken token;
    token.alternatives = most_probable(drawn.logits);
    token.special = is_special(tokenizer_, drawn.id);
    token.probability = std::exp(static_cast<double>(drawn.logprob));
    token.text = text_of(drawn.id);
    ids_.push_back(drawn.id);
    if (!token.special) {
        // A character whose bytes are spread over tokens comes whole, with the last of them.
        if (token.text.ends_with(replacement))
            token.text.clear();
        else
            told_ += token.text;
    }
    if (request_.on_token) request_.on_token(token);
    tokens_.push_back(std::move(token));
}

}  // namespace plumb
