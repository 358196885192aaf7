// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <ATen/ATen.h>

#include "algorithms/logprobs.h"
#include "model/decoder.h"
#include "model/token_tree.h"

namespace plumb {

using TokenIds = std::vector<std::int64_t>;

/// Rows of tokens, padded on the right: [B, T] int64.
at::Tensor pad_right(const std::vector<TokenIds>& rows, std::int64_t pad_id);

/// Where a reward model's score of a text is read: at its last token that is no padding. As in
/// transformers that goes by the id: where padding and end share one, as in many checkpoints, it is
/// the token before the end. A model without a padding token is read at the last one. ids must not
/// be empty.
std::int64_t score_position(const TokenIds& ids, std::optional<std::int64_t> pad_id);

/// Supervised rows with the positions that are trained on.
struct LabelledBatch {
    TokenTree tokens;
    at::Tensor predictors;  ///< [N] int64: places among the tokens that predict a label
    at::Tensor labels;      ///< [N] int64
};

/// labels has the shape of rows and holds -100 where nothing is trained; position t is scored on
/// label t + 1.
LabelledBatch make_labelled_batch(const std::vector<TokenIds>& rows,
                                  const std::vector<TokenIds>& labels);

/// Where a row's completion lies among the tokens; its prompt may lie elsewhere.
struct RowPlace {
    std::int64_t prompt_end = 0;  ///< the prompt's last token
    std::int64_t first = 0;       ///< the completion's first
    /// The state behind so many tokens of the completion.
    std::int64_t after(std::int64_t tokens) const {
        return tokens == 0 ? prompt_end : first + tokens - 1;
    }
};

/// Prompts with their completions, and the places that predict a completion's token. A prompt that
/// several rows have is computed once.
struct CompletionBatch {
    TokenTree sequences;
    at::Tensor predictors;              ///< [N] int64: places among the tokens of sequences
    at::Tensor targets;                 ///< [N] int64: the completion tokens, row after row
    at::Tensor slots;                   ///< [N] int64: their places in the flattened [B width]
    std::vector<RowPlace> places = {};  ///< of each row; no part of a checkpoint
    std::int64_t rows = 0;              ///< B
    std::int64_t width = 0;             ///< longest completion
    std::int64_t tokens = 0;            ///< of all rows, each with its prompt
};

CompletionBatch make_completion_batch(const std::vector<TokenIds>& prompts,
                                      const std::vector<TokenIds>& completions);

/// values [N] at their slots of rows x width places, zeros elsewhere: [rows, width].
/// Differentiable.
at::Tensor at_slots(const at::Tensor& values, const at::Tensor& slots, std::int64_t rows,
                    std::int64_t width);
/// The same for one value of each of the batch's completion tokens: [B, width].
at::Tensor at_completions(const at::Tensor& values, const CompletionBatch& batch);

/// 1 on completion tokens, [B, width] float32 on the CPU.
at::Tensor completion_token_mask(const CompletionBatch& batch);

/// Log-probabilities and entropies of the batch's completion tokens, [B, width] each, 0 off the
/// completions. Logits are computed at those positions alone.
TokenLogprobs completion_logprobs(const Decoder& model, const CompletionBatch& batch,
                                  double temperature,
                                  const std::vector<std::int64_t>& suppressed_ids);

/// A reward model's scores of whole texts, read at score_position() of its own padding token: [N].
/// Training and scoring both go through here, so that they read at the same place. No text may be
/// empty.
at::Tensor text_scores(const Decoder& model, const std::vector<TokenIds>& texts);

/// Hidden states at the given places among the tokens: [N, hidden]. counted: tokens for the account
/// of work_done(), a prompt again for each completion; the head is taken to be applied to all N.
at::Tensor hidden_at(const Decoder& model, const TokenTree& tokens, const at::Tensor& places,
                     double counted);

}  // namespace plumb
