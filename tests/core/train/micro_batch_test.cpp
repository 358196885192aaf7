// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/micro_batch.h"

#include <cmath>

#include "small_policy.h"

using namespace plumb;

namespace {

Settings some_settings() {
    Settings settings;
    settings.threads = 1;
    settings.per_device_train_batch_size = 64;
    settings.num_generations = 8;
    settings.steps_per_generation = 2;
    return settings;
}

RunShape some_shape() {
    RunShape shape;
    shape.policy = tiny_config();
    shape.policy.vocab_size = 20000;
    shape.policy.max_position_embeddings = 512;
    shape.prompt = {200, 200};
    shape.completion = {200, 200};
    return shape;
}

double forecast(const Settings& settings) {
    return process_base + forecast_run(settings, some_shape()).run_peak;
}

}  // namespace

class TestMicroBatch : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void without_a_limit_nothing_changes() {
        const auto fitted = fit_micro_batch(some_settings(), some_shape());
        VERIFY_OK(fitted);
        QVERIFY(*fitted == some_settings());
    }

    void steps_keep_their_rows() {
        Settings settings = some_settings();
        Settings quarter = settings;
        quarter.per_device_train_batch_size /= 4;
        quarter.gradient_accumulation_steps *= 4;
        quarter.steps_per_generation *= 4;
        QVERIFY(forecast(quarter) < forecast(settings));
        settings.memory_limit_gb = 1.0001 * forecast(quarter) / 1e9;
        const auto fitted = fit_micro_batch(settings, some_shape());
        VERIFY_OK(fitted);
        QVERIFY(forecast(*fitted) <= settings.memory_limit_gb * 1e9);
        QVERIFY(fitted->per_device_train_batch_size >= 16);
        QVERIFY(fitted->per_device_train_batch_size < 64);
        const std::int64_t parts = 64 / fitted->per_device_train_batch_size;
        QCOMPARE(fitted->gradient_accumulation_steps, parts);
        QCOMPARE(fitted->steps_per_generation, 2 * parts);
    }

    void where_nothing_fits_the_least_is_told() {
        Settings settings = some_settings();
        settings.memory_limit_gb = 0.2;
        const auto fitted = fit_micro_batch(settings, some_shape());
        QVERIFY(!fitted.ok());
        const std::string& message = fitted.error().message;
        QVERIFY2(
            message.find("no micro-batch fits in 0.20 GB, the least needs 0.") != std::string::npos,
            message.c_str());
        QVERIFY(message.find("gradient_checkpointing") != std::string::npos);
    }

    void the_forecast_knows_what_saves_memory() {
        Settings settings = some_settings();
        const RunMemory plain = forecast_run(settings, some_shape());
        settings.gradient_checkpointing = true;
        const RunMemory checkpointing = forecast_run(settings, some_shape());
        QVERIFY(checkpointing.step.peak() <= plain.step.peak());
        settings.bf16 = true;
        const RunMemory rounded = forecast_run(settings, some_shape());
        using enum MemoryOwner;
        const auto share = [&](MemoryOwner owner) {
            return rounded.step.peak(owner) / plain.step.peak(owner);
        };
        QVERIFY(std::abs(share(gradients) - 0.5) < 0.01);  // gaps between parameters differ
        QVERIFY(std::abs(share(optimizer) - 1.5) < 0.03);
    }
};

PLUMB_REGISTER_TEST(TestMicroBatch)
#include "micro_batch_test.moc"
