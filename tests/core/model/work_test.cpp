// SPDX-License-Identifier: GPL-3.0-or-later
// Floating-point operations against sums by hand.
#include "model/work.h"

#include <ATen/ATen.h>

#include "model/token_tree.h"
#include "small_model.h"
#include "test_main.h"

using namespace plumb;

class TestWork : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_forward_pass_costs_two_operations_a_weight() {
        ModelConfig config = small_model_config();
        // A layer: q, k, v 24 x 48, output 24 x 24, gate and up 24 x 80, down 40 x 24.
        const double layer = 24 * 48 + 24 * 24 + 24 * 80 + 40 * 24;
        const double head = 24 * 37;
        // Three positions see 1 + 2 + 3 keys; scores and sums of values are 2 x 24 columns each.
        const double attention = 6 * 4 * 24;
        QCOMPARE(forward_flops(config, 5, 3, 7),
                 5 * 2 * (3 * 2 * layer + attention) + 7 * 2 * head);
        config.mlp = MlpKind::gelu;
        QCOMPARE(forward_flops(config, 5, 3, 7),
                 5 * 2 * (3 * 2 * (layer - 24 * 40) + attention) + 7 * 2 * head);
        config.mlp = MlpKind::swiglu;
        config.score_head = true;
        QCOMPARE(forward_flops(config, 5, 3, 7), 5 * 2 * (3 * 2 * layer + attention) + 7 * 2 * 24);
    }

    void the_last_layer_is_finished_where_it_is_wanted() {
        const ModelConfig config = small_model_config();
        const TokenTree tokens = TokenTree::of_rows(at::zeros({5, 4}, at::kLong));
        const double finish = 24 * 24 + 24 * 80 + 40 * 24;
        QCOMPARE(forward_flops(config, tokens, 19), forward_flops(config, 5, 4, 19));
        QCOMPARE(forward_flops(config, tokens, 8),
                 forward_flops(config, 5, 4, 8) - 12 * 2 * finish);
    }

    void windows_hide_keys() {
        ModelConfig config = small_model_config();
        const double all = forward_flops(config, 1, 6, 0);
        config.sliding_window = 3;
        // 1 + 2 + 3 + 3 + 3 + 3 keys instead of 1 + 2 + 3 + 4 + 5 + 6, in both layers.
        QCOMPARE(all - forward_flops(config, 1, 6, 0), 2.0 * 6 * 4 * 24);
        config.first_window_layer = 1;
        QCOMPARE(all - forward_flops(config, 1, 6, 0), 6.0 * 4 * 24);
        config.sliding_window = 6;
        QCOMPARE(forward_flops(config, 1, 6, 0), all);

        // Behind a prompt of four, two tokens are fed: they see 3 keys each, not 5 and 6.
        config.first_window_layer = 0;
        config.sliding_window = 3;
        ModelConfig wide = config;
        wide.sliding_window.reset();
        const double prompt = forward_flops(wide, 1, 4, 1) - forward_flops(config, 1, 4, 1);
        QCOMPARE(generation_flops(wide, {4}, {3}, 1) - generation_flops(config, {4}, {3}, 1),
                 prompt + 2 * (11 - 6) * 4.0 * 24);
    }
};

PLUMB_REGISTER_TEST(TestWork)
#include "work_test.moc"
