// SPDX-License-Identifier: GPL-3.0-or-later
#include <functional>
#include <set>
#include <stdexcept>
#include <utility>

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include "algorithms/logprobs.h"
#include "base/strings.h"
#include "model/decoder.h"
#include "rollout/rollout.h"
#include "rollout/sampling.h"
#include "session/parity_checks.h"
#include "train/batches.h"

namespace plumb::parity {
namespace {

/// The README of the reference data gives it; no file holds it.
constexpr double repetition_penalty = 1.3;

struct ModelData {
    Decoder model;
    TensorMap tensors;

    const at::Tensor& at(const std::string& name) const { return tensor(tensors, name); }
    /// Of logits and hidden states, as the README of the reference data gives it.
    Tolerance tolerance() const {
        return model.config().norm == NormKind::layer ? layer_norm_tolerance : logits_tolerance;
    }
};

/// Log-probability of each next token: logits [T, V], ids [T] to [T - 1].
at::Tensor next_token_logprobs(const at::Tensor& logits, const at::Tensor& ids) {
    const std::int64_t length = ids.size(0);
    return token_logprobs(logits.narrow(0, 0, length - 1), ids.narrow(0, 1, length - 1)).logprobs;
}

void check_unpadded(const ModelData& data, Comparison& comparison) {
    const at::Tensor& ids = data.at("nopad.input_ids");
    const std::vector<at::Tensor> hidden = data.model.all_hidden_states(ids);
    for (std::size_t i = 0; i < hidden.size(); ++i)
        comparison.close("hidden." + std::to_string(i), hidden[i],
                         data.at("nopad.hidden." + std::to_string(i)), data.tolerance());
    const at::Tensor logits = data.model.logits(data.model.hidden_states(ids));
    comparison.close("logits", logits, data.at("nopad.logits"), data.tolerance());
    for (std::int64_t row = 0; row < ids.size(0); ++row)
        comparison.close("logprobs", next_token_logprobs(logits[row], ids[row]),
                         data.at("nopad.logprobs")[row], logprobs_tolerance);
}

/// kind: "leftpad" or "rightpad". With their mask, rows padded on either side; and without one, as
/// this program pads its own, on the right: what stands on real tokens must be the same.
void check_padded(const ModelData& data, const std::string& kind, Comparison& comparison) {
    const at::Tensor& mask = data.at(kind + ".attention_mask");
    const auto rows = masked_rows(data.at(kind + ".input_ids"), mask);
    const auto positions = masked_rows(data.at(kind + ".position_ids"), mask);
    const at::Tensor ids = pad_right(rows, 0);
    const at::Tensor logits = data.model.logits(data.model.hidden_states(ids));
    const at::Tensor masked =
        data.model.logits(data.model.hidden_states(data.at(kind + ".input_ids"), mask));
    comparison.close("masked logits", masked * mask.unsqueeze(-1), data.at(kind + ".logits"),
                     data.tolerance());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto row = static_cast<std::int64_t>(i);
        const auto length = static_cast<std::int64_t>(rows[i].size());
        comparison.equal("position_ids", to_ids(at::arange(length)), positions[i]);
        const at::Tensor on = mask[row] != 0;
        const at::Tensor own = logits[row].narrow(0, 0, length);
        comparison.close("logits", own,
                         data.at(kind + ".logits")[row].index_select(0, on.nonzero().squeeze(1)),
                         data.tolerance());
        // A log-probability belongs to two tokens, both of which must be real.
        const std::int64_t pairs = on.size(0) - 1;
        const at::Tensor both = on.narrow(0, 0, pairs) & on.narrow(0, 1, pairs);
        comparison.close("logprobs", next_token_logprobs(own, ids[row].narrow(0, 0, length)),
                         data.at(kind + ".logprobs")[row].masked_select(both), logprobs_tolerance);
    }
}

SamplingSettings greedy(const at::Tensor& new_tokens) {
    SamplingSettings sampling;
    sampling.temperature = 0;
    sampling.max_new_tokens = new_tokens.size(1);
    return sampling;
}

Rollout generate_greedily(const ModelData& data, const SamplingSettings& sampling) {
    const auto prompts = masked_rows(data.at("greedy.input_ids"), data.at("greedy.attention_mask"));
    auto rollout = generate(data.model, prompts, 1, sampling, DrawKey{}, 0, {});
    if (!rollout.ok()) throw std::runtime_error(rollout.error().message);
    return std::move(rollout).value();
}

void compare_tokens(const at::Tensor& actual, const at::Tensor& expected, Comparison& comparison) {
    for (std::int64_t row = 0; row < expected.size(0); ++row) {
        std::vector<std::int64_t> ids = to_ids(actual[row]);
        ids.resize(static_cast<std::size_t>(expected.size(1)), 0);  // rows may all have ended early
        comparison.equal("row " + std::to_string(row) + " of new_tokens", ids,
                         to_ids(expected[row]));
    }
}

void check_greedy(const ModelData& data, Comparison& comparison) {
    const at::Tensor& expected = data.at("greedy.new_tokens");
    const Rollout rollout = generate_greedily(data, greedy(expected));
    compare_tokens(rollout.completion_ids, expected, comparison);
    comparison.close("logprobs", rollout.logprobs, data.at("greedy.logprobs"), logprobs_tolerance);
}

void check_greedy_with_end(const ModelData& data, Comparison& comparison) {
    const at::Tensor& expected = data.at("greedy_eos.new_tokens");
    SamplingSettings sampling = greedy(expected);
    sampling.eos_ids = to_ids(data.at("greedy_eos.eos_token_id"));
    compare_tokens(generate_greedily(data, sampling).completion_ids, expected, comparison);
}

/// The reference also counts padding as seen, which here no row has. So rows without padding are
/// generated; of every row each token is checked as the best one after the reference's tokens
/// before it, which for all tokens together is the same as generating them.
void check_repetition_penalty(const ModelData& data, Comparison& comparison) {
    const at::Tensor& expected = data.at("greedy_reppen.new_tokens");
    const at::Tensor& mask = data.at("greedy.attention_mask");
    SamplingSettings sampling = greedy(expected);
    sampling.repetition_penalty = repetition_penalty;
    const Rollout rollout = generate_greedily(data, sampling);

    Sampler sampler(sampling, data.model.config().vocab_size);
    const auto prompts = masked_rows(data.at("greedy.input_ids"), mask);
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        const auto row = static_cast<std::int64_t>(i);
        const std::string name = "row " + std::to_string(row) + " of new_tokens";
        const std::vector<std::int64_t> tokens = to_ids(expected[row]);
        if (mask[row].ne(0).all().item<bool>())
            comparison.equal(name, to_ids(rollout.completion_ids[row]), tokens);

        TokenIds all = prompts[i];
        all.insert(all.end(), tokens.begin(), tokens.end());
        const at::Tensor ids = pad_right({all}, 0);
        const at::Tensor logits =
            data.model.logits(data.model.hidden_states(ids))[0].contiguous();  // [T, V]
        TokenIds seen = to_ids(data.at("greedy.input_ids")[row]);
        TokenIds best;
        for (std::size_t t = 0; t < tokens.size(); ++t) {
            const auto position = static_cast<std::int64_t>(prompts[i].size() + t) - 1;
            best.push_back(sampler.draw(logits[position].const_data_ptr<float>(), seen, 0.5).id);
            seen.push_back(tokens[t]);
        }
        comparison.equal(name, best, tokens);
    }
}

