// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/comparison.h"

#include <QXmlStreamReader>

#include "analysis/compare/comparison_report.h"
#include "base/files.h"
#include "made_runs.h"

using namespace plumb;

namespace {

std::vector<std::string> ids(const Comparison& comparison) {
    std::vector<std::string> ids;
    for (const ComparisonProblem& problem : comparison.problems) ids.push_back(problem.id);
    return ids;
}

bool has(const Comparison& comparison, const std::string& id, const std::string& words) {
    return std::ranges::any_of(comparison.problems, [&](const ComparisonProblem& problem) {
        return problem.id == id && problem.text.find(words) != problem.text.npos;
    });
}

std::map<std::string, std::vector<double>> whole() {
    return {{"eval/gold_reward", {-0.2, 1}}, {"eval/reward", {0, 1}}, {"eval/kl_sequence", {0, 2}}};
}

std::vector<ComparedRun> sound() {
    std::vector<ComparedRun> runs;
    for (const char* preset : {"ppo-reviews", "dpo-reviews"})
        for (std::int64_t seed = 0; seed < 2; ++seed)
            runs.push_back(made_run(static_cast<RunId>(runs.size() + 1), preset, seed, whole()));
    return runs;
}

}  // namespace

class TestComparison : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_sound_comparison_has_no_cautions() {
        const Comparison comparison = compare_runs(sound());
        QVERIFY2(comparison.problems.empty(), join(ids(comparison), " ").c_str());
        QCOMPARE(comparison.metric, std::string("eval/gold_reward"));
        QCOMPARE(comparison.summary(), std::string("4 runs in 2 groups, seeds 0, 1"));
    }

    void other_tasks_cannot_be_compared() {
        auto runs = sound();
        runs.push_back(made_run(9, "grpo-arithmetic", 0,
                                {{"eval/accuracy", {0.3, 1}}, {"eval/kl_sequence", {0, 1}}}));
        const Comparison comparison = compare_runs(runs);
        QVERIFY(has(comparison, "tasks", "arithmetic, reviews"));
        QVERIFY(has(comparison, "gold", "grpo-arithmetic") == false);
        QVERIFY(has(comparison, "seeds", "GRPO has one seed"));
    }

    void a_missing_gold_reward_is_said() {
        auto runs = sound();
        for (ComparedRun& run : runs) run.metrics.erase("eval/gold_reward");
        const Comparison none = compare_runs(runs);
        QVERIFY(has(none, "gold", "No run has a gold reward"));
        QCOMPARE(none.metric, std::string("eval/reward"));
        runs = sound();
        runs[0].metrics.erase("eval/gold_reward");
        QVERIFY(has(compare_runs(runs), "gold", "ppo-reviews 1"));
    }

    void one_seed_and_other_seeds_are_said() {
        auto runs = sound();
        runs.pop_back();
        const Comparison comparison = compare_runs(runs);
        QVERIFY(has(comparison, "seeds", "DPO has one seed"));
        QVERIFY(has(comparison, "seeds", "different seeds"));
    }

    void a_deleted_checkpoint_is_said() {
        auto runs = sound();
        runs[2].checkpoints.clear();
        QVERIFY(has(compare_runs(runs), "checkpoint", "dpo-reviews 3"));
    }

    void unequal_budgets_are_said_and_equal_ones_too() {
        auto runs = sound();
        const auto spend = [&](std::size_t run, double flops) {
            runs[run].metrics["step_time"] = {{1, 1}};
            runs[run].metrics["cost/flops"] = {{1, flops}};
            runs[run].metrics["cost/generated_tokens"] = {{1, flops / 1e9}};
        };
        for (std::size_t i = 0; i < 4; ++i) spend(i, i < 2 ? 2e12 : 1e12);
        // Equal seconds, unequal work.
        QVERIFY(has(compare_runs(runs), "budget", "about equal seconds"));
        for (std::size_t i = 2; i < 4; ++i) runs[i].metrics["step_time"] = {{1, 7}};
        QVERIFY(has(compare_runs(runs), "budget", "have not spent the same"));
    }

    void runs_that_go_on_or_failed_are_said() {
        auto runs = sound();
        runs[0].record.state = RunState::running;
        runs[1].record.state = RunState::failed;
        runs[2].metrics.erase("eval/kl_sequence");
        const Comparison comparison = compare_runs(runs);
        QVERIFY(has(comparison, "state", "still going on"));
        QVERIFY(has(comparison, "state", "failed"));
        QVERIFY(has(comparison, "kl", "dpo-reviews 3"));
    }

    void a_report_is_one_sound_document() {
        auto runs = sound();
        runs[0].record.name = "<odd> & \"name\"";
        const ComparisonReport report = make_report(compare_runs(runs));
        QVERIFY(report.charts.size() >= 3);
        const std::string html = report_html(report);
        QVERIFY(html.find("<script") == html.npos);
        QVERIFY(html.find("src=") == html.npos);
        // Well formed but for the doctype and the void elements of the head.
        std::string body = html.substr(html.find("<body>"));
        body.erase(body.find("</html>"));
        QXmlStreamReader reader(QByteArray::fromStdString(body));
        while (!reader.atEnd()) reader.readNext();
        QVERIFY2(!reader.hasError(), reader.errorString().toUtf8().constData());
        QVERIFY(html.find("&lt;odd&gt; &amp; &quot;name&quot;") != html.npos);
    }

    void reports_and_tables_are_files() {
        const TemporaryFolder folder;
        const ComparisonReport report = make_report(compare_runs(sound()));
        QVERIFY(save_report(report, folder.path() / "r.html").ok());
        QVERIFY(save_tables(report, folder.path() / "tables").ok());
        for (const ReportTable& table : report.tables)
            QVERIFY(std::filesystem::exists(folder.path() / "tables" / (table.id + ".csv")));
        const Status nowhere = save_report(report, folder.path() / "missing" / "r.html");
        QVERIFY(!nowhere.ok());
        QVERIFY(nowhere.error().message.find("r.html") != std::string::npos);
    }
};

PLUMB_REGISTER_TEST(TestComparison)
#include "comparison_test.moc"
