// SPDX-License-Identifier: GPL-3.0-or-later
#include "algorithms/dpo.h"

#include <functional>

#include "algorithms/logprobs.h"
#include "numeric_gradient.h"
#include "tensors.h"
#include "test_main.h"

using namespace plumb;

namespace {

double sig(double x) { return 1 / (1 + std::exp(-x)); }
/// -log sigmoid(x)
double nll(double x) { return std::log1p(std::exp(-x)); }

/// Two pairs. Tokens: chosen -1 -2 | -3, rejected -1 -1 -1 | -1 -1; lengths 2, 1 and 3, 2.
/// Sums: chosen -3, -3, rejected -3, -2; reference -4, -2.5 and -2, -2.5.
/// Log-ratios: chosen 1, -1/2, rejected -1, 1/2, so D = 2, -1.
/// Means a token: 1/2 + 1/3 = 5/6 and -1/2 - 1/4 = -3/4.
/// Margins: policy 0, -1, reference -2, 0.
DpoBatch small_batch() {
    DpoBatch batch;
    batch.logprobs = matrix({-1, -2, -7, -3, -8, -9, -1, -1, -1, -1, -1, -6}, 4);
    batch.mask = matrix({1, 1, 0, 1, 0, 0, 1, 1, 1, 1, 1, 0}, 4);
    batch.ref_logps = vector({-4, -2.5, -2, -2.5});
    return batch;
}

DpoLossConfig config_of(DpoLossType type) {
    DpoLossConfig config;
    config.loss_types = {type};
    config.beta = 0.5;
    if (type == DpoLossType::robust || type == DpoLossType::exo_pair || type == DpoLossType::aot ||
        type == DpoLossType::aot_unpaired)
        config.label_smoothing = 0.25;
    if (type == DpoLossType::discopop) config.discopop_tau = 0.5;
    return config;
}

double loss_of(const DpoBatch& batch, const DpoLossConfig& config) {
    return dpo_loss(batch, config).loss.item<double>();
}

/// With beta 1/2: b D = 1, -1/2; b lc = 1/2, -1/4; b lr = -1/2, 1/4; label smoothing 1/4.
double expected_loss(DpoLossType type) {
    const auto mean = [](const std::function<double(double)>& f, double a, double b) {
        return (f(a) + f(b)) / 2;
    };
    const auto smoothed = [](double x) { return 0.75 * nll(x) + 0.25 * nll(-x); };
    switch (type) {
        case DpoLossType::sigmoid: return (nll(1) + nll(-0.5)) / 2;
        case DpoLossType::robust:  // divided by 1 - 2/4
            return mean([](double x) { return (0.75 * nll(x) - 0.25 * nll(-x)) / 0.5; }, 1, -0.5);
        case DpoLossType::hinge: return (0 + 1.5) / 2;
        case DpoLossType::ipo:  // 1 / (2 beta) = 1: (5/6 - 1)^2 and (-3/4 - 1)^2
            return (1.0 / 36 + 49.0 / 16) / 2;
        case DpoLossType::sigmoid_norm: return (nll(5.0 / 12) + nll(-3.0 / 8)) / 2;
        case DpoLossType::exo_pair:
            return mean(
                [](double x) {
                    const double q = sig(x);
                    return q * std::log(q / 0.75) + (1 - q) * std::log((1 - q) / 0.25);
                },
                1, -0.5);
        case DpoLossType::nca_pair:
            return (nll(0.5) + nll(-0.5) / 2 + nll(0.5) / 2 + nll(-0.25) + nll(0.25) / 2 +
                    nll(-0.25) / 2) /
                   2;
        case DpoLossType::bco_pair: return (nll(0.5) + nll(0.5) + nll(-0.25) + nll(-0.25)) / 2;
        case DpoLossType::sppo_hard:  // 1/2 / beta = 1: 0 + 0 and (-3/2)^2 + (3/2)^2
            return 4.5 / 2;
        case DpoLossType::aot:  // sorted margins -1, 0 less -2, 0: 1 and 0
            return mean(smoothed, 0.5, 0);
        case DpoLossType::aot_unpaired:  // sorted -1/2, 1 less -1, 1/2: 1/2 and 1/2
            return smoothed(0.25);
        case DpoLossType::apo_zero:
            return (1 - sig(0.5) + sig(-0.5) + 1 - sig(-0.25) + sig(0.25)) / 2;
        case DpoLossType::apo_down: return (sig(0.5) + 1 - sig(1) + sig(-0.25) + 1 - sig(-0.5)) / 2;
        case DpoLossType::discopop:  // x / tau = 2, -1
            return ((1 - sig(2)) * nll(1) + sig(2) * std::exp(-1) + (1 - sig(-1)) * nll(-0.5) +
                    sig(-1) * std::exp(0.5)) /
                   2;
        case DpoLossType::sft: return 2;  // (1 + 2 + 3) / 3
    }
    return NAN;
}

void each_loss(const std::function<void(const char*, int)>& row) {
    for (std::size_t i = 0; i < dpo_loss_names().size(); ++i)
        row(dpo_loss_names()[i].c_str(), static_cast<int>(i));
}

}  // namespace

