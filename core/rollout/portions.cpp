// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollout/portions.h"

#include <algorithm>

#include "base/check.h"

namespace plumb {
namespace {

constexpr std::int64_t completions_at_once = 128;

/// One under the other, each widened to the longest. Precondition: at least one.
Rollout join(std::vector<Rollout> parts, std::int64_t pad_id) {
    if (parts.size() == 1) return std::move(parts.front());
    std::int64_t width = 0;
    for (const Rollout& part : parts) width = std::max(width, part.completion_ids.size(1));
    std::vector<at::Tensor> ids, masks, logprobs;
    Rollout all;
    for (const Rollout& part : parts) {
        const std::int64_t more = width - part.completion_ids.size(1);
        ids.push_back(at::constant_pad_nd(part.completion_ids, {0, more}, pad_id));
        masks.push_back(at::constant_pad_nd(part.mask, {0, more}));
        logprobs.push_back(at::constant_pad_nd(part.logprobs, {0, more}));
        all.lengths.insert(all.lengths.end(), part.lengths.begin(), part.lengths.end());
        all.ended.insert(all.ended.end(), part.ended.begin(), part.ended.end());
        all.prompt_tokens += part.prompt_tokens;
    }
    all.completion_ids = at::cat(ids);
    all.mask = at::cat(masks);
    all.logprobs = at::cat(logprobs);
    return all;
}

}  // namespace

std::int64_t prompts_at_once(std::int64_t per_prompt) {
    return std::max<std::int64_t>(1, completions_at_once / per_prompt);
}

Result<Rollout> generate_in_portions(const Decoder& model,
                                     const std::vector<std::vector<std::int64_t>>& prompts,
                                     std::int64_t per_prompt, const SamplingSettings& sampling,
                                     const DrawKey& key, std::int64_t pad_id,
                                     const std::stop_token& stop) {
    PLUMB_CHECK(!prompts.empty(), "there is nothing to complete");
    const std::int64_t count = std::ssize(prompts), at_once = prompts_at_once(per_prompt);
    std::vector<Rollout> parts;
    for (std::int64_t first = 0; first < count; first += at_once) {
        const std::vector<std::vector<std::int64_t>> some(
            prompts.begin() + first, prompts.begin() + std::min(count, first + at_once));
        DrawKey own = key;
        own.first_row += static_cast<std::uint64_t>(first * per_prompt);
        PLUMB_TRY(Rollout part, generate(model, some, per_prompt, sampling, own, pad_id, stop));
        parts.push_back(std::move(part));
    }
    return join(std::move(parts), pad_id);
}

}  // namespace plumb
