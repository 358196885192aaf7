// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "base/result.h"
#include "model/decoder.h"
#include "model/safetensors.h"

namespace plumb {

struct AdamWOptions {
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 0.0;  ///< not on norms
};

/// AdamW (Loshchilov and Hutter, 2019) on a model's flat buffers with torch's fused kernel: one
/// call for all matrices, one for all norms. Where weights are bfloat16 or float16 it works on
/// float32 copies of them (Micikevicius et al. 2018, master weights), which are rounded into the
/// weights after each step, so that updates below their resolution add up; moments are float32.
class AdamW {
public:
    /// The model must have been made trainable; it must outlive the optimiser.
    AdamW(Decoder& model, const AdamWOptions& options);

    /// One update from the model's gradients.
    void step(double learning_rate);
    std::int64_t steps() const { return steps_; }

    /// Both moments and the float32 copies, for a checkpoint; the number of steps is stored apart.
    TensorMap state() const;
    /// From tensors of state() under their names behind the prefix.
    Status load_state(const TensorMap& tensors, const std::string& prefix, std::int64_t steps,
                      const std::string& origin);

private:
    Decoder* model_;
    AdamWOptions options_;
    at::Tensor first_moment_, second_moment_;
    at::Tensor master_;  // undefined where the weights are float32
    std::int64_t steps_ = 0;
};

/// The global 2-norm of the flat gradients, those of all models together; scales them down to
/// max_norm where it is larger (max_norm 0: only measures).
double clip_gradients(const std::vector<at::Tensor>& gradients, double max_norm);

}  // namespace plumb