/// "t0.9_k50_p0.95": temperature, top-k, top-p; minp for min-p.
SamplingSettings parse_sampling(const std::string& name) {
    SamplingSettings sampling;
    for (const std::string& part : split(name, '_')) {
        const auto digits = part.find_first_of("0123456789");
        const std::string kind = part.substr(0, digits);
        const auto value =
            digits == std::string::npos ? std::nullopt : parse_double(part.substr(digits));
        if (!value) throw std::runtime_error("not supported yet: probs." + name);
        if (kind == "t")
            sampling.temperature = *value;
        else if (kind == "k")
            sampling.top_k = static_cast<std::int64_t>(*value);
        else if (kind == "p")
            sampling.top_p = *value;
        else if (kind == "minp")
            sampling.min_p = *value;
        else
            throw std::runtime_error("not supported yet: probs." + name);
    }
    return sampling;
}

void check_sampling(const std::filesystem::path& file, Comparison& comparison) {
    const auto tensors = read_safetensors(file);
    if (!tensors.ok()) throw std::runtime_error(tensors.error().message);
    constexpr std::string_view prefix = "probs.";
    for (const auto& [name, expected] : *tensors)
        if (name.starts_with(prefix))
            comparison.close(name,
                             sampling_distribution(tensor(*tensors, "logits"),
                                                   parse_sampling(name.substr(prefix.size()))),
                             expected, probabilities_tolerance);
}

