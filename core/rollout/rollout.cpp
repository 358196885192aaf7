// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollout/rollout.h"

#include <algorithm>

#include <ATen/Parallel.h>

#include "base/random.h"
#include "model/kv_cache.h"
#include "model/work.h"
#include "rollout/sampling.h"

namespace plumb {
namespace {

using Ids = std::vector<std::int64_t>;

Status check_ids(const Ids& ids, std::int64_t vocab_size, const std::string& what) {
    for (std::int64_t id : ids)
        if (id < 0 || id >= vocab_size)
            return invalid_input(what + " holds the token id " + std::to_string(id) +
                                 ", but the model's vocabulary has " + std::to_string(vocab_size) +
                                 " ids");
    return {};
}

Status check(const ModelConfig& config, const std::vector<Ids>& prompts, std::int64_t per_prompt,
             const SamplingSettings& sampling) {
    if (config.score_head)
        return invalid_input(
            "this is a reward or value model, which scores texts and writes none; name a language "
            "model");
    if (prompts.empty()) return invalid_input("there are no prompts to complete");
    if (per_prompt < 1) return invalid_input("the completions per prompt must be at least 1");
    if (sampling.max_new_tokens < 1) return invalid_input("max_new_tokens must be at least 1");
    if (!(sampling.temperature >= 0)) return invalid_input("temperature must be 0 or above");
    if (sampling.top_k < 0) return invalid_input("top_k must be 0 (off) or above");
    if (!(sampling.top_p > 0 && sampling.top_p <= 1))
        return invalid_input("top_p must be above 0 and at most 1");
    if (!(sampling.min_p >= 0 && sampling.min_p <= 1))
        return invalid_input("min_p must be between 0 and 1");
    if (!(sampling.repetition_penalty > 0))
        return invalid_input("repetition_penalty must be above 0");
    PLUMB_TRY_STATUS(check_ids(sampling.suppressed_ids, config.vocab_size, "suppressed_ids"));
    Ids suppressed = sampling.suppressed_ids;
    std::sort(suppressed.begin(), suppressed.end());
    suppressed.erase(std::unique(suppressed.begin(), suppressed.end()), suppressed.end());
    if (static_cast<std::int64_t>(suppressed.size()) == config.vocab_size)
        return invalid_input("suppressed_ids leaves no token to sample");
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        const std::string name = "prompt " + std::to_string(i + 1);
        if (prompts[i].empty()) return invalid_input(name + " is empty");
        const auto length = static_cast<std::int64_t>(prompts[i].size());
        if (length + sampling.max_new_tokens > config.max_position_embeddings)
            return invalid_input(name + " has " + std::to_string(length) + " tokens; with " +
                                 std::to_string(sampling.max_new_tokens) +
                                 " new ones (max_new_tokens) that is more than the model's "
                                 "max_position_embeddings of " +
                                 std::to_string(config.max_position_embeddings));
        PLUMB_TRY_STATUS(check_ids(prompts[i], config.vocab_size, name));
    }
    return {};
}

/// The rows of one rollout while they grow.
class Rows {
public:
    Rows(const std::vector<Ids>& prompts, std::int64_t per_prompt, const SamplingSettings& sampling,
         const DrawKey& key, std::int64_t pad_id, const TokenWatcher& watch)
        : prompts_(prompts),
          per_prompt_(per_prompt),
          sampling_(sampling),
          key_(key),
          watch_(watch) {
        const auto count = static_cast<std::int64_t>(prompts.size()) * per_prompt;
        ids_ = at::full({count, sampling.max_new_tokens}, pad_id, at::kLong);
        logprobs_ = at::zeros({count, sampling.max_new_tokens}, at::kFloat);
        ended_.assign(static_cast<std::size_t>(count), 0);
        lengths_.assign(static_cast<std::size_t>(count), 0);
    }

    std::int64_t count() const { return ids_.size(0); }

    /// Draws the token at `position` of each live row; live[i] belongs to logits_row(i).
    /// Returns the tokens, [live].
    at::Tensor draw(const Ids& live, const at::Tensor& logits, std::int64_t position,
                    const std::function<std::int64_t(std::int64_t)>& logits_row) {
        const at::Tensor rows = logits.to(at::kCPU, at::kFloat).contiguous();
        const float* all_logits = rows.const_data_ptr<float>();
        const std::int64_t vocab = rows.size(-1), stride = ids_.size(1);
        auto* ids = ids_.data_ptr<std::int64_t>();
        auto* logprobs = logprobs_.data_ptr<float>();
        const auto live_count = static_cast<std::int64_t>(live.size());
        at::Tensor tokens = at::empty({live_count}, at::kLong);
        auto* token = tokens.data_ptr<std::int64_t>();
        const std::int64_t grain = std::max<std::int64_t>(1, 8192 / vocab);
        at::parallel_for(0, live_count, grain, [&](std::int64_t begin, std::int64_t end) {
            Sampler sampler(sampling_, vocab);
            for (std::int64_t i = begin; i < end; ++i) {
                const std::int64_t row = live[static_cast<std::size_t>(i)];
                const double uniform = keyed_uniform(
                    key_.seed, key_.step, key_.first_row + static_cast<std::uint64_t>(row),
                    static_cast<std::uint64_t>(position));
                const Sampler::Draw drawn =
                    sampler.draw(all_logits + logits_row(i) * vocab, seen(row, position), uniform);
                ids[row * stride + position] = token[i] = drawn.id;
                logprobs[row * stride + position] = drawn.logprob;
                const auto at = static_cast<std::size_t>(row);
                lengths_[at] = position + 1;
                ended_[at] = std::find(sampling_.eos_ids.begin(), sampling_.eos_ids.end(),
                                       drawn.id) != sampling_.eos_ids.end();
            }
        });
        if (!watch_) return tokens;
        for (std::int64_t i = 0; i < live_count; ++i) {
            const std::int64_t row = live[static_cast<std::size_t>(i)];
            watch_(
                {row, position, token[i], logprobs[row * stride + position],
                 std::span(all_logits + logits_row(i) * vocab, static_cast<std::size_t>(vocab))});
        }
        return tokens;
    }

