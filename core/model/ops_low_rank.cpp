// SPDX-License-Identifier: GPL-3.0-or-later
// The product with an adapter: y = x W^T + bias + residual, and for each part
// y_i += scale_i (drop(x) A_i^T) B_i^T. The A's of all parts are one matrix, so that x is read
// once.
#include "base/check.h"
#include "model/composed_ops.h"
#include "model/ops.h"
#include "model/ops_products.h"

namespace plumb::ops {
namespace {

using namespace detail;

const float* data(const at::Tensor& tensor) {
    return tensor.defined() ? tensor.const_data_ptr<float>() : nullptr;
}

/// Calls visit(part, first rank, offset of its B) for each part.
template <class Visit>
void for_each_part(const std::vector<LowRank::Part>& parts, Visit visit) {
    std::int64_t rank = 0, offset = 0;
    for (const LowRank::Part& part : parts) {
        visit(part, rank, offset);
        rank += part.rank;
        offset += part.rows * part.rank;
    }
}

/// scale * B [rows, rank] of a part.
at::Tensor scaled(const at::Tensor& b, const LowRank::Part& part, std::int64_t offset) {
    return b.narrow(0, offset, part.rows * part.rank).view({part.rows, part.rank}) * part.scale;
}

struct Result {
    at::Tensor y;
    at::Tensor low;  // [m, sum of ranks] = drop(x) A^T
};

Result forward(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
               const at::Tensor& residual, const at::Tensor& a, const at::Tensor& b,
               const std::vector<LowRank::Part>& parts, const Dropout& dropout) {
    const std::int64_t n = weight.size(0), k = weight.size(1), m = x.numel() / k;
    const std::int64_t ranks = a.size(0);
    auto sizes = x.sizes().vec();
    sizes.back() = n;
    Result result{at::empty(sizes, x.options()), at::empty({m, ranks}, x.options())};
    auto* y = result.y.data_ptr<float>();
    auto* low = result.low.data_ptr<float>();
    multiply({data(x), k}, m, k, pack(weight, k, n, true), n, {y, n, data(bias), data(residual)});
    const at::Tensor in = dropout.is_on() ? dropout.apply(x) : x;
    multiply({data(in), k}, m, k, pack(a, k, ranks, true), ranks, {low, ranks});
    for_each_part(parts, [&](const LowRank::Part& part, std::int64_t rank, std::int64_t offset) {
        multiply({low + rank, ranks}, m, part.rank,
                 pack(scaled(b, part, offset), part.rank, part.rows, true), part.rows,
                 {y + part.first_row, n, nullptr, nullptr, true});
    });
    return result;
}

class LowRankLinear : public torch::autograd::Function<LowRankLinear> {
public:
    static Variable forward(AutogradContext* context, const Variable& x, const Variable& weight,
                            const std::optional<Variable>& bias,
                            const std::optional<Variable>& residual, const Variable& a,
                            const Variable& b, const LowRank* adapter, const Dropout& dropout) {
        const Result result =
            ops::forward(x, weight, bias.value_or(Variable()), residual.value_or(Variable()), a, b,
                         adapter->parts, dropout);
        context->save_for_backward({x, weight, bias.value_or(Variable()), a, b, result.low});
        std::vector<std::int64_t> numbers;
        std::vector<double> scales;
        for (const LowRank::Part& part : adapter->parts) {
            numbers.insert(numbers.end(), {part.first_row, part.rows, part.rank});
            scales.push_back(part.scale);
        }
        context->saved_data["parts"] = numbers;
        context->saved_data["scales"] = scales;
        context->saved_data["rate"] = dropout.rate;
        context->saved_data["key"] = static_cast<std::int64_t>(dropout.key);
        context->saved_data["residual"] = residual.has_value();
        return result.y;
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor &x = saved[0], &weight = saved[1], &bias = saved[2], &a = saved[3],
                         &b = saved[4], &low = saved[5];
        const std::vector<LowRank::Part> parts = saved_parts(context);
        const Dropout dropout{context->saved_data["rate"].toDouble(),
                              static_cast<std::uint64_t>(context->saved_data["key"].toInt())};
        const std::int64_t n = weight.size(0), k = weight.size(1), m = x.numel() / k;
        const std::int64_t ranks = a.size(0);
        const at::Tensor dy = gradients[0].contiguous();
        variable_list result(8);

        const at::Tensor dlow = at::empty({m, ranks}, x.options());
        GradientTarget db(b);
        for_each_part(parts, [&](const LowRank::Part& part, std::int64_t rank,
                                 std::int64_t offset) {
            const Rows rows{data(dy) + part.first_row, n};
            multiply(rows, m, part.rows, pack(scaled(b, part, offset), part.rows, part.rank, false),
                     part.rank, {dlow.data_ptr<float>() + rank, ranks});
            add_weight_gradient(rows, low.narrow(1, rank, part.rank) * part.scale, m, part.rows,
                                part.rank, db.data() + offset);
        });
        result[5] = db.returned;

        GradientTarget da(a);
        add_weight_gradient({data(dlow), ranks}, dropout.is_on() ? dropout.apply(x) : x, m, ranks,
                            k, da.data());
        result[4] = da.returned;

        if (context->needs_input_grad(0)) {
            at::Tensor dx = at::empty_like(x);
            multiply({data(dy), n}, m, n, pack(weight, n, k, false), k, {dx.data_ptr<float>(), k});
            const at::Tensor packed = pack(a, ranks, k, false);
            if (dropout.is_on()) {
                const at::Tensor through = at::empty_like(x);
                multiply({data(dlow), ranks}, m, ranks, packed, k, {through.data_ptr<float>(), k});
                dropout.add_applied(through, dx);
            } else {
                multiply({data(dlow), ranks}, m, ranks, packed, k,
                         {dx.data_ptr<float>(), k, nullptr, nullptr, true});
            }
            result[0] = dx;
        }
        if (context->needs_input_grad(1)) {
            GradientTarget target(weight);
            add_weight_gradient({data(dy), n}, x, m, n, k, target.data());
            result[1] = target.returned;
        }
        if (bias.defined() && context->needs_input_grad(2)) {
            GradientTarget target(bias);
            target.sum.add_(dy.view({m, n}).sum(0));
            result[2] = target.returned;
        }
        if (context->saved_data["residual"].toBool()) result[3] = dy;
        return result;
    }

private:
    static std::vector<LowRank::Part> saved_parts(AutogradContext* context) {
        const auto numbers = context->saved_data["parts"].toIntVector();
        const auto scales = context->saved_data["scales"].toDoubleVector();
        std::vector<LowRank::Part> parts;
        for (std::size_t i = 0; i < scales.size(); ++i)
            parts.push_back({numbers[3 * i], numbers[3 * i + 1], numbers[3 * i + 2], scales[i]});
        return parts;
    }
};

}  // namespace

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  const at::Tensor& residual, const LowRank& adapter, const Dropout& dropout) {
    if (!adapter.a.defined()) return linear(x, weight, bias, residual);
    if (!fused(x) || x.numel() == 0)
        return composed::linear(x, weight, bias, residual, adapter, dropout);
    const at::Tensor plain = x.contiguous();
    const at::Tensor plain_residual = residual.defined() ? residual.contiguous() : residual;
    if (!needs_graph({&plain, &weight, &bias, &plain_residual, &adapter.a, &adapter.b}))
        return forward(plain, weight, bias, plain_residual, adapter.a, adapter.b, adapter.parts,
                       dropout)
            .y;
    return LowRankLinear::apply(plain, weight, detail::optional(bias),
                                detail::optional(plain_residual), adapter.a, adapter.b, &adapter,
                                dropout);
}

}  // namespace plumb::ops