/// Right-padded rows: the score of every position, and of the last one that is no padding.
void check_scores(const ModelData& data, Comparison& comparison) {
    const at::Tensor mask = data.at("attention_mask");  // [B, T]
    const at::Tensor scores = data.model.scores(data.model.hidden_states(data.at("input_ids")));
    comparison.close("per_token_score", scores * mask, data.at("per_token_score"),
                     logits_tolerance);
    std::vector<std::int64_t> places;
    const at::Tensor& ids = data.at("input_ids");
    for (std::int64_t row = 0; row < ids.size(0); ++row)
        places.push_back(score_position(to_ids(ids[row].masked_select(mask[row] != 0)),
                                        data.model.config().pad_token_id));
    comparison.close("score",
                     scores.gather(1, at::tensor(places, at::kLong).unsqueeze(1)).squeeze(1),
                     data.at("score"), logits_tolerance);
}

/// Weights and computation in bfloat16.
void check_bfloat16(const std::filesystem::path& folder, const ModelData& data,
                    Comparison& comparison) {
    const auto model = Decoder::load(folder, at::kCPU, WeightType::bfloat16);
    if (!model.ok()) throw std::runtime_error(model.error().message);
    const at::Tensor logits = model->logits(model->hidden_states(data.at("nopad.input_ids")));
    comparison.close("logits", logits.to(at::kFloat), data.at("nopad.logits_bf16_compute"),
                     bfloat16_tolerance);
}

/// A kind of reference that this program cannot check must not go unnoticed.
void report_unknown_tensors(const TensorMap& tensors, const std::string& name,
                            const Report& report) {
    const std::set<std::string> known = {"nopad.input_ids",         "nopad.logits",
                                         "nopad.logprobs",          "nopad.logits_bf16_compute",
                                         "greedy.input_ids",        "greedy.attention_mask",
                                         "greedy.new_tokens",       "greedy.logprobs",
                                         "greedy.top2_gap",         "greedy_eos.new_tokens",
                                         "greedy_eos.eos_token_id", "greedy_reppen.new_tokens"};
    for (const auto& [tensor_name, values] : tensors)
        if (!known.contains(tensor_name) && !tensor_name.starts_with("nopad.hidden.") &&
            !tensor_name.starts_with("leftpad.") && !tensor_name.starts_with("rightpad."))
            report(not_supported(name + "/" + tensor_name));
}

}  // namespace

void check_model(const std::filesystem::path& folder, const std::string& name,
                 const Report& report) {
    auto model = Decoder::load(folder, at::kCPU);
    if (!model.ok()) return report(not_supported(name, model.error().message));
    auto tensors = read_safetensors(folder / "reference.safetensors");
    if (!tensors.ok()) return report(failed(name, tensors.error().message));
    const ModelData data{std::move(model).value(), std::move(tensors).value()};
    const at::NoGradGuard no_gradient;
    if (data.model.config().score_head)
        return run_case(name + "/score", report, [&](Comparison& c) { check_scores(data, c); });

    using Check = std::function<void(Comparison&)>;
    const std::vector<std::pair<std::string, Check>> checks = {
        {"nopad", [&](Comparison& c) { check_unpadded(data, c); }},
        {"leftpad", [&](Comparison& c) { check_padded(data, "leftpad", c); }},
        {"rightpad", [&](Comparison& c) { check_padded(data, "rightpad", c); }},
        {"greedy", [&](Comparison& c) { check_greedy(data, c); }},
        {"greedy_eos", [&](Comparison& c) { check_greedy_with_end(data, c); }},
        {"greedy_reppen", [&](Comparison& c) { check_repetition_penalty(data, c); }},
        {"sampling", [&](Comparison& c) { check_sampling(folder / "sampling.safetensors", c); }},
    };
    if (data.tensors.contains("nopad.logits_bf16_compute"))
        run_case(name + "/bfloat16", report,
                 [&](Comparison& c) { check_bfloat16(folder, data, c); });
    for (const auto& [part, check] : checks) run_case(name + "/" + part, report, check);
    report_unknown_tensors(data.tensors, name, report);
}

}  // namespace plumb::parity