    bool ended(std::int64_t row) const { return ended_[static_cast<std::size_t>(row)] != 0; }

    Rollout finish(std::int64_t prompt_tokens) && {
        const std::int64_t longest = *std::max_element(lengths_.begin(), lengths_.end());
        const at::Tensor lengths = at::tensor(lengths_, at::kLong).unsqueeze(1);
        Rollout rollout;
        rollout.completion_ids = ids_.narrow(1, 0, longest).contiguous();
        rollout.mask = at::arange(longest, at::kLong).unsqueeze(0).lt(lengths).to(at::kFloat);
        rollout.logprobs = logprobs_.narrow(1, 0, longest).contiguous();
        rollout.ended.assign(ended_.begin(), ended_.end());
        rollout.lengths = std::move(lengths_);
        rollout.prompt_tokens = prompt_tokens;
        return rollout;
    }

private:
    /// Prompt and completion so far; only a repetition penalty asks for it.
    Ids seen(std::int64_t row, std::int64_t position) const {
        if (sampling_.repetition_penalty == 1.0) return {};
        Ids all = prompts_[static_cast<std::size_t>(row / per_prompt_)];
        const auto* own = ids_.const_data_ptr<std::int64_t>() + row * ids_.size(1);
        all.insert(all.end(), own, own + position);
        return all;
    }

    const std::vector<Ids>& prompts_;
    std::int64_t per_prompt_;
    const SamplingSettings& sampling_;
    DrawKey key_;
    const TokenWatcher& watch_;
    at::Tensor ids_, logprobs_;  // [N, max_new_tokens]
    Ids lengths_;
    std::vector<char> ended_;  // not bits: rows are written from several threads
};

/// Prompts padded on the right, [P, longest].
at::Tensor pad_prompts(const std::vector<Ids>& prompts, std::int64_t longest) {
    at::Tensor ids = at::zeros({static_cast<std::int64_t>(prompts.size()), longest}, at::kLong);
    auto* row = ids.data_ptr<std::int64_t>();
    for (const Ids& prompt : prompts) {
        std::copy(prompt.begin(), prompt.end(), row);
        row += longest;
    }
    return ids;
}

}  // namespace

Result<Rollout> generate(const Decoder& model, const std::vector<Ids>& prompts,
                         std::int64_t per_prompt, const SamplingSettings& sampling,
                         const DrawKey& key, std::int64_t pad_id, const std::stop_token& stop,
                         const TokenWatcher& watch) {
    const at::NoGradGuard no_grad;
    PLUMB_TRY_STATUS(check(model.config(), prompts, per_prompt, sampling));
    if (stop.stop_requested()) return cancelled();
    Ids lengths;
    for (const Ids& prompt : prompts) lengths.push_back(static_cast<std::int64_t>(prompt.size()));
    const std::int64_t longest = *std::max_element(lengths.begin(), lengths.end());

    Rows rows(prompts, per_prompt, sampling, key, pad_id, watch);
    KeyValueCache cache(model.config(), rows.count(), longest + sampling.max_new_tokens,
                        model.device());
    at::Tensor logits = model.next_logits(
        model.prefill(pad_prompts(prompts, longest).to(model.device()), lengths, cache));

    bool first = true;
    for (std::int64_t position = 0; position < sampling.max_new_tokens; ++position) {
        if (stop.stop_requested()) return cancelled();
        const Ids live = cache.live();
        const at::Tensor tokens = rows.draw(
            live, logits, position, [&](std::int64_t i) { return first ? i / per_prompt : i; });
        first = false;
        Ids kept;
        for (std::size_t i = 0; i < live.size(); ++i)
            if (!rows.ended(live[i])) kept.push_back(static_cast<std::int64_t>(i));
        if (kept.empty() || position + 1 == sampling.max_new_tokens) break;
        const bool dropped = kept.size() < live.size();
        if (dropped) cache.keep(kept);
        const at::Tensor next =
            dropped ? tokens.index_select(0, at::tensor(kept, at::kLong)) : tokens;
        logits = model.next_logits(model.decode(next.to(model.device()), cache));
    }
    std::int64_t prompt_tokens = 0;
    for (std::int64_t length : lengths) prompt_tokens += length;
    Rollout rollout = std::move(rows).finish(prompt_tokens);
    Work& work = work_done();
    for (const std::int64_t length : rollout.lengths)
        work.generated_tokens += static_cast<double>(length);
    work.flops += generation_flops(model.config(), lengths, rollout.lengths, per_prompt);
    return rollout;
}

}  // namespace plumb
