// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/work.h"

#include <algorithm>

#include "model/token_tree.h"

namespace plumb {
namespace {

double number(std::int64_t value) { return static_cast<double>(value); }

/// Of one position in all layers, attention's products with other positions left out.
double position_flops(const ModelConfig& c) {
    const double columns =
        number(c.qkv_columns() + c.attention_columns() + c.mlp_columns() + c.intermediate_size);
    const double weights = number(c.hidden_size) * columns;
    return 2 * weights * number(c.num_hidden_layers);
}

/// Of one position in one layer behind attention.
double finish_flops(const ModelConfig& c) {
    const double columns = number(c.attention_columns() + c.mlp_columns() + c.intermediate_size);
    return 2 * number(c.hidden_size) * columns;
}

double head_flops(const ModelConfig& c) {
    return 2 * number(c.hidden_size) * (c.score_head ? 1.0 : number(c.vocab_size));
}

/// The number of keys that positions first .. first + count - 1 see, added up.
double keys_seen(double first, double count, double window) {
    const double all = count * (first + 1 + first + count) / 2;
    if (window == 0) return all;
    // Positions from window on do not see the first position - window + 1 keys.
    const double from = std::max(first, window), hidden = std::max(0.0, first + count - from);
    return all - hidden * (2 * (from - window + 1) + hidden - 1) / 2;
}

/// Of these queries in all layers: their scores, and the sums of values.
double attention_flops(const ModelConfig& c, double first, double count) {
    double keys = 0;
    for (std::int64_t layer = 0; layer < c.num_hidden_layers; ++layer)
        keys += keys_seen(first, count, number(c.window_of(layer)));
    return 4 * keys * number(c.attention_columns());
}

}  // namespace

Work& Work::operator+=(const Work& other) {
    generated_tokens += other.generated_tokens;
    scored_tokens += other.scored_tokens;
    trained_tokens += other.trained_tokens;
    flops += other.flops;
    return *this;
}

Work operator-(Work a, const Work& b) {
    a.generated_tokens -= b.generated_tokens;
    a.scored_tokens -= b.scored_tokens;
    a.trained_tokens -= b.trained_tokens;
    a.flops -= b.flops;
    return a;
}

Work& work_done() {
    thread_local Work work;
    return work;
}

double forward_flops(const ModelConfig& config, std::int64_t rows, std::int64_t length,
                     std::int64_t head_positions) {
    return number(rows) * (number(length) * position_flops(config) +
                           attention_flops(config, 0, number(length))) +
           number(head_positions) * head_flops(config);
}

double forward_flops(const ModelConfig& config, const TokenTree& tokens,
                     std::int64_t head_positions) {
    double flops = number(head_positions) * head_flops(config);
    if (narrows_last_layer(head_positions, tokens.tokens()))
        flops -= number(tokens.tokens() - head_positions) * finish_flops(config);
    for (const TokenTree::Family& family : families_of(tokens.segments)) {
        const double root = number(family.root.length);
        flops += root * position_flops(config) + attention_flops(config, 0, root);
        for (const TokenTree::Segment& branch : family.branches) {
            const double own = number(branch.length);
            flops += own * position_flops(config) + attention_flops(config, root, own);
        }
    }
    return flops;
}

double generation_flops(const ModelConfig& config, const std::vector<std::int64_t>& prompt_lengths,
                        const std::vector<std::int64_t>& lengths, std::int64_t per_prompt) {
    double flops = 0;
    for (const std::int64_t prompt : prompt_lengths) flops += forward_flops(config, 1, prompt, 1);
    for (std::size_t row = 0; row < lengths.size(); ++row) {
        const double prompt = number(prompt_lengths[row / static_cast<std::size_t>(per_prompt)]);
        // The last token of a completion is not fed back.
        const double fed = number(lengths[row]) - 1;
        flops += fed * (position_flops(config) + head_flops(config)) +
                 attention_flops(config, prompt, fed);
    }
    return flops;
}

}  // namespace plumb
