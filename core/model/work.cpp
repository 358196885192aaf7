// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/work.h"

namespace plumb {
namespace {

double number(std::int64_t value) { return static_cast<double>(value); }

/// Of one position in all layers, attention's products with other positions left out.
double position_flops(const ModelConfig& c) {
    const double attention = number(c.num_attention_heads * c.head_dim);
    const double keys_and_values = number(2 * c.num_key_value_heads * c.head_dim);
    const double hidden = number(c.hidden_size);
    const double weights =
        hidden * (2 * attention + keys_and_values) + 3 * hidden * number(c.intermediate_size);
    return 2 * weights * number(c.num_hidden_layers);
}

/// Of a query with so many keys, in all layers: its scores, and the sum of values.
double attention_flops(const ModelConfig& c, double keys) {
    return 4 * keys * number(c.num_attention_heads * c.head_dim) * number(c.num_hidden_layers);
}

double head_flops(const ModelConfig& c) {
    return 2 * number(c.hidden_size) * (c.score_head ? 1.0 : number(c.vocab_size));
}

/// The number of keys that positions first .. first + count - 1 see, added up.
double keys_seen(double first, double count) { return count * (first + 1 + first + count) / 2; }

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
                           attention_flops(config, keys_seen(0, number(length)))) +
           number(head_positions) * head_flops(config);
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
                 attention_flops(config, keys_seen(prompt, fed));
    }
    return flops;
}

}  // namespace plumb
