// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/prompts.h"

#include <string>

namespace plumb {

Result<TokenizedPrompts> tokenize_prompts(std::span<const Prompt> prompts,
                                          const Tokenizer& tokenizer, std::int64_t max_length) {
    TokenizedPrompts result;
    result.ids.reserve(prompts.size());
    const auto limit = static_cast<std::ptrdiff_t>(max_length);
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        auto ids = tokenizer.encode(prompts[i].text);
        if (ids.empty()) {
            const auto& source = prompts[i].source;
            return invalid_input((source.empty() ? "Prompt " + std::to_string(i + 1) : source) +
                                 ": the prompt is empty once it is split into tokens. Give it "
                                 "text, or remove the row.");
        }
        if (std::ssize(ids) > limit) {
            ids.erase(ids.begin(), ids.end() - limit);
            ++result.shortened;
        }
        result.ids.push_back(std::move(ids));
    }
    return result;
}

}  // namespace plumb
