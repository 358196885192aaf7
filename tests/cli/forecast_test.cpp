// SPDX-License-Identifier: GPL-3.0-or-later
// The memory that is predicted beside what the run's ledger measures.
#include <algorithm>

#include "cli_process.h"

class TestCliForecast : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_step_takes_what_was_forecast_data() {
        QTest::addColumn<QString>("preset");
        QTest::addColumn<double>("models");
        QTest::newRow("ppo") << "ppo-reviews-smoke" << 4.0;
        QTest::newRow("dpo") << "dpo-reviews-smoke" << 2.0;
        QTest::newRow("grpo") << "grpo-reviews-smoke" << 3.0;
    }

    void a_step_takes_what_was_forecast() {
        QFETCH(QString, preset);
        QFETCH(double, models);
        QStringList target{preset};
        for (const char* assignment : {"threads=1", "max_steps=3", "eval_prompts=8"})
            target << "--set" << assignment;
        const TemporaryFolder home;
        const CliResult told =
            run_cli(QStringList{"forecast"} + target + QStringList{"--json"}, home.path());
        COMPARE_CODE(told, 0);
        const QJsonObject forecast = json_lines(told.out).front()["metrics"].toObject();
        QCOMPARE(forecast["memory/models"].toDouble(), models);

        const CliResult run =
            run_cli(QStringList{"run"} + target + QStringList{"--json", "--workspace", "workspace"},
                    home.path());
        COMPARE_CODE(run, 0);
        double peak = 0, run_peak = 0, growth = 0, measured_models = 0;
        for (const QJsonObject& line : json_lines(run.out)) {
            const QJsonObject metrics = line["metrics"].toObject();
            if (line["event"] != "step" || !metrics.contains("memory/peak")) continue;
            peak = std::max(peak, metrics["memory/peak"].toDouble());
            run_peak = std::max(run_peak, metrics["memory/run_peak"].toDouble());
            growth = std::max(growth, metrics["memory/growth"].toDouble());
            measured_models = metrics["memory/models"].toDouble();
        }
        QCOMPARE(measured_models, models);
        const QByteArray told_and_seen = QByteArray::number(forecast["memory/peak"].toDouble()) +
                                         " MB forecast, " + QByteArray::number(peak) +
                                         " MB seen, " + QByteArray::number(run_peak) +
                                         " MB in all, grown by " + QByteArray::number(growth);
        const double ratio = forecast["memory/peak"].toDouble() / peak;
        QVERIFY2(ratio > 0.75 && ratio < 1.25, told_and_seen);
        // Pages of what was held at one time were in memory at one time.
        QVERIFY2(growth > 0.9 * run_peak, told_and_seen);
    }
};

PLUMB_REGISTER_TEST(TestCliForecast)
#include "forecast_test.moc"
