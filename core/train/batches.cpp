// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/batches.h"

#include <algorithm>

#include "base/check.h"
#include "model/work.h"

namespace plumb {
namespace {

at::Tensor to_tensor(const std::vector<std::int64_t>& values) {
    return at::tensor(values, at::TensorOptions().dtype(at::kLong));
}

std::int64_t size_of(const TokenIds& row) { return static_cast<std::int64_t>(row.size()); }

}  // namespace

at::Tensor pad_right(const std::vector<TokenIds>& rows, std::int64_t pad_id) {
    std::int64_t width = 0;
    for (const auto& row : rows) width = std::max(width, size_of(row));
    at::Tensor ids = at::full({static_cast<std::int64_t>(rows.size()), width}, pad_id,
                              at::TensorOptions().dtype(at::kLong));
    auto* out = ids.data_ptr<std::int64_t>();
    for (const auto& row : rows) {
        std::copy(row.begin(), row.end(), out);
        out += width;
    }
    return ids;
}

std::int64_t score_position(const TokenIds& ids, std::optional<std::int64_t> pad_id) {
    std::int64_t last = size_of(ids) - 1;
    while (pad_id && last > 0 && ids[static_cast<std::size_t>(last)] == *pad_id) --last;
    return last;
}

LabelledBatch make_labelled_batch(const std::vector<TokenIds>& rows,
                                  const std::vector<TokenIds>& labels, std::int64_t pad_id) {
    PLUMB_CHECK(rows.size() == labels.size(), "a row of labels for every row of ids");
    LabelledBatch batch;
    batch.ids = pad_right(rows, pad_id);
    const std::int64_t width = batch.ids.size(1);
    std::vector<std::int64_t> predictors, kept;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        batch.tokens += size_of(rows[i]);
        for (std::int64_t t = 0; t + 1 < size_of(labels[i]); ++t) {
            const std::int64_t label = labels[i][static_cast<std::size_t>(t + 1)];
            if (label == -100) continue;
            predictors.push_back(static_cast<std::int64_t>(i) * width + t);
            kept.push_back(label);
        }
    }
    batch.predictors = to_tensor(predictors);
    batch.labels = to_tensor(kept);
    return batch;
}

CompletionBatch make_completion_batch(const std::vector<TokenIds>& prompts,
                                      const std::vector<TokenIds>& completions,
                                      std::int64_t pad_id) {
    PLUMB_CHECK(prompts.size() == completions.size(), "a completion for every prompt");
    CompletionBatch batch;
    std::vector<TokenIds> rows(prompts);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        PLUMB_CHECK(!prompts[i].empty(), "an empty prompt predicts nothing");
        rows[i].insert(rows[i].end(), completions[i].begin(), completions[i].end());
        batch.width = std::max(batch.width, size_of(completions[i]));
        batch.tokens += size_of(rows[i]);
    }
    batch.ids = pad_right(rows, pad_id);
    const std::int64_t row_width = batch.ids.size(1);
    std::vector<std::int64_t> predictors, targets, slots;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto row = static_cast<std::int64_t>(i);
        for (std::int64_t t = 0; t < size_of(completions[i]); ++t) {
            predictors.push_back(row * row_width + size_of(prompts[i]) - 1 + t);
            targets.push_back(completions[i][static_cast<std::size_t>(t)]);
            slots.push_back(row * batch.width + t);
        }
    }
    batch.predictors = to_tensor(predictors);
    batch.targets = to_tensor(targets);
    batch.slots = to_tensor(slots);
    return batch;
}

at::Tensor at_slots(const at::Tensor& values, const at::Tensor& slots, std::int64_t rows,
                    std::int64_t width) {
    return at::zeros({rows * width}, values.options())
        .index_copy(0, slots.to(values.device()), values)
        .view({rows, width});
}

at::Tensor at_completions(const at::Tensor& values, const CompletionBatch& batch) {
    return at_slots(values, batch.slots, batch.ids.size(0), batch.width);
}

at::Tensor completion_token_mask(const CompletionBatch& batch) {
    const std::int64_t rows = batch.ids.size(0);
    return at::zeros({rows * batch.width}).index_fill_(0, batch.slots, 1).view({rows, batch.width});
}

at::Tensor hidden_at(const Llama& model, const at::Tensor& ids, const at::Tensor& positions,
                     double tokens) {
    const bool trains = at::GradMode::is_enabled() && model.is_trainable();
    Work& work = work_done();
    (trains ? work.trained_tokens : work.scored_tokens) += tokens;
    work.flops += (trains ? 3.0 : 1.0) *
                  forward_flops(model.config(), ids.size(0), ids.size(1), positions.numel());
    const at::Tensor hidden = model.hidden_states(ids.to(model.device()));  // [B, T, hidden]
    return hidden.reshape({-1, hidden.size(2)}).index_select(0, positions.to(model.device()));
}

at::Tensor text_scores(const Llama& model, const std::vector<TokenIds>& texts) {
    const auto& pad_id = model.config().pad_token_id;
    const at::Tensor ids = pad_right(texts, pad_id.value_or(0));  // any id: it is never read
    std::vector<std::int64_t> positions;
    double tokens = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        positions.push_back(static_cast<std::int64_t>(i) * ids.size(1) +
                            score_position(texts[i], pad_id));
        tokens += static_cast<double>(texts[i].size());
    }
    return model.scores(hidden_at(model, ids, to_tensor(positions), tokens));
}

TokenLogprobs completion_logprobs(const Llama& model, const CompletionBatch& batch,
                                  double temperature,
                                  const std::vector<std::int64_t>& suppressed_ids) {
    const at::Tensor logits = model.logits(
        hidden_at(model, batch.ids, batch.predictors, static_cast<double>(batch.tokens)));
    const TokenLogprobs flat =
        token_logprobs(logits, batch.targets.to(logits.device()), temperature, suppressed_ids);
    return {at_completions(flat.logprobs, batch), at_completions(flat.entropy, batch)};
}

}  // namespace plumb
