// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/footprint.h"

#include <algorithm>

#include "model/aligned.h"
#include "model/kernels.h"
#include "model/parameters.h"
#include "model/recompute.h"
#include "model/rope.h"
#include "model/work.h"

namespace plumb {
namespace {

constexpr double float_bytes = 4;

double floats(std::int64_t count) { return float_bytes * static_cast<double>(count); }

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
    std::int64_t hidden, attention, qkv;
    std::int64_t columns, mlp;  // of the MLP: its first product, what the second reads
    std::int64_t heads, output;
    std::int64_t moments;     // that a norm keeps
    std::int64_t head_norms;  // that normed heads keep
};

Footprint::Widths Footprint::widths() const {
    const ModelConfig& c = config_;
    return {c.hidden_size,
            c.attention_columns(),
            c.qkv_columns(),
            c.mlp_columns(),
            c.intermediate_size,
            c.num_attention_heads,
            c.score_head ? 1 : c.vocab_size,
            c.norm == NormKind::layer ? 2 : 1,
            c.num_attention_heads + c.num_key_value_heads};
}

std::int64_t Footprint::parameter_count() const {
    std::int64_t count = 0;
    for (const ParameterPlace& place : decoder_parameters(config_)) count += place.numel();
    return count;
}

double Footprint::parameters() const {
    const std::int64_t bytes = bytes_of(config_.dtype), alignment = 64 / bytes;
    std::int64_t count = 0;
    for (const ParameterPlace& place : decoder_parameters(config_))
        count += (place.numel() + alignment - 1) / alignment * alignment;
    return static_cast<double>(count * bytes);
}

double Footprint::trained() const {
    return adapter_ ? static_cast<double>(adapter_->elements * bytes_of(config_.dtype))
                    : parameters();
}

double Footprint::optimizer() const {
    const std::int64_t bytes = bytes_of(config_.dtype);
    return trained() / static_cast<double>(bytes) * float_bytes * (bytes < 4 ? 3 : 2);
}

double Footprint::model() const {
    const std::int64_t positions =
        std::min(RotaryPositions::first_length, config_.max_position_embeddings);
    return parameters() + 2 * floats(positions * (config_.rotary_dim() / 2));
}

double Footprint::packed(std::int64_t in, std::int64_t out) const {
    return floats(in * in_panels(out));
}

double Footprint::packed_copy() const {
    const Widths w = widths();
    return static_cast<double>(config_.num_hidden_layers) *
               (packed(w.hidden, w.qkv) + packed(w.attention, w.hidden) +
                packed(w.hidden, w.columns) + packed(w.mlp, w.hidden)) +
           packed(w.hidden, w.output);
}

double Footprint::generation_alone() const {
    std::int64_t plain = 0;
    for (const ParameterPlace& place : decoder_parameters(config_)) {
        const bool row_by_row = place.parameter == Parameter::positions ||
                                (place.parameter == Parameter::embedding && config_.has_own_head());
        if (row_by_row || !place.decays()) plain += place.numel();
    }
    return model() - parameters() + floats(plain) + packed_copy();
}

double Footprint::key_value_cache(std::int64_t slots, std::int64_t max_length) const {
    const std::int64_t dim = config_.head_dim;
    return floats(config_.num_hidden_layers * slots * config_.num_key_value_heads *
                  (in_panels(max_length) * dim + in_panels(dim) * max_length));
}

/// Of all threads; those that put a sequence together from what it shares and its own hold it too.
double Footprint::attention_scratch(const PassShape& pass, bool backward) const {
    const std::int64_t group = config_.num_attention_heads / config_.num_key_value_heads;
    const AttentionShape shape{pass.length, config_.head_dim, group, 1.0f};
    double bytes = floats(kernels().attention_scratch(shape));
    if (pass.shared > 0)
        bytes +=
            floats(pass.length * ((2 * group + 2) * config_.head_dim * (backward ? 2 : 1) + group));
    return static_cast<double>(threads_) * bytes;
}

/// Of generation, for all threads together, which share the rows.
double Footprint::workspace(std::int64_t rows, std::int64_t capacity) const {
    const Widths w = widths();
    const std::int64_t active = config_.mlp == MlpKind::swiglu ? w.mlp : 0;
    return floats(rows * (2 * w.hidden + w.qkv + w.attention + w.columns + active)) +
           static_cast<double>(threads_) * floats(kernels().tile * (capacity + kernels().panel));
}

void Footprint::load(MemoryAccount& account, MemoryOwner owner) const {
    account.take(model(), owner);
}

/// Two copies of the logits of a slice of the rows, see token_logprobs().
double Footprint::log_softmax_slices(std::int64_t outputs) const {
    constexpr std::int64_t slice = std::int64_t{1} << 21;
    const std::int64_t vocabulary = config_.vocab_size;
    return 2 *
           floats(std::min(outputs, std::max<std::int64_t>(1, slice / vocabulary)) * vocabulary);
}

bool Footprint::slices_head(std::int64_t outputs) const {
    return !config_.score_head && outputs > logit_rows_at_once(config_.vocab_size);
}

double Footprint::logits_at_once(std::int64_t outputs) const {
    return floats(std::min(outputs, logit_rows_at_once(config_.vocab_size)) * config_.vocab_size);
}

/// x, made of embeddings and of learned positions, which are added in new memory.
void Footprint::embed(MemoryAccount& account, const PassShape& shape) const {
    const double x = floats(shape.positions() * config_.hidden_size);
    account.take(x);
    if (config_.positions == PositionKind::learned) account.touch(2 * x);
}

/// Positions at which a layer is finished: of the last one those that are wanted, see
/// Decoder::hidden_states_at().
std::int64_t Footprint::finished(const PassShape& shape, std::int64_t layer) const {
    const bool narrow = layer + 1 == config_.num_hidden_layers &&
                        narrows_last_layer(shape.outputs, shape.positions());
    return narrow ? shape.outputs : shape.positions();
}

void Footprint::infer(MemoryAccount& account, const PassShape& shape) const {
    const Widths w = widths();
    std::int64_t positions = shape.positions();
    const auto of = [&](std::int64_t width) { return floats(positions * width); };
    const double scratch = attention_scratch(shape, false);
    const auto norm = [&] {  // with its moments for a while
        account.take(of(w.hidden + w.moments));
        account.give(of(w.moments));
    };
    const auto product = [&](std::int64_t in, std::int64_t out) {
        account.take(of(out) + packed(in, out));
        account.give(packed(in, out));
    };

    const double before = account.now();
    embed(account, shape);
    for (std::int64_t layer = 0; layer < config_.num_hidden_layers; ++layer) {
        norm();
        product(w.hidden, w.qkv);
        if (config_.qk_norm) {
            account.take(of(w.qkv + w.head_norms));
            account.give(of(w.qkv + w.head_norms));
        }
        account.give(of(w.hidden));
        account.take(of(w.attention + w.heads) + scratch);
        account.give(of(w.qkv + w.heads) + scratch);
        const double x = of(w.hidden), attended = of(w.attention);
        double chosen = 0;
        if (const std::int64_t wanted = finished(shape, layer); wanted < positions) {
            positions = wanted;
            account.take(of(w.attention));
            account.give(attended);
            account.take(of(w.hidden));
            chosen = of(w.hidden);
        }
        product(w.attention, w.hidden);  // x after attention
        account.give(of(w.attention));

        norm();
        product(w.hidden, w.columns);
        account.take(of(w.mlp));
        account.give(of(w.columns));
        product(w.mlp, w.hidden);
        // normed, active, and x before and after attention
        account.give(of(2 * w.hidden + w.mlp) + x + chosen);
    }
    account.take(of(w.hidden + w.moments));
    account.give(of(w.hidden + w.moments));
    if (positions == shape.positions()) {
        account.take(floats(shape.outputs * w.hidden));
        account.give(of(w.hidden));
    }
    head_forward(account, shape);
    account.give(account.now() - before);
}

/// Of the chosen hidden states, which are let go of; logits stay with one or two numbers for each.
void Footprint::head_forward(MemoryAccount& account, const PassShape& shape) const {
    const std::int64_t hidden = config_.hidden_size, output = widths().output;
    if (slices_head(shape.outputs)) {
        account.take(floats(2 * shape.outputs));
        account.touch(logits_at_once(shape.outputs) +
                      std::max(packed(hidden, output), log_softmax_slices(shape.outputs)));
        account.touch(floats(2 * shape.outputs));  // put together
        return;
    }
    account.take(floats(shape.outputs * output) + packed(hidden, output));
    account.give(packed(hidden, output));
    if (config_.score_head) return;
    account.take(floats(2 * shape.outputs));
    account.touch(log_softmax_slices(shape.outputs));
}

/// With a graph, which is left at so many of the positions.
void Footprint::layer_forward(MemoryAccount& account, const PassShape& shape,
                              std::int64_t wanted) const {
    const Widths w = widths();
    std::int64_t positions = shape.positions();
    const auto of = [&](std::int64_t width) { return floats(positions * width); };
    const AdapterSize ranks = adapter_.value_or(AdapterSize{});
    const auto product = [&](std::int64_t in, std::int64_t out, std::int64_t rank) {
        account.take(of(out + rank));
        account.touch(packed(in, out));
    };
    // Of a frozen matrix without an adapter the input is let go of.
    const auto drop_input = [&](std::int64_t width, std::int64_t rank) {
        if (adapter_ && rank == 0) account.give(of(width));
    };

    account.take(of(w.hidden + w.moments));
    product(w.hidden, w.qkv, ranks.qkv);
    drop_input(w.hidden, ranks.qkv);
    if (config_.qk_norm) account.take(of(w.qkv + w.head_norms));
    account.take(of(w.attention + w.heads));
    account.touch(attention_scratch(shape, false));
    const bool narrow = wanted < positions;
    positions = wanted;
    if (narrow) account.take(of(w.attention + w.hidden));  // chosen; attention keeps its own
    product(w.attention, w.hidden, ranks.output);
    if (narrow) drop_input(w.attention, ranks.output);
    account.take(of(w.hidden + w.moments));
    product(w.hidden, w.columns, ranks.gate_up);
    drop_input(w.hidden, ranks.gate_up);
    account.take(of(w.mlp));
    product(w.mlp, w.hidden, ranks.down);
    drop_input(w.mlp, ranks.down);
    // Nobody but the sum reads what attention added to, where the MLP reads the layer's input.
    if (config_.parallel_residual || narrow) account.give(of(w.hidden));
}

void Footprint::forward(MemoryAccount& account, const PassShape& shape) const {
    const Widths w = widths();
    embed(account, shape);
    std::int64_t positions = shape.positions();
    for (std::int64_t layer = 0; layer < config_.num_hidden_layers; ++layer) {
        const double before = account.now();
        positions = finished(shape, layer);
        layer_forward(account, shape, positions);
        if (gradient_checkpointing_)
            account.give(account.now() - before - floats(positions * w.hidden));
    }
    account.take(floats(positions * (w.hidden + w.moments)));
    if (positions == shape.positions()) {
        account.take(floats(shape.outputs * w.hidden));
        account.give(floats(positions * w.hidden));  // the normed states, of which some were chosen
    }
    head_forward(account, shape);
    if (adapter_ && !adapter_->head && !slices_head(shape.outputs))
        account.give(floats(shape.outputs * w.hidden));
}

/// dy is held; afterwards dx is held as well. The weight's gradient needs x packed.
void Footprint::linear_backward(MemoryAccount& account, std::int64_t rows, std::int64_t in,
                                std::int64_t out, std::int64_t ranks) const {
    account.take(floats(rows * in));
    account.touch(packed(out, in));
    if (adapter_ && ranks == 0) return;
    const std::int64_t tile = kernels().tile;
    account.touch(floats(rows * in_panels(in)) +
                  static_cast<double>(threads_) * floats(transposed_scratch * tile));
}

void Footprint::head_backward(MemoryAccount& account, const PassShape& shape) const {
    const std::int64_t hidden = config_.hidden_size, output = widths().output;
    if (slices_head(shape.outputs)) {
        const double chosen = floats(shape.outputs * hidden);
        account.take(chosen);  // their gradient
        account.touch(2 * logits_at_once(shape.outputs) +
                      std::max(packed(output, hidden), log_softmax_slices(shape.outputs)));
        account.touch(chosen);  // put together
        account.give(chosen + floats(2 * shape.outputs));
        return;
    }
    const double logits = floats(shape.outputs * output);
    if (!config_.score_head) {
        account.take(logits);  // their gradient
        account.touch(log_softmax_slices(shape.outputs));
        account.give(logits + floats(2 * shape.outputs));
    }
    const bool trained = !adapter_ || adapter_->head;
    linear_backward(account, shape.outputs, hidden, output, trained);
    account.give(logits + (trained ? floats(shape.outputs * hidden) : 0.0));
}

void Footprint::backward(MemoryAccount& account, const PassShape& shape) const {
    const Widths w = widths();
    const std::int64_t layers = config_.num_hidden_layers;
    std::int64_t positions = finished(shape, layers - 1);
    const auto of = [&](std::int64_t width) { return floats(positions * width); };
    const AdapterSize ranks = adapter_.value_or(AdapterSize{});
    const auto give_input = [&](std::int64_t width, std::int64_t rank) {
        account.give((adapter_ && rank == 0 ? 0.0 : of(width)) + of(rank));
    };

    head_backward(account, shape);
    if (positions == shape.positions()) {
        account.take(of(w.hidden));  // of all states, zeros where none was chosen
        account.give(floats(shape.outputs * w.hidden));
    }
    const auto norm_backward = [&](bool input_goes) {  // one gradient for another
        const double sums = adapter_ ? 0.0 : floats((positions + 255) / 256 * w.hidden * w.moments);
        account.take(of(w.hidden) + sums);
        account.give(of((input_goes ? 2 : 1) * w.hidden + w.moments) + sums);
    };
    norm_backward(true);
    for (std::int64_t layer = layers - 1; layer >= 0; --layer) {
        if (gradient_checkpointing_) {  // all but the output, which is still there
            layer_forward(account, shape, positions);
            account.give(of(w.hidden));
        }
        linear_backward(account, positions, w.mlp, w.hidden, ranks.down);
        give_input(w.mlp, ranks.down);
        account.take(of(w.columns));
        account.give(of(w.mlp + w.columns));  // the gradient of its output, and what it saved
        linear_backward(account, positions, w.hidden, w.columns, ranks.gate_up);
        account.give(of(w.columns));
        give_input(w.hidden, ranks.gate_up);
        // The gradient that passed the block by is added to: at once, or when attention's comes.
        norm_backward(!config_.parallel_residual);
        if (!config_.parallel_residual) account.give(of(w.hidden));
        linear_backward(account, positions, w.attention, w.hidden, ranks.output);
        account.give(of(ranks.output));
        if (positions < shape.positions()) {
            if (!adapter_ || ranks.output > 0) account.give(of(w.attention));
            const double chosen = of(w.attention), residual = of(w.hidden);
            positions = shape.positions();
            account.take(of(w.hidden));  // zeros where none was chosen
            account.give(residual);
            account.take(of(w.attention));
            account.give(chosen);
        }
        if (config_.parallel_residual) account.give(of(w.hidden));
        account.take(of(w.qkv));
        account.touch(attention_scratch(shape, true));
        account.give(of(w.attention) + of(w.qkv + w.attention + w.heads));
        if (config_.qk_norm) {
            account.take(of(w.qkv));
            account.give(of(2 * w.qkv + w.head_norms));
        }
        linear_backward(account, positions, w.hidden, w.qkv, ranks.qkv);
        account.give(of(w.qkv));
        give_input(w.hidden, ranks.qkv);
        norm_backward(true);
        account.give(of(w.hidden));
    }
    account.give(of(w.hidden));
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
