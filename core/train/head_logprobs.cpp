// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/head_logprobs.h"

#include <memory>

#include "base/check.h"
#include "model/recompute.h"

namespace plumb {
namespace {

/// Probabilities are computed in float32 at least.
at::Tensor wide(const at::Tensor& logits) {
    return c10::elementSize(logits.scalar_type()) < 4 ? logits.to(at::kFloat) : logits;
}

void add_differentiable(const at::Tensor& logits, const at::Tensor& ids, const HeadOptions& options,
                        HeadOutputs& outputs) {
    outputs.tokens = token_logprobs(logits, ids, options.temperature, options.suppressed_ids);
    if (options.second_temperature)
        outputs.second =
            token_logprobs(logits, ids, *options.second_temperature, options.suppressed_ids)
                .logprobs;
}

void add_measures(const at::Tensor& logits, const at::Tensor& ids, const HeadOptions& options,
                  HeadOutputs& outputs) {
    if (options.argmax) outputs.is_argmax = is_argmax(logits, ids);
    if (options.mean_logits) outputs.mean_logits = logits.detach().mean(1);
    if (options.log_collision)
        outputs.log_collision =
            log_collision_probability(logits.detach(), 1.0, options.suppressed_ids);
}

HeadOutputs whole(const Decoder& model, const at::Tensor& hidden, const at::Tensor& ids,
                  const HeadOptions& options) {
    HeadOutputs outputs;
    const at::Tensor logits = wide(model.logits(hidden));
    add_differentiable(logits, ids, options, outputs);
    add_measures(logits, ids, options, outputs);
    return outputs;
}

HeadOutputs of_slice(const Decoder& model, const at::Tensor& hidden, const at::Tensor& ids,
                     const HeadOptions& options) {
    // Measures have no gradient: they are taken when the logits are there for the first time.
    const auto measures = std::make_shared<HeadOutputs>();
    const auto recipe = [head = model.head(), ids, options, measures,
                         first = std::make_shared<bool>(true)](const at::Tensor& rows) {
        const at::Tensor logits = wide(head(rows));
        HeadOutputs outputs;
        add_differentiable(logits, ids, options, outputs);
        if (*first) add_measures(logits, ids, options, *measures);
        *first = false;
        std::vector<at::Tensor> results = {outputs.tokens.logprobs, outputs.tokens.entropy};
        if (outputs.second.defined()) results.push_back(outputs.second);
        return results;
    };
    const std::vector<at::Tensor> results =
        model.is_trainable() ? recomputed(hidden, recipe) : recipe(hidden);
    HeadOutputs outputs = *measures;
    outputs.tokens = {results[0], results[1]};
    if (results.size() > 2) outputs.second = results[2];
    return outputs;
}

}  // namespace

HeadOutputs head_logprobs(const Decoder& model, const at::Tensor& hidden, const at::Tensor& ids,
                          const HeadOptions& options) {
    PLUMB_CHECK(hidden.dim() == 2 && ids.dim() == 1 && ids.size(0) == hidden.size(0),
                "hidden states [N, hidden] and ids [N] expected");
    const std::int64_t step = options.rows_at_once > 0
                                  ? options.rows_at_once
                                  : logit_rows_at_once(model.config().vocab_size);
    const at::Tensor there = ids.to(hidden.device());
    if (hidden.size(0) <= step) return whole(model, hidden, there, options);

    std::vector<HeadOutputs> slices;
    const std::vector<at::Tensor> rows = hidden.split(step), their_ids = there.split(step);
    for (std::size_t i = 0; i < rows.size(); ++i)
        slices.push_back(of_slice(model, rows[i], their_ids[i], options));
    const auto together = [&](auto member) {
        std::vector<at::Tensor> parts;
        for (const HeadOutputs& slice : slices) parts.push_back(member(slice));
        return parts.front().defined() ? at::cat(parts) : at::Tensor();
    };
    return {{together([](const HeadOutputs& s) { return s.tokens.logprobs; }),
             together([](const HeadOutputs& s) { return s.tokens.entropy; })},
            together([](const HeadOutputs& s) { return s.second; }),
            together([](const HeadOutputs& s) { return s.is_argmax; }),
            together([](const HeadOutputs& s) { return s.mean_logits; }),
            together([](const HeadOutputs& s) { return s.log_collision; })};
}

}  // namespace plumb
