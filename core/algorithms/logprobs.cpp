// SPDX-License-Identifier: GPL-3.0-or-later
#include "algorithms/logprobs.h"

#include <algorithm>

#include <torch/csrc/autograd/custom_function.h>

#include "base/check.h"

namespace plumb {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Finite, so that p log p of a suppressed id is 0 and not NaN.
constexpr double suppressed_logit = -1e30;
// Rows are worked on in slices of about this many numbers, which bounds the extra memory.
constexpr std::int64_t slice_size = std::int64_t{1} << 21;

std::int64_t rows_per_slice(const at::Tensor& logits) {
    return std::max<std::int64_t>(1, slice_size / std::max<std::int64_t>(1, logits.size(1)));
}

/// log softmax of the rows [first, last), [n, V].
at::Tensor log_softmax_slice(const at::Tensor& logits, std::int64_t first, std::int64_t last,
                             double temperature, const at::Tensor& suppressed) {
    at::Tensor z = logits.narrow(0, first, last - first);
    if (temperature != 1.0) z = z / temperature;
    if (suppressed.numel() > 0) z = z.index_fill(1, suppressed, suppressed_logit);
    return at::log_softmax(z, 1);
}

at::Tensor id_tensor(const std::vector<std::int64_t>& ids, at::Device device) {
    return at::tensor(ids, at::TensorOptions().dtype(at::kLong)).to(device);
}

class TokenLogprobsFunction : public torch::autograd::Function<TokenLogprobsFunction> {
public:
    static variable_list forward(AutogradContext* ctx, const at::Tensor& logits,
                                 const at::Tensor& ids, double temperature,
                                 const at::Tensor& suppressed) {
        ctx->set_materialize_grads(false);
        const std::int64_t n = logits.size(0);
        at::Tensor logprobs = at::empty({n}, logits.options());
        at::Tensor entropy = at::empty({n}, logits.options());
        const std::int64_t step = rows_per_slice(logits);
        for (std::int64_t first = 0; first < n; first += step) {
            const std::int64_t last = std::min(n, first + step);
            const at::Tensor lsm = log_softmax_slice(logits, first, last, temperature, suppressed);
            const at::Tensor chosen = ids.narrow(0, first, last - first).unsqueeze(1);
            logprobs.narrow(0, first, last - first).copy_(lsm.gather(1, chosen).squeeze(1));
            entropy.narrow(0, first, last - first).copy_(lsm.exp().mul_(lsm).sum(1).neg_());
        }
        ctx->save_for_backward({logits, ids, suppressed, entropy});
        ctx->saved_data["temperature"] = temperature;
        return {logprobs, entropy};
    }

    // With p = softmax(z): d logp/dz_j = [j is the id] - p_j, dH/dz_j = -p_j (log p_j + H).
    static variable_list backward(AutogradContext* ctx, variable_list gradients) {
        const auto saved = ctx->get_saved_variables();
        const at::Tensor &logits = saved[0], &ids = saved[1], &suppressed = saved[2];
        const double temperature = ctx->saved_data["temperature"].toDouble();
        const at::Tensor &g_logprobs = gradients[0], &g_entropy = gradients[1];
        if (!g_logprobs.defined() && !g_entropy.defined()) return {{}, {}, {}, {}};

        at::Tensor result = at::empty_like(logits);
        const std::int64_t n = logits.size(0), step = rows_per_slice(logits);
        for (std::int64_t first = 0; first < n; first += step) {
            const std::int64_t count = std::min(n, first + step) - first;
            const auto rows = [&](const at::Tensor& t) {
                return t.narrow(0, first, count).unsqueeze(1);
            };
            const at::Tensor lsm =
                log_softmax_slice(logits, first, first + count, temperature, suppressed);
            at::Tensor out = result.narrow(0, first, count);
            at::exp_out(out, lsm);
            if (g_entropy.defined()) {
                at::Tensor weight = (lsm + rows(saved[3])).mul_(rows(g_entropy));
                if (g_logprobs.defined()) weight.add_(rows(g_logprobs));
                out.mul_(weight.neg_());
            } else {
                out.mul_(rows(g_logprobs).neg());
            }
            if (g_logprobs.defined()) out.scatter_add_(1, rows(ids), rows(g_logprobs));
        }
        if (temperature != 1.0) result.div_(temperature);
        return {result, {}, {}, {}};
    }
};

}  // namespace

TokenLogprobs token_logprobs(const at::Tensor& logits, const at::Tensor& ids, double temperature,
                             const std::vector<std::int64_t>& suppressed_ids) {
    PLUMB_CHECK(logits.dim() == 2 && ids.dim() == 1 && ids.size(0) == logits.size(0),
                "logits [N, V] and ids [N] expected");
    PLUMB_CHECK(temperature > 0, "the temperature must be positive");
    const at::Tensor suppressed = id_tensor(suppressed_ids, logits.device());
    const auto outputs = TokenLogprobsFunction::apply(logits, ids, temperature, suppressed);
    return {outputs[0], outputs[1]};
}

at::Tensor is_argmax(const at::Tensor& logits, const at::Tensor& ids) {
    return at::argmax(logits.detach(), -1) == ids;
}

at::Tensor log_collision_probability(const at::Tensor& logits, double temperature,
                                     const std::vector<std::int64_t>& suppressed_ids) {
    PLUMB_CHECK(logits.dim() == 2, "logits [N, V] expected");
    PLUMB_CHECK(temperature > 0, "the temperature must be positive");
    at::NoGradGuard no_gradient;
    const at::Tensor suppressed = id_tensor(suppressed_ids, logits.device());
    const std::int64_t n = logits.size(0), step = rows_per_slice(logits);
    at::Tensor result = at::empty({n}, logits.options().requires_grad(false));
    for (std::int64_t first = 0; first < n; first += step) {
        const std::int64_t last = std::min(n, first + step);
        const at::Tensor lsm = log_softmax_slice(logits, first, last, temperature, suppressed);
        result.narrow(0, first, last - first).copy_(at::logsumexp(2 * lsm, {1}));
    }
    return result;
}

}  // namespace plumb
