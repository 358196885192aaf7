// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What the repetitions of reference runs share; internal to run_parity().

#include <optional>

#include "session/parity_replay.h"
#include "train/loop.h"
#include "train/update.h"

namespace plumb::parity {

/// The tensors of a file of the run; none where it has no such file.
TensorMap read_tensors(const ReferenceRun& run, const char* file);
/// A model of the reference data.
Decoder load_model(const std::filesystem::path& folder);
/// The norm of every parameter, summed up in double, under its name with the prefix.
void add_parameter_norms(const Decoder& model, const std::string& prefix,
                         std::map<std::string, double>& norms);
/// The logits on the probe's ids after training.
void compare_probe(const ReferenceRun& run, const Decoder& model, Replay& replay);

/// The model of a run with its optimiser, and what is measured at every update.
class Updates {
public:
    /// total: updates of the whole run.
    Updates(const ReferenceRun& run, std::int64_t total, Replay& replay);

    const Policy& policy() const { return policy_; }
    Decoder& model() { return policy_.model; }
    std::int64_t pad_id() { return model().config().pad_token_id.value_or(0); }

    /// One optimiser step with the gradients as they are; completes the metrics of the step.
    void apply(Metrics metrics);
    void add_tokens(double tokens) { tokens_ += tokens; }
    /// What is known of the model after the last update.
    void finish();

private:
    void finish_adapter();

    const ReferenceRun& run_;
    const Settings& settings_;
    std::int64_t total_;
    Replay& replay_;
    Policy policy_;
    std::optional<AdamW> optimizer_;
    at::Tensor before_, had_gradient_;
    double tokens_ = 0;
};

/// Adds one micro-batch to the means of its update and to the list of losses.
void collect(const MetricMeans& micro_batch, MetricMeans& means, Replay& replay);

}  // namespace plumb::parity
