// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/token_report.h"

#include <numeric>

#include "base/check.h"

namespace plumb {
namespace {

at::Tensor on_cpu(const at::Tensor& values, at::ScalarType type) {
    return values.defined() ? values.detach().to(at::kCPU, type).contiguous() : values;
}

/// The first `count` values of a row, or its one value so many times.
template <class Value>
std::vector<Value> row_of(const at::Tensor& values, std::size_t row, std::size_t count) {
    if (!values.defined()) return {};
    const auto width = static_cast<std::size_t>(values.size(1));
    const Value* first = values.const_data_ptr<Value>() + row * width;
    if (width == 1) return std::vector<Value>(count, *first);
    PLUMB_CHECK(count <= width, "a value for every token");
    return std::vector<Value>(first, first + count);
}

/// The tokens of the batch's completions.
std::vector<TokenIds> completion_ids(const CompletionBatch& batch) {
    std::vector<TokenIds> completions(static_cast<std::size_t>(batch.rows));
    const auto* targets = batch.targets.const_data_ptr<std::int64_t>();
    const auto* slots = batch.slots.const_data_ptr<std::int64_t>();
    for (std::int64_t i = 0; i < batch.targets.numel(); ++i)
        completions[static_cast<std::size_t>(slots[i] / batch.width)].push_back(targets[i]);
    return completions;
}

}  // namespace

std::vector<MeasuredTokens> measured_tokens(const Tokenizer& tokenizer,
                                            const std::vector<TokenIds>& completions,
                                            const std::vector<std::int64_t>& rows,
                                            const TokenColumns& columns) {
    const at::Tensor logprobs = on_cpu(columns.logprobs, at::kFloat),
                     references = on_cpu(columns.ref_logprobs, at::kFloat),
                     clipped = on_cpu(columns.ratios.clipped, at::kChar),
                     advantages = on_cpu(columns.advantages, at::kFloat),
                     values = on_cpu(columns.values, at::kFloat);
    at::Tensor ratios = on_cpu(columns.ratios.log_ratio, at::kFloat);
    if (ratios.defined()) ratios = ratios.exp();
    std::vector<MeasuredTokens> measured;
    for (std::size_t i = 0; i < completions.size(); ++i) {
        const std::size_t count = completions[i].size();
        TokenData& tokens = measured.emplace_back(MeasuredTokens{rows[i], {}}).tokens;
        tokens.ids = completions[i];
        tokens.bytes = tokenizer.byte_counts(completions[i]);
        tokens.logprob = row_of<float>(logprobs, i, count);
        tokens.ref_logprob = row_of<float>(references, i, count);
        tokens.ratio = row_of<float>(ratios, i, count);
        tokens.clipped = row_of<std::int8_t>(clipped, i, count);
        tokens.advantage = row_of<float>(advantages, i, count);
        tokens.value = row_of<float>(values, i, count);
    }
    return measured;
}

void report_tokens(const TrainerInputs& inputs, std::int64_t step,
                   const std::vector<TokenIds>& completions, const std::vector<std::int64_t>& rows,
                   const TokenColumns& columns) {
    if (completions.empty() || !inputs.monitor.wants_tokens(step)) return;
    inputs.monitor.tokens(step,
                          measured_tokens(*inputs.policy.tokenizer, completions, rows, columns));
}

void report_last_slice(const TrainerInputs& inputs, const RolloutInUse& rollout) {
    if (!inputs.monitor.wants_tokens(rollout.step)) return;
    const std::size_t last = rollout.last_slice();
    std::int64_t first_row = 0;
    for (std::size_t i = 0; i < last; ++i) first_row += rollout.slices[i].batch.rows;
    const RolloutSlice& slice = rollout.slices[last];
    std::vector<std::int64_t> rows(static_cast<std::size_t>(slice.batch.rows));
    std::iota(rows.begin(), rows.end(), first_row);
    report_tokens(inputs, rollout.step, completion_ids(slice.batch), rows,
                  {.logprobs = slice.old_logprobs,
                   .ref_logprobs = slice.ref_logprobs,
                   .ratios = slice.ratios,
                   .advantages = slice.advantages.unsqueeze(1)});
}

}  // namespace plumb