class TestDpo : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void by_hand_data() {
        QTest::addColumn<int>("type");
        each_loss([](const char* name, int type) { QTest::newRow(name) << type; });
        QCOMPARE(dpo_loss_names().size(), std::size_t{15});
    }
    void by_hand() {
        QFETCH(int, type);
        const auto kind = static_cast<DpoLossType>(type);
        QVERIFY(close(loss_of(small_batch(), config_of(kind)), expected_loss(kind)));
    }

    void metrics_by_hand() {
        DpoBatch batch = small_batch();
        batch.entropy = matrix({1, 2, 50, 3, 50, 50, 4, 5, 6, 7, 8, 50}, 4);
        batch.is_argmax = matrix({1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 4) > 0;
        batch.mean_logits = matrix({1, 2, 50, 6, 50, 50, 1, 1, 1, 1, 6, 50}, 4);
        const auto metrics = dpo_loss(batch, config_of(DpoLossType::sigmoid)).metrics;
        QVERIFY(close(metrics.at("rewards/chosen"), 0.125));     // .5 (1 - .5) / 2
        QVERIFY(close(metrics.at("rewards/rejected"), -0.125));  // .5 (-1 + .5) / 2
        QVERIFY(close(metrics.at("rewards/margins"), 0.25));
        QVERIFY(close(metrics.at("rewards/accuracies"), 0.5));
        QVERIFY(close(metrics.at("logps/chosen"), -3));
        QVERIFY(close(metrics.at("logps/rejected"), -2.5));
        QVERIFY(close(metrics.at("entropy"), 36.0 / 8));             // all completion tokens
        QVERIFY(close(metrics.at("mean_token_accuracy"), 2.0 / 3));  // chosen ones alone
        QVERIFY(close(metrics.at("logits/chosen"), 3));
        QVERIFY(close(metrics.at("logits/rejected"), 2));
        QVERIFY(!dpo_loss(small_batch(), {}).metrics.contains("entropy"));
    }

    void mixes_add_up() {
        DpoLossConfig config = config_of(DpoLossType::sigmoid);
        config.loss_types = {DpoLossType::sigmoid, DpoLossType::bco_pair, DpoLossType::sft};
        config.loss_weights = {0.8, 0.2, 0.5};
        const LossResult result = dpo_loss(small_batch(), config);
        const double sigmoid = expected_loss(DpoLossType::sigmoid);
        const double bco = expected_loss(DpoLossType::bco_pair);
        QVERIFY(close(result.loss.item<double>(), 0.8 * sigmoid + 0.2 * bco + 0.5 * 2));
        QVERIFY(close(result.metrics.at("loss/bco_pair"), bco));
        QVERIFY(close(result.metrics.at("loss/sft"), 2));
        config.loss_weights.clear();
        QVERIFY(close(loss_of(small_batch(), config), sigmoid + bco + 2));
    }

    void divergences_by_hand_data() {
        QTest::addColumn<int>("divergence");
        QTest::addColumn<double>("alpha");
        QTest::addColumn<double>("first");   // scores of 1 less those of -1
        QTest::addColumn<double>("second");  // of -1/2 less of 1/2
        const auto row = [](const char* name, FDivergence divergence, double alpha,
                            const std::function<double(double)>& score) {
            QTest::newRow(name) << static_cast<int>(divergence) << alpha << score(1) - score(-1)
                                << score(-0.5) - score(0.5);
        };
        row("reverse KL", FDivergence::reverse_kl, 0.5, [](double l) { return l; });
        row("forward KL", FDivergence::forward_kl, 0.5, [](double l) { return 1 - std::exp(-l); });
        row("JS", FDivergence::js_divergence, 0.5,
            [](double l) { return std::log(2.0) + std::log(sig(l)); });
        row("alpha 1/2", FDivergence::alpha_divergence, 0.5,
            [](double l) { return (std::exp(-0.5 * l) - 1) / -0.5; });
        row("alpha 0 is forward KL", FDivergence::alpha_divergence, 0.0,
            [](double l) { return 1 - std::exp(-l); });
        row("alpha 1 is reverse KL", FDivergence::alpha_divergence, 1.0,
            [](double l) { return l; });
    }
    void divergences_by_hand() {
        QFETCH(int, divergence);
        QFETCH(double, alpha);
        QFETCH(double, first);
        QFETCH(double, second);
        DpoLossConfig config = config_of(DpoLossType::sigmoid);
        config.f_divergence = static_cast<FDivergence>(divergence);
        config.f_alpha_divergence_coef = alpha;
        const LossResult result = dpo_loss(small_batch(), config);
        QVERIFY(close(result.loss.item<double>(), (nll(0.5 * first) + nll(0.5 * second)) / 2));
        // Rewards are told in plain log-ratios.
        QVERIFY(close(result.metrics.at("rewards/chosen"), 0.125));
    }

    void longer_side_counts_less() {
        // Pair 1 shares 2 tokens, pair 2 shares 1: the rejected sums are -2 - .5 and -1 - .5.
        const DpoBatch batch = small_batch();
        QVERIFY(
            close(sequence_logps(batch.logprobs, batch.mask, 0.5), vector({-3, -3, -2.5, -1.5})));
        QVERIFY(close(sequence_logps(batch.logprobs, batch.mask, 0.0), vector({-3, -3, -2, -1})));
        QVERIFY(close(sequence_logps(batch.logprobs, batch.mask, 1.0),
                      sequence_logps(batch.logprobs, batch.mask, {})));
        // The completion may stand anywhere in its row.
        const at::Tensor shifted = matrix({9, -1, -2, 9, 9, -3, -1, -1, -1, 9, -1, -1}, 4);
        const at::Tensor mask = matrix({0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 1}, 4);
        QVERIFY(close(sequence_logps(shifted, mask, 0.5), vector({-3, -3, -2.5, -1.5})));
        DpoLossConfig config = config_of(DpoLossType::sigmoid);
        config.ld_alpha = 0.5;
        // Log-ratios 1, -1/2 and -1/2, 1: D = 3/2, -3/2.
        QVERIFY(close(loss_of(batch, config), (nll(0.75) + nll(-0.75)) / 2));
    }

    void likely_pairs_count_more() {
        // p = 3/4, 1/4: sum of squares 10/16, so that the first token's weight is 6/5 and the
        // second's 2/5. Equal probabilities weigh 1.
        const at::Tensor logits = matrix({std::log(3.0), 0, 5, 5}, 2);
        const at::Tensor collision = log_collision_probability(logits);
        QVERIFY(close(collision, vector({std::log(0.625), std::log(0.5)})));
        const at::Tensor logprobs = matrix({std::log(0.75), std::log(0.25), std::log(0.5), 0}, 2);
        const at::Tensor collisions =
            matrix({std::log(0.625), std::log(0.625), std::log(0.5), 0}, 2);
        QVERIFY(close(wpo_log_weights(logprobs, collisions, matrix({1, 1, 1, 0}, 2)),
                      vector({(std::log(1.2) + std::log(0.4)) / 2, 0})));

        DpoBatch batch = small_batch();
        batch.log_weights = vector({std::log(0.5), 0, std::log(0.25), std::log(3.0)});
        DpoLossConfig config = config_of(DpoLossType::sigmoid);
        config.use_weighting = true;
        // Weights 1/8 and 3.
        QVERIFY(close(loss_of(batch, config), (nll(1) / 8 + 3 * nll(-0.5)) / 2));
    }

    void gradients_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<bool>("weighted");
        each_loss([](const char* name, int type) {
            QTest::addRow("%s", name) << type << false;
            if (!QByteArray(name).startsWith("aot"))
                QTest::addRow("%s, WPO and LD weights", name) << type << true;
        });
    }
    void gradients() {
        QFETCH(int, type);
        QFETCH(bool, weighted);
        DpoLossConfig config = config_of(static_cast<DpoLossType>(type));
        config.beta = 0.3;  // at 1/2 a pair stands on the hinge's corner
        DpoBatch batch = small_batch();
        batch.log_weights = vector({-0.5, 0.25, -1, 0.125});
        if (weighted) {
            config.use_weighting = true;
            config.ld_alpha = 0.4;
        }
        const auto function = [&](const at::Tensor& logprobs) {
            batch.logprobs = logprobs;
            return dpo_loss(batch, config).loss;
        };
        QVERIFY(gradient_error(function, small_batch().logprobs) < 1e-8);
    }

    void gradients_of_divergences_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("divergence");
        for (const char* name :
             {"sigmoid", "robust", "hinge", "ipo", "sigmoid_norm", "exo_pair", "discopop", "sft"})
            for (std::size_t i = 0; i < f_divergence_names().size(); ++i)
                QTest::addRow("%s %s", name, f_divergence_names()[i].c_str())
                    << static_cast<int>(*dpo_loss_type(name)) << static_cast<int>(i);
    }
    void gradients_of_divergences() {
        QFETCH(int, type);
        QFETCH(int, divergence);
        DpoLossConfig config = config_of(static_cast<DpoLossType>(type));
        config.beta = 0.3;
        config.f_divergence = static_cast<FDivergence>(divergence);
        config.f_alpha_divergence_coef = 0.3;
        DpoBatch batch = small_batch();
        const auto function = [&](const at::Tensor& logprobs) {
            batch.logprobs = logprobs;
            return dpo_loss(batch, config).loss;
        };
        QVERIFY(gradient_error(function, small_batch().logprobs) < 1e-8);
    }

    void distant_policies_stay_finite_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("divergence");
        for (std::size_t i = 0; i < f_divergence_names().size(); ++i)
            for (const char* name : {"sigmoid", "discopop", "exo_pair"})
                QTest::addRow("%s %s", name, f_divergence_names()[i].c_str())
                    << static_cast<int>(*dpo_loss_type(name)) << static_cast<int>(i);
    }
    void distant_policies_stay_finite() {
        // In float32, where exp(89) is infinite.
        QFETCH(int, type);
        QFETCH(int, divergence);
        DpoLossConfig config = config_of(static_cast<DpoLossType>(type));
        config.f_divergence = static_cast<FDivergence>(divergence);
        DpoBatch batch = small_batch();
        batch.mask = batch.mask.to(at::kFloat);
        batch.ref_logps = vector({400, -500, -600, 700}).to(at::kFloat);
        batch.logprobs = batch.logprobs.to(at::kFloat).requires_grad_(true);
        const LossResult result = dpo_loss(batch, config);
        result.loss.backward();
        QVERIFY(std::isfinite(result.loss.item<double>()));
        QVERIFY(batch.logprobs.grad().isfinite().all().item<bool>());
    }

    void values_off_the_mask_are_ignored() {
        DpoBatch batch = small_batch();
        DpoLossConfig config = config_of(DpoLossType::ipo);
        config.ld_alpha = 0.5;
        const double loss = loss_of(batch, config);
        batch.logprobs = batch.logprobs * batch.mask + 77 * (1 - batch.mask);
        QCOMPARE(loss_of(batch, config), loss);
    }
};

