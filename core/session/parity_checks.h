// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// The parts of run_parity(); internal to this folder.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "session/parity.h"

namespace at {
class Tensor;
}

namespace plumb {
class Tokenizer;
}

namespace plumb::parity {

using Report = std::function<void(ParityLine)>;

/// How far a number may be from the reference: absolute + relative * |reference|.
struct Tolerance {
    double absolute = 0;
    double relative = 0;
};

// What the README of the reference data states.
constexpr Tolerance loss_tolerance{1e-5, 1e-5};         // losses/: losses, metrics, gradients
constexpr Tolerance logits_tolerance{1e-4, 0};          // models/: logits, hidden states
constexpr Tolerance layer_norm_tolerance{2e-4, 0};      // the same of models with LayerNorm
constexpr Tolerance bfloat16_tolerance{0.4, 0};         // logits computed in bfloat16
constexpr Tolerance logprobs_tolerance{1e-4, 0};        // log-probabilities everywhere
constexpr Tolerance probabilities_tolerance{1e-5, 0};   // models/: after top-k, top-p, min-p
constexpr Tolerance reward_tolerance{1e-12, 0};         // data/: rewards, in double precision
constexpr Tolerance log_tolerance{1e-4, 1e-4};          // train/: losses and other logged metrics
constexpr Tolerance ipo_tolerance{1e-3, 1e-3};          // train/: losses of IPO, which are squares
constexpr Tolerance margin_tolerance{1e-3, 0};          // train/: rewards/margins
constexpr Tolerance grad_norm_tolerance{0, 1e-3};       // train/: gradient norms
constexpr Tolerance parameter_norm_tolerance{1e-4, 0};  // train/: final parameters
constexpr Tolerance probe_tolerance{5e-3, 0};           // train/: logits after training

/// Collects the comparisons of one case and keeps the worst one.
class Comparison {
public:
    explicit Comparison(std::string name) : name_(std::move(name)) {}

    void close(const std::string& what, double actual, double expected, Tolerance tolerance);
    /// Element by element; a different shape fails.
    void close(const std::string& what, const at::Tensor& actual, const at::Tensor& expected,
               Tolerance tolerance);
    void equal(const std::string& what, const std::vector<std::int64_t>& actual,
               const std::vector<std::int64_t>& expected);
    /// The case fails whatever else holds.
    void fail(const std::string& why);

    ParityLine line() const;

private:
    void add(const std::string& what, double error);

    std::string name_;
    double largest_error_ = 0;
    std::string worst_;
    std::string failure_;
    std::int64_t compared_ = 0;
};

/// A line for something that could not be run at all.
ParityLine failed(const std::string& name, const std::string& why);
ParityLine not_supported(const std::string& name, const std::string& why = "");

// The following throw std::runtime_error with a message for the line; run_case() catches it.

const at::Tensor& tensor(const std::map<std::string, at::Tensor>& tensors, const std::string& name);
std::string read_text(const std::filesystem::path& file);
/// An unknown key or value is "not supported yet".
void set_from_text(const std::string& key, const std::string& text, Settings& settings);

/// Names the first key of a JSON object that is not known: what it asks for would be left out in
/// silence.
template <class Json>
void refuse_unknown_keys(const Json& object, const std::set<std::string>& known) {
    for (const auto& item : object.items())
        if (!known.contains(item.key()))
            throw std::runtime_error("not supported yet: " + item.key());
}

/// Sets the setting of that key from a JSON value.
template <class Json>
void set_from_json(const std::string& key, const Json& value, Settings& settings) {
    set_from_text(key, value.is_string() ? value.template get<std::string>() : value.dump(),
                  settings);
}

/// The values of a tensor of integers.
std::vector<std::int64_t> to_ids(const at::Tensor& values);
/// Per row of [B, T]: the values where mask is not 0.
std::vector<std::vector<std::int64_t>> masked_rows(const at::Tensor& values,
                                                   const at::Tensor& mask);

/// What the work throws (a missing key, a tensor of another shape) as a message; empty: nothing.
std::optional<std::string> failure_of(const std::function<void()>& work);
/// Runs one case; what it throws makes a failed line.
void run_case(const std::string& name, const Report& report,
              const std::function<void(Comparison&)>& check);

/// One item of the folder: files losses/<stem>.json and data/<stem>.json, folders
/// tokenizers/<name>, models/<name>, train/<name>. name is what its lines begin with.
void check_sft_losses(const std::filesystem::path& stem, const std::string& name,
                      const Report& report);
void check_grpo_losses(const std::filesystem::path& stem, const std::string& name,
                       const Report& report);
void check_reward_losses(const std::filesystem::path& stem, const std::string& name,
                         const Report& report);
void check_dpo_losses(const std::filesystem::path& stem, const std::string& name,
                      const Report& report);
void check_ppo_losses(const std::filesystem::path& stem, const std::string& name,
                      const Report& report);
void check_packing(const std::filesystem::path& stem, const std::string& name,
                   const Report& report);
void check_prompt_extraction(const std::filesystem::path& stem, const std::string& name,
                             const Report& report);
void check_rewards(const std::filesystem::path& stem, const std::string& name,
                   const Report& report);
void check_tokenizer(const std::filesystem::path& folder, const std::string& name,
                     const Report& report);
/// chat.json of a tokenizer's folder.
void check_chat(const std::filesystem::path& folder, const Tokenizer& tokenizer,
                const std::string& name, const Report& report);
/// tokenizers/chat_templates.json and chat_templates/<stem>.json: a line for each template.
void check_chat_templates(const std::filesystem::path& stem, const std::string& name,
                          const Report& report);
void check_model(const std::filesystem::path& folder, const std::string& name,
                 const Report& report);
/// root: the whole reference folder, where the run's base model is.
void check_training(const std::filesystem::path& root, const std::filesystem::path& folder,
                    const std::string& name, const Report& report);

}  // namespace plumb::parity
