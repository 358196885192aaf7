// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "rollout/rollout.h"
#include "session/generation.h"
#include "text/tokenizer.h"

namespace plumb {

/// Turns the tokens of one completion, as they are drawn, into text with their probabilities.
class TokenStream {
public:
    /// sampling: what the tokens are drawn with; tokenizer and request must outlive the stream.
    TokenStream(const Tokenizer& tokenizer, SamplingSettings sampling,
                const GenerateRequest& request);

    /// Adds the token and tells request.on_token.
    void take(const DrawnToken& drawn);
    std::vector<GeneratedToken> tokens() && { return std::move(tokens_); }

private:
    /// What the completion so far and the token add up to, less what has been told of it.
    std::string text_of(std::int64_t id) const;
    std::vector<TokenChoice> most_probable(std::span<const float> logits) const;

    const Tokenizer& tokenizer_;
    SamplingSettings plain_;  ///< the temperature alone
    const GenerateRequest& request_;
    std::vector<std::int64_t> ids_;
    std::string told_;  ///< the completion's text up to its last whole character
    std::vector<GeneratedToken> tokens_;
};

}  // namespace plumb
