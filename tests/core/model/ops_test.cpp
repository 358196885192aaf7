// SPDX-License-Identifier: GPL-3.0-or-later
// The fused operations against the composed ones in double precision, at every level of vector
// registers that this processor has; the composed ones against differences.
#include "model/ops.h"
#include "model/token_tree.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>

#include "model/composed_ops.h"
#include "model/kernels.h"
#include "test_main.h"

using namespace plumb;

namespace {

using Tensors = std::vector<at::Tensor>;
using Operation = std::function<at::Tensor(const Tensors&)>;

/// The same numbers in every run: sines of large arguments, between -1 and 1.
at::Tensor numbers(at::IntArrayRef sizes, double seed) {
    const auto count = c10::multiply_integers(sizes);
    return at::sin(at::arange(count, at::kDouble) * 12.9898 + seed * 78.233).view(sizes).clone();
}

Tensors copies(const Tensors& inputs, at::ScalarType type) {
    Tensors result;
    for (const at::Tensor& input : inputs)
        result.push_back(input.defined() ? input.to(type).clone().requires_grad_(true) : input);
    return result;
}

struct Outcome {
    at::Tensor output;
    Tensors gradients;
};

/// Output and gradients, with an output gradient that differs everywhere.
Outcome run(const Operation& operation, const Tensors& inputs, at::ScalarType type) {
    const Tensors leaves = copies(inputs, type);
    // The operations may use their input up, so they get one that is no leaf.
    Tensors arguments;
    for (const at::Tensor& leaf : leaves) arguments.push_back(leaf.defined() ? leaf * 1.0 : leaf);
    Outcome outcome{operation(arguments), {}};
    outcome.output.backward(numbers(outcome.output.sizes(), 0.5).to(type));
    for (const at::Tensor& leaf : leaves)
        if (leaf.defined()) outcome.gradients.push_back(leaf.grad());
    return outcome;
}

/// Of gradients that cancel to nearly nothing, the absolute difference counts.
double relative_difference(const at::Tensor& a, const at::Tensor& b) {
    return (a.to(at::kDouble) - b).abs().max().item<double>() /
           (0.05 + b.abs().max().item<double>());
}

/// Chooses a level of kernels for the scope.
class Level {
public:
    explicit Level(const Kernels& level) : before_(kernels()) { use_kernels(level); }
    ~Level() { use_kernels(before_); }

private:
    const Kernels& before_;
};

void compare(const Operation& fused, const Operation& composed, const Tensors& inputs) {
    const Outcome expected = run(composed, inputs, at::kDouble);
    std::int64_t count = 0;
    const Kernels* const* levels = all_kernels(count);
    for (std::int64_t i = 0; i < count; ++i) {
        const Level level(*levels[i]);
        const Outcome outcome = run(fused, inputs, at::kFloat);
        QVERIFY2(relative_difference(outcome.output, expected.output) < 1e-5, levels[i]->name);
        for (std::size_t g = 0; g < expected.gradients.size(); ++g) {
            const double difference =
                relative_difference(outcome.gradients[g], expected.gradients[g]);
            QVERIFY2(difference < 2e-5, (std::string(levels[i]->name) + ", gradient " +
                                         std::to_string(g) + ": " + std::to_string(difference))
                                            .c_str());
        }
        const at::NoGradGuard no_grad;
        QVERIFY(at::equal(fused(copies(inputs, at::kFloat)), outcome.output));
    }
}

/// The composed gradient along one direction through all inputs against a central difference.
void differences_agree(const Operation& composed, const Tensors& inputs) {
    const Outcome outcome = run(composed, inputs, at::kDouble);
    const double step = 1e-6;
    Tensors up, down;
    double expected = 0;
    std::size_t g = 0;
    for (const at::Tensor& input : inputs) {
        if (!input.defined()) {
            up.push_back(input);
            down.push_back(input);
            continue;
        }
        const at::Tensor direction = numbers(input.sizes(), 3.0 + static_cast<double>(g));
        up.push_back(input + step * direction);
        down.push_back(input - step * direction);
        expected += (outcome.gradients[g++] * direction).sum().item<double>();
    }
    const at::Tensor weights = numbers(outcome.output.sizes(), 0.5);
    const double numeric =
        ((composed(up) - composed(down)) * weights).sum().item<double>() / (2 * step);
    QVERIFY2(std::abs(numeric - expected) < 1e-6 * (1 + std::abs(expected)),
             (std::to_string(numeric) + " instead of " + std::to_string(expected)).c_str());
}

void check(const Operation& fused, const Operation& composed, const Tensors& inputs) {
    compare(fused, composed, inputs);
    differences_agree(composed, inputs);
}

/// The segments of rows of one length.
at::Tensor rows(std::int64_t count, std::int64_t length) {
    return TokenTree::of_rows(at::zeros({count, length}, at::kLong)).segments;
}

}  // namespace

