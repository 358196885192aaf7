// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/batches.h"

#include <algorithm>
#include <map>

#include "base/check.h"
#include "model/work.h"
#include "train/head_logprobs.h"

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
                                  const std::vector<TokenIds>& labels) {
    PLUMB_CHECK(rows.size() == labels.size(), "a row of labels for every row of ids");
    TokenTreeBuilder sequences;
    std::vector<std::int64_t> predictors, kept;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::int64_t first = sequences.first(sequences.add(rows[i]));
        for (std::int64_t t = 0; t + 1 < size_of(labels[i]); ++t) {
            const std::int64_t label = labels[i][static_cast<std::size_t>(t + 1)];
            if (label == -100) continue;
            predictors.push_back(first + t);
            kept.push_back(label);
        }
    }
    return {sequences.finish(), to_tensor(predictors), to_tensor(kept)};
}

namespace {

/// The prompts' segments, one for all rows that have the same; -1 where a row's is its alone, which
/// then is one segment with its completion.
class SharedPrompts {
public:
    SharedPrompts(const std::vector<TokenIds>& prompts, TokenTreeBuilder& sequences)
        : sequences_(sequences) {
        for (const TokenIds& prompt : prompts) ++rows_of_[prompt];
    }
    std::int64_t segment(const TokenIds& prompt) {
        if (rows_of_.at(prompt) < 2) return -1;
        const auto [found, is_new] = segments_.try_emplace(prompt, 0);
        if (is_new) found->second = sequences_.add(prompt);
        return found->second;
    }

private:
    TokenTreeBuilder& sequences_;
    std::map<TokenIds, std::int64_t> rows_of_, segments_;
};

}  // namespace

CompletionBatch make_completion_batch(const std::vector<TokenIds>& prompts,
                                      const std::vector<TokenIds>& completions) {
    PLUMB_CHECK(prompts.size() == completions.size(), "a completion for every prompt");
    CompletionBatch batch;
    batch.rows = std::ssize(prompts);
    for (const TokenIds& completion : completions)
        batch.width = std::max(batch.width, size_of(completion));
    TokenTreeBuilder sequences;
    SharedPrompts shared(prompts, sequences);
    std::vector<std::int64_t> predictors, targets, slots;
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        PLUMB_CHECK(!prompts[i].empty(), "an empty prompt predicts nothing");
        RowPlace place;
        if (const std::int64_t parent = shared.segment(prompts[i]); parent >= 0) {
            place.prompt_end = sequences.first(parent) + sequences.length(parent) - 1;
            place.first = sequences.first(sequences.add(completions[i], parent));
        } else {
            TokenIds row = prompts[i];
            row.insert(row.end(), completions[i].begin(), completions[i].end());
            place.first = sequences.first(sequences.add(row)) + size_of(prompts[i]);
            place.prompt_end = place.first - 1;
        }
        batch.places.push_back(place);
        batch.tokens += size_of(prompts[i]) + size_of(completions[i]);
        for (std::int64_t t = 0; t < size_of(completions[i]); ++t) {
            predictors.push_back(place.after(t));
            targets.push_back(completions[i][static_cast<std::size_t>(t)]);
            slots.push_back(static_cast<std::int64_t>(i) * batch.width + t);
        }
    }
    batch.sequences = sequences.finish();
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
    return at_slots(values, batch.slots, batch.rows, batch.width);
}

at::Tensor completion_token_mask(const CompletionBatch& batch) {
    return at::zeros({batch.rows * batch.width})
        .index_fill_(0, batch.slots, 1)
        .view({batch.rows, batch.width});
}

at::Tensor hidden_at(const Decoder& model, const TokenTree& tokens, const at::Tensor& places,
                     double counted) {
    const bool trains = at::GradMode::is_enabled() && model.is_trainable();
    Work& work = work_done();
    (trains ? work.trained_tokens : work.scored_tokens) += counted;
    const double base = forward_flops(model.config(), tokens, places.numel());
    if (model.has_adapter()) {  // frozen weights get no gradient, which is a third of the work
        const double adapter =
            2.0 * static_cast<double>(tokens.tokens() * model.low_rank_parameter_count());
        work.flops += (trains ? 2.0 : 1.0) * base + (trains ? 3.0 : 1.0) * adapter;
    } else {
        work.flops += (trains ? 3.0 : 1.0) * base;
    }
    const TokenTree there{tokens.ids.to(model.device()), tokens.segments};
    return model.hidden_states_at(there, places.to(model.device()));
}

at::Tensor text_scores(const Decoder& model, const std::vector<TokenIds>& texts) {
    TokenTreeBuilder sequences;
    std::vector<std::int64_t> places;
    double tokens = 0;
    for (const TokenIds& text : texts) {
        places.push_back(sequences.first(sequences.add(text)) +
                         score_position(text, model.config().pad_token_id));
        tokens += static_cast<double>(text.size());
    }
    return model.scores(hidden_at(model, sequences.finish(), to_tensor(places), tokens));
}

TokenLogprobs completion_logprobs(const Decoder& model, const CompletionBatch& batch,
                                  double temperature,
                                  const std::vector<std::int64_t>& suppressed_ids) {
    const TokenLogprobs flat =
        head_logprobs(
            model,
            hidden_at(model, batch.sequences, batch.predictors, static_cast<double>(batch.tokens)),
            batch.targets, {.temperature = temperature, .suppressed_ids = suppressed_ids})
            .tokens;
    return {at_completions(flat.logprobs, batch), at_completions(flat.entropy, batch)};
}

}  // namespace plumb
