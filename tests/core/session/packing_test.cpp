// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>

#include "small_run.h"

using namespace plumb;

namespace {

/// Ten rows of eight tokens with the end: two are held out, eight are trained on.
Settings even_rows(const std::filesystem::path& folder) {
    std::ofstream file(folder / "rows.txt");
    for (int i = 0; i < 10; ++i) file << "row n" << i << (i % 2 ? "x" : "y") << "\n";
    Settings settings = small_grpo();
    settings.algorithm = "sft";
    settings.task = "data";
    settings.train_files = {(folder / "rows.txt").string()};
    settings.eval_prompts = 2;
    settings.shuffle_dataset = false;
    settings.max_steps = -1;
    settings.num_train_epochs = 2;
    settings.max_length = 16;
    settings.per_device_train_batch_size = 4;
    return settings;
}

}  // namespace

class TestPackedRun : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void packed_documents_are_trained_on_like_rows_of_their_own() {
        SmallSession session;
        Settings settings = even_rows(session.folder());
        const RunId rows = session.run(settings, "rows");
        // Two rows fill a packed one, so that two packed rows are the same batch.
        settings.packing = true;
        settings.per_device_train_batch_size = 2;
        const RunId packed = session.run(settings, "packed");
        auto reader = session.reader();
        const auto expected = lasting_metrics(*reader, rows);
        const auto actual = lasting_metrics(*reader, packed);
        QVERIFY(expected.contains({4, "loss"}) && !expected.contains({5, "loss"}));
        QVERIFY(expected.contains({4, "eval/loss"}));
        QCOMPARE(actual.size(), expected.size());
        for (const auto& [key, value] : expected) {
            QVERIFY2(actual.contains(key), key.second.c_str());
            QVERIFY2(actual.at(key) == value,
                     ("step " + std::to_string(key.first) + " " + key.second).c_str());
        }
        const auto weights = [&](RunId run) {
            return newest_checkpoint_bytes(*reader, run, session->workspace(),
                                           {"model.safetensors"});
        };
        QVERIFY(weights(rows) == weights(packed));
    }

    void every_strategy_trains_an_epoch_of_its_packed_rows() {
        SmallSession session;
        Settings settings = even_rows(session.folder());
        settings.packing = true;
        settings.per_device_train_batch_size = 1;
        settings.num_train_epochs = 1;
        settings.max_length = 12;
        // 64 tokens: eight rows that do not fit together, or six of twelve.
        for (const auto& [strategy, steps] :
             {std::pair{"bfd", 8}, {"bfd_split", 8}, {"wrapped", 6}}) {
            settings.packing_strategy = strategy;
            const RunId run = session.run(settings, strategy);
            auto reader = session.reader();
            const auto metrics = lasting_metrics(*reader, run);
            QVERIFY2(metrics.contains({steps, "loss"}), strategy);
            QVERIFY2(!metrics.contains({steps + 1, "loss"}), strategy);
            QCOMPARE(metrics.at({steps, "epoch"}), 1.0);
            QCOMPARE(metrics.at({steps, "num_tokens"}), 64.0);
        }
    }
};

PLUMB_REGISTER_TEST(TestPackedRun)
#include "packing_test.moc"
