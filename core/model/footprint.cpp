// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/footprint.h"

#include <algorithm>

#include "model/kernels.h"

namespace plumb {
namespace {

constexpr double float_bytes = 4;

double floats(std::int64_t count) { return float_bytes * static_cast<double>(count); }

/// Parameters start at multiples of 64 bytes.
std::int64_t aligned(std::int64_t elements) { return (elements + 15) / 16 * 16; }

std::int64_t in_panels(std::int64_t columns) {
    const std::int64_t panel = kernels().panel;
    return (columns + panel - 1) / panel * panel;
}

}  // namespace

void MemoryAccount::take(double bytes, MemoryOwner owner) {
    const auto i = static_cast<std::size_t>(owner);
    now_[i] += bytes;
    all_ += bytes;
    peak_[i] = std::max(peak_[i], now_[i]);
    peak_of_all_ = std::max(peak_of_all_, all_);
}

void MemoryAccount::touch(double bytes, MemoryOwner owner) {
    take(bytes, owner);
    give(bytes, owner);
}

void MemoryAccount::reset_peaks() {
    peak_ = now_;
    peak_of_all_ = all_;
}

/// Floats of a position.
struct Footprint::Widths {
    std::int64_t hidden, attention, qkv, mlp, heads, output;
};

Footprint::Widths Footprint::widths() const {
    const ModelConfig& c = config_;
    const std::int64_t attention = c.num_attention_heads * c.head_dim;
    return {c.hidden_size,
            attention,
            attention + 2 * c.num_key_value_heads * c.head_dim,
            c.intermediate_size,
            c.num_attention_heads,
            c.score_head ? 1 : c.vocab_size};
}

std::int64_t Footprint::parameter_count() const {
    const auto [hidden, attention, qkv, mlp, heads, output] = widths();
    std::int64_t layer = hidden * (qkv + attention + 3 * mlp + 2);
    if (config_.attention_bias) layer += qkv + hidden;
    if (config_.mlp_bias) layer += 2 * mlp + hidden;
    const bool own_head = config_.score_head || !config_.tie_word_embeddings;
    return config_.vocab_size * hidden + config_.num_hidden_layers * layer + hidden +
           (own_head ? output * hidden : 0);
}

double Footprint::parameters() const {
    const auto [hidden, attention, qkv, mlp, heads, output] = widths();
    std::int64_t layer = aligned(qkv * hidden) + aligned(hidden * attention) +
                         aligned(2 * mlp * hidden) + aligned(hidden * mlp) + 2 * aligned(hidden);
    if (config_.attention_bias) layer += aligned(qkv) + aligned(hidden);
    if (config_.mlp_bias) layer += aligned(2 * mlp) + aligned(hidden);
    const bool own_head = config_.score_head || !config_.tie_word_embeddings;
    return floats(aligned(config_.vocab_size * hidden) + config_.num_hidden_layers * layer +
                  aligned(hidden) + (own_head ? aligned(output * hidden) : 0));
}

double Footprint::model() const {
    return parameters() + 2 * floats(config_.max_position_embeddings * (config_.head_dim / 2));
}

double Footprint::packed(std::int64_t in, std::int64_t out) const {
    return floats(in * in_panels(out));
}

double Footprint::packed_copy() const {
    const auto [hidden, attention, qkv, mlp, heads, output] = widths();
    return static_cast<double>(config_.num_hidden_layers) *
               (packed(hidden, qkv) + packed(attention, hidden) + packed(hidden, 2 * mlp) +
                packed(mlp, hidden)) +
           packed(hidden, output);
}

double Footprint::key_value_cache(std::int64_t slots, std::int64_t max_length) const {
    const std::int64_t dim = config_.head_dim;
    return floats(config_.num_hidden_layers * slots * config_.num_key_value_heads *
                  (in_panels(max_length) * dim + in_panels(dim) * max_length));
}

double Footprint::attention_scratch(std::int64_t length) const {
    const AttentionShape shape{length, config_.head_dim,
                               config_.num_attention_heads / config_.num_key_value_heads, 1.0f};
    return static_cast<double>(threads_) * floats(kernels().attention_scratch(shape));
}

/// Of generation, for all threads together, which share the rows.
double Footprint::workspace(std::int64_t rows, std::int64_t capacity) const {
    const auto [hidden, attention, qkv, mlp, heads, output] = widths();
    return floats(rows * (2 * hidden + qkv + attention + 3 * mlp)) +
           static_cast<double>(threads_) * floats(kernels().tile * (capacity + kernels().panel));
}

void Footprint::load(MemoryAccount& account, MemoryOwner owner) const {
    account.take(parameters());  // as the file has them
    account.take(model(), owner);
    account.give(parameters());
}

/// Two copies of the logits of a slice of the rows, see token_logprobs().
double Footprint::log_softmax_slices(std::int64_t outputs) const {
    constexpr std::int64_t slice = std::int64_t{1} << 21;
    const std::int64_t vocabulary = config_.vocab_size;
    return 2 *
           floats(std::min(outputs, std::max<std::int64_t>(1, slice / vocabulary)) * vocabulary);
}

void Footprint::infer(MemoryAccount& account, const PassShape& shape) const {
    const auto [hidden, attention, qkv, mlp, heads, output] = widths();
    const std::int64_t positions = shape.rows * shape.length;
    const auto of = [&](std::int64_t width) { return floats(positions * width); };
    const double scratch = attention_scratch(shape.length);

    const double before = account.now();
    account.take(of(hidden));  // x
    for (std::int64_t layer = 0; layer < config_.num_hidden_layers; ++layer) {
        account.take(of(hidden + 1));  // normed, with the inverse norms for a moment
        account.give(of(1));
        account.take(of(qkv) + packed(hidden, qkv));
        account.give(packed(hidden, qkv));
        account.take(of(attention + heads) + scratch);
        account.give(of(qkv + heads) + scratch);
        account.take(of(hidden) + packed(attention, hidden));  // x after attention
        account.give(of(hidden + attention) + packed(attention, hidden));

        account.take(of(hidden + 1));
        account.give(of(1));
        account.take(of(2 * mlp) + packed(hidden, 2 * mlp));
        account.give(packed(hidden, 2 * mlp));
        account.take(of(mlp));
        account.give(of(2 * mlp));
        account.take(of(hidden) + packed(mlp, hidden));
        // normed, gated, and x before and after attention
        account.give(of(3 * hidden + mlp) + packed(mlp, hidden));
    }
    account.take(of(hidden + 1));
    account.give(of(hidden + 1));
    account.take(floats(shape.outputs * hidden));
    account.give(of(hidden));
    head_forward(account, shape);
    account.give(account.now() - before);
}

/// Of the chosen hidden states, which are let go of; logits stay with one or two numbers for each.
void Footprint::head_forward(MemoryAccount& account, const PassShape& shape) const {
    const std::int64_t hidden = config_.hidden_size, output = widths().output;
    account.take(floats(shape.outputs * output) + packed(hidden, output));
    account.give(packed(hidden, output));
    if (config_.score_head) return;
    account.take(floats(2 * shape.outputs));
    account.touch(log_softmax_slices(shape.outputs));
}

void Footprint::forward(MemoryAccount& account, const PassShape& shape) const {
    const auto [hidden, attention, qkv, mlp, heads, output] = widths();
    const std::int64_t positions = shape.rows * shape.length;
    const auto of = [&](std::int64_t width) { return floats(positions * width); };

    account.take(of(hidden));  // x
    for (std::int64_t layer = 0; layer < config_.num_hidden_layers; ++layer) {
        account.take(of(hidden + 1));
        account.take(of(qkv));
        account.touch(packed(hidden, qkv));
        account.take(of(attention + heads));
        account.touch(attention_scratch(shape.length));
        account.take(of(hidden));
        account.touch(packed(attention, hidden));
        account.take(of(hidden + 1));
        account.take(of(2 * mlp));
        account.touch(packed(hidden, 2 * mlp));
        account.take(of(mlp));
        account.take(of(hidden));
        account.touch(packed(mlp, hidden));
    }
    account.take(of(hidden + 1));
    account.take(floats(shape.outputs * hidden));
    account.give(of(hidden));  // the normed states, of which some were chosen
    head_forward(account, shape);
}

/// dy is held; afterwards dx is held as well. The weight's gradient needs x packed.
void Footprint::linear_backward(MemoryAccount& account, std::int64_t rows, std::int64_t in,
                                std::int64_t out) const {
    account.take(floats(rows * in));
    account.touch(packed(out, in));
    const std::int64_t tile = kernels().tile;
    account.touch(floats(rows * in_panels(in)) +
                  static_cast<double>(threads_) * floats(256 * 8 * tile));
}

void Footprint::head_backward(MemoryAccount& account, const PassShape& shape) const {
    const std::int64_t hidden = config_.hidden_size, output = widths().output;
    const double logits = floats(shape.outputs * output);
    if (!config_.score_head) {
        account.take(logits);  // their gradient
        account.touch(log_softmax_slices(shape.outputs));
        account.give(logits + floats(2 * shape.outputs));
    }
    linear_backward(account, shape.outputs, hidden, output);
    account.give(logits + floats(shape.outputs * hidden));
}

void Footprint::backward(MemoryAccount& account, const PassShape& shape) const {
    const auto [hidden, attention, qkv, mlp, heads, output] = widths();
    const std::int64_t positions = shape.rows * shape.length;
    const auto of = [&](std::int64_t width) { return floats(positions * width); };
    const double norm_parts = floats((positions + 255) / 256 * hidden);

    head_backward(account, shape);
    account.take(of(hidden));  // of all states, zeros where none was chosen
    account.give(floats(shape.outputs * hidden));
    const auto norm_backward = [&] {  // one gradient for another; the norm's input goes
        account.take(of(hidden) + norm_parts);
        account.give(of(2 * hidden + 1) + norm_parts);
    };
    norm_backward();
    for (std::int64_t layer = 0; layer < config_.num_hidden_layers; ++layer) {
        linear_backward(account, positions, mlp, hidden);
        account.give(of(mlp));
        account.take(of(2 * mlp));
        account.give(of(3 * mlp));  // the gradient of its output, and what it saved
        linear_backward(account, positions, hidden, 2 * mlp);
        account.give(of(2 * mlp + hidden));
        norm_backward();
        account.give(of(hidden));  // added to the gradient that passed the block by
        linear_backward(account, positions, attention, hidden);
        account.take(of(qkv));
        account.touch(attention_scratch(shape.length));
        account.give(of(attention) + of(qkv + attention + heads));
        linear_backward(account, positions, hidden, qkv);
        account.give(of(qkv + hidden));
        norm_backward();
        account.give(of(hidden));
    }
    account.give(of(hidden));
}

void Footprint::generate(MemoryAccount& account, std::int64_t prompts, std::int64_t per_prompt,
                         std::int64_t longest_prompt, std::int64_t max_new_tokens) const {
    const std::int64_t rows = prompts * per_prompt, capacity = longest_prompt + max_new_tokens;
    const std::int64_t hidden = config_.hidden_size, vocabulary = config_.vocab_size;
    const double tokens = 3 * floats(rows * max_new_tokens);  // ids and log-probabilities
    const double cache = key_value_cache(rows, capacity);
    account.take(packed_copy() - account.now(MemoryOwner::cache), MemoryOwner::cache);
    account.take(cache, MemoryOwner::cache);
    account.take(tokens);
    account.touch(floats(prompts * hidden) +
                  workspace(std::min(prompts, threads_) * longest_prompt, capacity));
    account.touch(floats(prompts * (hidden + vocabulary)));
    // A token: the logits before it are held until those behind it are there.
    account.take(floats(rows * vocabulary));
    account.touch(floats(rows * hidden) + workspace(rows, capacity));
    account.touch(floats(rows * (hidden + vocabulary)));
    account.give(floats(rows * vocabulary));
    account.touch(tokens);  // cut to the longest row
    account.give(tokens);
    account.give(cache, MemoryOwner::cache);
}

}  // namespace plumb