/// Options by name, and those that do not go together.
class TestDpoConfig : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void names_read_back() {
        for (const std::string& name : dpo_loss_names()) {
            const auto type = dpo_loss_type(name);
            QVERIFY(type.has_value());
            QCOMPARE(std::string(dpo_loss_name(*type)), name);
        }
        for (const std::string& name : f_divergence_names())
            QCOMPARE(std::string(f_divergence_name(*f_divergence(name))), name);
        QVERIFY(!dpo_loss_type("kto").has_value());
        QVERIFY(!f_divergence("").has_value());
    }

    void bad_options_are_told_data() {
        QTest::addColumn<DpoLossConfig>("config");
        QTest::addColumn<QByteArray>("said");
        const auto row = [](const char* name, const std::function<void(DpoLossConfig&)>& change,
                            const char* said) {
            DpoLossConfig config;
            change(config);
            QTest::newRow(name) << config << QByteArray(said);
        };
        const auto with = [](DpoLossType type, double smoothing) {
            return [=](DpoLossConfig& config) {
                config.loss_types = {type};
                config.label_smoothing = smoothing;
            };
        };
        row(
            "no loss", [](auto& c) { c.loss_types.clear(); }, "loss_type is empty");
        row(
            "weights",
            [](auto& c) {
                c.loss_weights = {1, 2};
            },
            "loss_weights has 2 numbers");
        row(
            "weight", [](auto& c) { c.loss_weights = {NAN}; }, "loss_weights holds nan");
        row(
            "beta", [](auto& c) { c.beta = 0; }, "beta 0");
        row(
            "ld_alpha", [](auto& c) { c.ld_alpha = 1.5; }, "ld_alpha 1.5");
        row(
            "tau", [](auto& c) { c.discopop_tau = 0; }, "discopop_tau 0");
        row(
            "alpha", [](auto& c) { c.f_alpha_divergence_coef = INFINITY; },
            "f_alpha_divergence_coef");
        row("exo without smoothing", with(DpoLossType::exo_pair, 0), "0.001");
        row("robust at a half", with(DpoLossType::robust, 0.5), "label_smoothing 0.5");
        row("aot", with(DpoLossType::aot, -0.1), "label_smoothing -0.1");
        row(
            "divergence",
            [](auto& c) {
                c.loss_types = {DpoLossType::sigmoid, DpoLossType::apo_zero};
                c.f_divergence = FDivergence::js_divergence;
            },
            "loss_type apo_zero has no form with f_divergence_type js_divergence");
        row(
            "sorted and weighted",
            [](auto& c) {
                c.loss_types = {DpoLossType::aot_unpaired};
                c.use_weighting = true;
            },
            "use_weighting");
    }
    void bad_options_are_told() {
        QFETCH(DpoLossConfig, config);
        QFETCH(QByteArray, said);
        const Status status = check_dpo_config(config);
        QVERIFY(!status.ok());
        QVERIFY2(QByteArray::fromStdString(status.error().message).contains(said),
                 status.error().message.c_str());
    }

    void good_options_pass() {
        for (const std::string& name : dpo_loss_names())
            QVERIFY(check_dpo_config(config_of(*dpo_loss_type(name))).ok());
    }
};

PLUMB_REGISTER_TEST(TestDpo)
PLUMB_REGISTER_TEST(TestDpoConfig)
#include "dpo_test.moc"