class TestOps : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void rms_norm() {
        for (const std::int64_t size : {1, 7, 16, 24, 128, 135})
            for (const std::int64_t rows : {1, 5, 300})
                check([](const Tensors& t) { return ops::norm(t[0], t[1], {}, 1e-5); },
                      [](const Tensors& t) { return composed::norm(t[0], t[1], {}, 1e-5); },
                      {numbers({rows, size}, 1), numbers({size}, 2)});
    }

    void layer_norm() {
        // Rows of one number have no gradient but its rounding, times 1 / sqrt(eps).
        for (const std::int64_t size : {2, 7, 16, 24, 128, 135})
            for (const std::int64_t rows : {1, 5, 300})
                check([](const Tensors& t) { return ops::norm(t[0], t[1], t[2], 1e-5); },
                      [](const Tensors& t) { return composed::norm(t[0], t[1], t[2], 1e-5); },
                      {numbers({rows, size}, 1) + 0.5, numbers({size}, 2), numbers({size}, 3)});
    }

    void head_norm() {
        for (const auto& [heads, kv_heads, dim] :
             {std::tuple<std::int64_t, std::int64_t, std::int64_t>{4, 2, 6},
              {3, 3, 16},
              {2, 1, 24}})
            for (const std::int64_t length : {1, 300}) {
                const auto with = [&](auto operation) {
                    return [=, heads = heads, kv_heads = kv_heads](const Tensors& t) {
                        return operation(t[0], t[1], t[2], heads, kv_heads, 1e-5);
                    };
                };
                check(with(ops::head_norm), with(composed::head_norm),
                      {numbers({2, length, (heads + 2 * kv_heads) * dim}, 1), numbers({dim}, 2),
                       numbers({dim}, 3)});
            }
    }

    void gelu() {
        for (const bool exact : {false, true})
            for (const std::int64_t size : {1, 16, 21, 448})
                check([=](const Tensors& t) { return ops::gelu(t[0], exact); },
                      [=](const Tensors& t) { return composed::gelu(t[0], exact); },
                      {numbers({2, 9, size}, 1) * 8});
        // Far from 0 it is 0 or x, and nothing is lost on the way there.
        const at::Tensor x = at::tensor({-60.0f, -5.0f, 0.0f, 5.0f, 60.0f});
        const at::Tensor y = ops::gelu(x, true);
        QCOMPARE(y[0].item<float>(), -0.0f);
        QCOMPARE(y[4].item<float>(), 60.0f);
        QVERIFY((y - at::gelu(x)).abs().max().item<float>() < 3e-6f);
    }

    void swiglu() {
        for (const std::int64_t size : {1, 16, 21, 448})
            check([](const Tensors& t) { return ops::swiglu(t[0]); },
                  [](const Tensors& t) { return composed::swiglu(t[0]); },
                  {numbers({2, 9, 2 * size}, 1) * 20});
    }

    void linear() {
        for (const std::int64_t rows : {1, 13, 16, 300})
            for (const auto& [in, out] :
                 {std::pair<std::int64_t, std::int64_t>{5, 3}, {32, 64}, {128, 96}, {37, 101}})
                for (const bool more : {false, true}) {
                    const Tensors inputs = {numbers({rows, in}, 1), numbers({out, in}, 2),
                                            more ? numbers({out}, 3) : at::Tensor(),
                                            more ? numbers({rows, out}, 4) : at::Tensor()};
                    check([](const Tensors& t) { return ops::linear(t[0], t[1], t[2], t[3]); },
                          [](const Tensors& t) { return composed::linear(t[0], t[1], t[2], t[3]); },
                          inputs);
                }
    }

    void linear_with_an_adapter() {
        // Two of three parts of a fused matrix, of different ranks, the middle one without.
        const std::vector<ops::LowRank::Part> parts = {{0, 24, 3, 0.5}, {36, 12, 5, 2.0}};
        for (const std::int64_t rows : {1, 13, 300})
            for (const double rate : {0.0, 0.25})
                for (const bool more : {false, true}) {
                    const Tensors inputs = {numbers({rows, 32}, 1),
                                            numbers({48, 32}, 2),
                                            more ? numbers({48}, 3) : at::Tensor(),
                                            more ? numbers({rows, 48}, 4) : at::Tensor(),
                                            numbers({8, 32}, 5),
                                            numbers({24 * 3 + 12 * 5}, 6)};
                    const Dropout dropout{rate, 77};
                    check(
                        [&](const Tensors& t) {
                            return ops::linear(t[0], t[1], t[2], t[3], {t[4], t[5], parts},
                                               dropout);
                        },
                        [&](const Tensors& t) {
                            return composed::linear(t[0], t[1], t[2], t[3], {t[4], t[5], parts},
                                                    dropout);
                        },
                        inputs);
                }
    }

    void an_adapter_on_a_frozen_weight() {
        const at::Tensor weight = numbers({6, 8}, 2).to(at::kFloat);
        const ops::LowRank adapter{numbers({2, 8}, 3).to(at::kFloat).requires_grad_(true),
                                   numbers({12}, 4).to(at::kFloat).requires_grad_(true),
                                   {{0, 6, 2, 1.0}}};
        const at::Tensor x = numbers({4, 8}, 1).to(at::kFloat);
        ops::linear(x, weight, {}, {}, adapter).sum().backward();
        QVERIFY(!weight.grad().defined());
        // y = x A^T B^T: the gradient of B sums A x over the rows.
        const at::Tensor low = at::linear(x, adapter.a.detach()).sum(0);
        QVERIFY(at::allclose(adapter.b.grad().view({6, 2}), low.expand({6, 2}), 1e-5, 1e-6));
    }

    void dropout_keeps_its_share_and_repeats_itself() {
        const Dropout dropout{0.3, 5};
        const at::Tensor mask = dropout.mask({400, 101}, at::kCPU);
        QVERIFY(at::equal(mask, dropout.mask({400, 101}, at::kCPU)));
        QVERIFY(!at::equal(mask, Dropout{0.3, 6}.mask({400, 101}, at::kCPU)));
        const double dropped = (mask == 0).to(at::kDouble).mean().item<double>();
        QVERIFY(std::abs(dropped - 0.3) < 0.01);  // four standard deviations
        QVERIFY(((mask == 0) | (mask - 1 / 0.7).abs().lt(1e-6)).all().item<bool>());
        QVERIFY(std::abs(mask.mean().item<double>() - 1.0) < 0.015);
        const at::Tensor x = numbers({400, 101}, 1).to(at::kFloat);
        QVERIFY(at::allclose(dropout.apply(x), x * mask));
        at::Tensor sum = at::ones({400, 101});
        dropout.add_applied(x, sum);
        QVERIFY(at::allclose(sum, 1 + x * mask));
    }

    void causal_attention() {
        struct Case {
            std::int64_t batch, length, heads, kv_heads, dim, rotary = dim, window = 0;
        };
        for (const Case c : {Case{2, 1, 1, 1, 2},
                             {3, 13, 4, 2, 6},
                             {2, 40, 4, 4, 16},
                             {1, 129, 4, 2, 32},
                             {2, 64, 3, 1, 64},
                             {1, 50, 2, 1, 80},
                             {1, 40, 2, 2, 16, 4},      // a part of each head rotates
                             {1, 40, 2, 1, 16, 0},      // nothing rotates
                             {2, 40, 2, 1, 16, 16, 1},  // windows
                             {1, 129, 4, 2, 32, 32, 5},
                             {1, 129, 2, 1, 32, 32, 40},
                             {1, 70, 2, 1, 8, 8, 64},
                             {1, 30, 2, 1, 8, 8, 30}}) {
            const at::Tensor angles = numbers({c.length, c.rotary / 2}, 9) * 3;
            const auto with = [&](auto operation) {
                return [&, operation](const Tensors& t) {
                    const at::Tensor a = angles.to(t[0].scalar_type());
                    const bool rotates = c.rotary > 0;
                    return operation(t[0].flatten(0, 1), rows(c.batch, c.length),
                                     rotates ? a.cos() : at::Tensor(),
                                     rotates ? a.sin() : at::Tensor(), c.heads, c.kv_heads,
                                     c.window);
                };
            };
            check(with(ops::causal_attention), with(composed::causal_attention),
                  {numbers({c.batch, c.length, (c.heads + 2 * c.kv_heads) * c.dim}, 1) * 2});
        }
    }

    /// A window's worth of hand work: equal scores give the mean of the values that are seen.
    void a_window_sees_itself_and_those_before_it() {
        at::Tensor qkv = at::zeros({6, 3 * 2});
        qkv.select(1, 4).copy_(at::arange(6));  // values 0, 1, 2, ...
        const at::Tensor out = ops::causal_attention(qkv, rows(1, 6), {}, {}, 1, 1, 3).select(1, 0);
        QVERIFY(at::allclose(out, at::tensor({0.0f, 0.5f, 1.0f, 2.0f, 3.0f, 4.0f})));
    }

    /// Sequences that go on from a shared beginning, beside one that does not: what composed makes
    /// of them, and what each gives alone.
    void attention_of_a_tree() {
        TokenTreeBuilder builder;
        const auto add = [&](std::int64_t length, std::int64_t parent = -1) {
            return builder.add(std::vector<std::int64_t>(static_cast<std::size_t>(length)), parent);
        };
        const std::int64_t first = add(17), second = add(3);
        add(5, first);
        add(20);
        add(33, second);
        add(1, first);
        const TokenTree tree = builder.finish();
        const std::int64_t heads = 4, kv_heads = 2, dim = 6;
        const at::Tensor angles = numbers({tree.longest(), dim / 2}, 9) * 3;
        const at::Tensor qkv = numbers({tree.tokens(), (heads + 2 * kv_heads) * dim}, 1) * 2;
        for (const std::int64_t window : {0, 6}) {
            const auto with = [&](auto operation) {
                return [&, operation](const Tensors& t) {
                    const at::Tensor a = angles.to(t[0].scalar_type());
                    return operation(t[0], tree.segments, a.cos(), a.sin(), heads, kv_heads,
                                     window);
                };
            };
            check(with(ops::causal_attention), with(composed::causal_attention), {qkv});
        }

        const at::NoGradGuard no_grad;
        const at::Tensor cos = angles.cos().to(at::kFloat), sin = angles.sin().to(at::kFloat);
        const auto attend = [&](const at::Tensor& x, const at::Tensor& segments) {
            return ops::causal_attention(x.to(at::kFloat).clone(), segments, cos, sin, heads,
                                         kv_heads);
        };
        const at::Tensor all = attend(qkv, tree.segments);
        const auto of = [](const at::Tensor& x, const TokenTree::Segment& segment) {
            return x.narrow(0, segment.first, segment.length);
        };
        for (const TokenTree::Family& family : families_of(tree.segments)) {
            const std::int64_t before = family.root.length;
            QVERIFY(at::equal(of(all, family.root), attend(of(qkv, family.root), rows(1, before))));
            for (const TokenTree::Segment& branch : family.branches) {
                const at::Tensor whole = at::cat({of(qkv, family.root), of(qkv, branch)});
                const at::Tensor alone = attend(whole, rows(1, before + branch.length));
                QVERIFY(at::equal(of(all, branch), alone.narrow(0, before, branch.length)));
            }
        }
    }

    void attention_survives_large_scores() {
        const Tensors qkv = {numbers({1, 30, 3 * 8}, 1) * 100};  // scores of several thousand
        const auto with = [](auto operation) {
            return [operation](const Tensors& t) {
                const at::Tensor angles = at::zeros({30, 4}, t[0].options());
                return operation(t[0].flatten(0, 1), rows(1, 30), angles.cos(), angles.sin(), 1, 1,
                                 0);
            };
        };
        const Outcome outcome = run(with(ops::causal_attention), qkv, at::kFloat);
        const Outcome expected = run(with(composed::causal_attention), qkv, at::kDouble);
        QVERIFY(relative_difference(outcome.output, expected.output) < 1e-3);
        QVERIFY(outcome.gradients[0].isfinite().all().item<bool>());
    }

    void embedding() {
        const at::Tensor ids = at::tensor({3, 1, 3, 0}, at::kLong).view({2, 2});
        check([&](const Tensors& t) { return ops::embedding(t[0], ids); },
              [&](const Tensors& t) { return at::embedding(t[0], ids); }, {numbers({5, 9}, 1)});
    }

    void frozen_inputs_get_no_gradient() {
        const at::Tensor x = numbers({4, 8}, 1).to(at::kFloat).requires_grad_(true);
        const at::Tensor weight = numbers({6, 8}, 2).to(at::kFloat);
        ops::linear(x, weight).sum().backward();
        QVERIFY(x.grad().defined() && !weight.grad().defined());
        const at::Tensor trained = numbers({6, 8}, 2).to(at::kFloat).requires_grad_(true);
        ops::linear(x.detach(), trained).sum().backward();
        QVERIFY(trained.grad().defined());
    }

    void a_defined_gradient_is_added_to_in_place() {
        at::Tensor weight = numbers({6, 8}, 2).to(at::kFloat).requires_grad_(true);
        at::Tensor buffer = at::ones({6, 8});
        weight.mutable_grad() = buffer;
        const at::Tensor x = numbers({4, 8}, 1).to(at::kFloat);
        ops::linear(x, weight).sum().backward();
        QVERIFY(weight.grad().is_same(buffer));
        const at::Tensor expected = 1 + x.sum(0).expand({6, 8});
        QVERIFY((buffer - expected).abs().max().item<float>() < 1e-5f);
    }

    /// A row's result must not depend on its neighbours, nor on the number of threads.
    void rows_do_not_depend_on_their_batch_or_on_threads() {
        const at::NoGradGuard no_grad;
        const at::Tensor x = numbers({1000, 64}, 1).to(at::kFloat);
        const at::Tensor weight = numbers({96, 64}, 2).to(at::kFloat);
        const int threads = at::get_num_threads();
        at::set_num_threads(1);
        const at::Tensor all = ops::linear(x, weight);
        at::set_num_threads(2);
        QVERIFY(at::equal(ops::linear(x, weight), all));
        for (const std::int64_t rows : {1, 2, 7, 16, 31})
            QVERIFY(at::equal(ops::linear(x.narrow(0, 3, rows), weight), all.narrow(0, 3, rows)));
        at::set_num_threads(threads);
    }

    void gradients_do_not_depend_on_threads() {
        const int threads = at::get_num_threads();
        Tensors gradients;
        for (const int count : {1, 2}) {
            at::set_num_threads(count);
            const at::Tensor x = numbers({2, 300, 64}, 1).to(at::kFloat);
            at::Tensor norm = numbers({64}, 2).to(at::kFloat).requires_grad_(true);
            at::Tensor weight = numbers({96, 64}, 2).to(at::kFloat).requires_grad_(true);
            const at::Tensor angles = numbers({300, 8}, 9).to(at::kFloat);
            ops::causal_attention(ops::linear(ops::norm(x, norm, {}, 1e-5), weight).flatten(0, 1),
                                  rows(2, 300), angles.cos(), angles.sin(), 2, 2)
                .square()
                .sum()
                .backward();
            gradients.push_back(norm.grad());
            gradients.push_back(weight.grad());
        }
        at::set_num_threads(threads);
        QVERIFY(at::equal(gradients[0], gradients[2]));
        QVERIFY(at::equal(gradients[1], gradients[3]));
    }
};

PLUMB_REGISTER_TEST(TestOps)
#include "ops_test.moc"
