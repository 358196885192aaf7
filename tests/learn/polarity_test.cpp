// SPDX-License-Identifier: GPL-3.0-or-later
// Real sentences from end to end in a tiny size: a byte-pair vocabulary, supervised training, and a
// reward model from good and bad texts.

#include "core/session/small_run.h"

using namespace plumb;

class TestPolarityLearns : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void praise_is_told_from_blame() {
        const auto data = shared_folder("data/rt-polarity");
        if (data.empty()) QSKIP("the real data sets are not here");
        SmallSession session;
        Settings settings;
        settings.algorithm = "sft";
        settings.task = "data";
        settings.threads = 2;
        settings.seed = 0;
        settings.train_files = {(data / "rt-polarity.pos").string(),
                                (data / "rt-polarity.neg").string()};
        settings.tokenizer = "bpe";
        settings.vocab_size = 1024;
        settings.hidden_size = 48;
        settings.intermediate_size = 96;
        settings.num_hidden_layers = 1;
        settings.max_position_embeddings = 64;
        settings.max_length = 64;
        settings.per_device_train_batch_size = 16;
        settings.learning_rate = 0.006;
        settings.max_steps = 60;
        settings.eval_prompts = 64;
        settings.eval_steps = 0;
        settings.save_steps = 0;
        const RunId writer = session.run(settings, "writer");
        const auto loss = session.reader()->metric(writer, "eval/loss");
        VERIFY_OK(loss);
        QVERIFY(loss->back().value < loss->front().value - 1);

        settings.algorithm = "reward";
        settings.model_name_or_path = "writer";
        settings.good_files = {settings.train_files[0]};
        settings.bad_files = {settings.train_files[1]};
        settings.train_files.clear();
        settings.learning_rate = 0.002;
        settings.lr_scheduler_type = "linear";
        settings.max_steps = 200;
        settings.eval_prompts = 500;
        const RunId taste = session.run(settings, "taste");
        const auto accuracy = session.reader()->metric(taste, "eval/accuracy");
        VERIFY_OK(accuracy);
        qInfo("held-out accuracy %.3f -> %.3f", accuracy->front().value, accuracy->back().value);
        QVERIFY(accuracy->back().value > 0.6);
    }
};

PLUMB_REGISTER_TEST(TestPolarityLearns)
#include "polarity_test.moc"
