// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/svg_chart.h"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <set>

#include <QRegularExpression>
#include <QStringList>
#include <QXmlStreamReader>

#include "analysis/svg_elements.h"
#include "base/random.h"
#include "test_main.h"

using namespace plumb;

namespace {

std::vector<MetricPoint> curve(std::int64_t count, double from, double to, double noise) {
    Random random(17);
    std::vector<MetricPoint> points;
    for (std::int64_t i = 1; i <= count; ++i) {
        const double share = static_cast<double>(i) / static_cast<double>(count);
        points.push_back({i, from + (to - from) * share + noise * random.normal()});
    }
    return points;
}

ChartSpec example() {
    ChartSpec spec;
    spec.title = "Reward";
    spec.unit = "share";
    spec.series = {{"reward", "#009E73", curve(100, 0.3, 0.95, 0.05)}};
    return spec;
}

/// What the document says in text elements; empty where it is not well-formed.
QStringList texts_of(const std::string& svg) {
    QStringList texts;
    QXmlStreamReader reader(QString::fromStdString(svg));
    while (!reader.atEnd()) {
        if (reader.readNext() == QXmlStreamReader::StartElement && reader.name() == QString("text"))
            texts << reader.readElementText(QXmlStreamReader::IncludeChildElements);
    }
    if (reader.hasError()) return {};
    return texts;
}

int count_of(const std::string& text, const char* part) {
    return static_cast<int>(QString::fromStdString(text).count(QLatin1String(part)));
}

struct PathPoints {
    int moves = 0;
    std::vector<std::pair<double, double>> points;
};

/// The last path of the document: the smoothed line of its last series.
PathPoints last_path(const std::string& svg) {
    const QString text = QString::fromStdString(svg);
    const qsizetype begin = text.lastIndexOf(QLatin1String("<path d=\"")) + 9;
    const QString path = text.mid(begin, text.indexOf(QLatin1Char('"'), begin) - begin);
    PathPoints result;
    static const QRegularExpression command(QStringLiteral("([ML])([-\\d.]+) ([-\\d.]+)"));
    for (auto it = command.globalMatch(path); it.hasNext();) {
        const auto match = it.next();
        if (match.captured(1) == QLatin1String("M")) ++result.moves;
        result.points.emplace_back(match.captured(2).toDouble(), match.captured(3).toDouble());
    }
    return result;
}

}  // namespace

class TestSvgChart : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_chart_names_what_it_shows() {
        const QStringList texts = texts_of(svg_chart(example()));
        for (const char* text : {"Rewardshare", "step", "0.2", "1.0", "100"})
            QVERIFY2(texts.contains(QLatin1String(text)), text);
        // One series: its last value, but no name.
        QVERIFY(!texts.contains(QStringLiteral("reward")));
    }

    void several_series_are_labelled() {
        ChartSpec spec = example();
        spec.series.push_back({"greedy", "#56B4E9", curve(100, 0.2, 0.94, 0)});
        const QStringList texts = texts_of(svg_chart(spec));
        QVERIFY(texts.contains(QStringLiteral("reward")) &&
                texts.contains(QStringLiteral("greedy")));
    }

    void labels_do_not_overlap() {
        ChartSpec spec = example();
        spec.series.clear();
        for (int i = 0; i < 5; ++i)
            spec.series.push_back({"series" + std::to_string(i), "#009E73", curve(10, 0, 1, 0)});
        QXmlStreamReader reader(QString::fromStdString(svg_chart(spec)));
        std::vector<double> heights;
        while (!reader.atEnd()) {
            if (reader.readNext() != QXmlStreamReader::StartElement) continue;
            if (reader.name() != QString("text")) continue;
            const double y = reader.attributes().value(QLatin1String("y")).toDouble();
            if (reader.readElementText(QXmlStreamReader::IncludeChildElements)
                    .startsWith(QLatin1String("series")))
                heights.push_back(y);
        }
        QCOMPARE(heights.size(), std::size_t{5});
        std::ranges::sort(heights);
        for (std::size_t i = 1; i < heights.size(); ++i)
            QVERIFY(heights[i] - heights[i - 1] >= 13.99);
        QVERIFY(heights.back() < spec.height);
    }

    void text_is_escaped() {
        ChartSpec spec = example();
        spec.title = "a <b> & \"c\" \x01 \xff";
        const std::string svg = svg_chart(spec);
        const QStringList texts = texts_of(svg);
        QCOMPARE(texts.filter(QStringLiteral("a <b> & \"c\"")).size(), 1);
        COMPARE_TEXT(xml_escape("<a & 'b'>\"\x02"), "&lt;a &amp; 'b'&gt;&quot;\xEF\xBF\xBD");
    }

    void gaps_break_the_line() {
        ChartSpec spec = example();
        spec.smoothing = 0;
        spec.series = {{"x", "#009E73", curve(40, 0, 1, 0)}};
        QCOMPARE(last_path(svg_chart(spec)).moves, 1);
        spec.series[0].points[4].value = std::numeric_limits<double>::quiet_NaN();
        spec.series[0].points[6].value = std::numeric_limits<double>::infinity();
        const std::string svg = svg_chart(spec);
        QCOMPARE(last_path(svg).moves, 3);
        // The value between the two gaps has no line to either side.
        QCOMPARE(count_of(svg, "<circle"), 1);
        QVERIFY(!texts_of(svg).isEmpty());
        QCOMPARE(count_of(svg, "nan"), 0);
    }

    void points_stand_where_the_axes_say() {
        ChartSpec spec = example();
        spec.series = {{"x", "#009E73", {{0, 0}, {50, 1}, {100, 0.5}}}};
        const auto points = last_path(svg_chart(spec)).points;
        QCOMPARE(points.size(), std::size_t{3});
        // Halfway along, and halfway up between the largest and the smallest.
        QVERIFY(std::abs(points[1].first - (points[0].first + points[2].first) / 2) < 0.02);
        QVERIFY(std::abs(points[2].second - (points[0].second + points[1].second) / 2) < 0.02);
        QVERIFY(points[1].second < points[0].second);
    }

    void a_logarithmic_chart_leaves_out_what_has_no_logarithm() {
        ChartSpec spec = example();
        spec.logarithmic = true;
        spec.series = {{"x", "#009E73", {{0, 1}, {1, 10}, {2, 0}, {3, 10}, {4, 100}}}};
        const PathPoints path = last_path(svg_chart(spec));
        QCOMPARE(path.moves, 2);
        QVERIFY(std::abs(path.points[1].second -
                         (path.points[0].second + path.points[3].second) / 2) < 0.02);
    }

    void raw_lines_show_behind_smoothed_ones() {
        ChartSpec spec = example();
        QCOMPARE(count_of(svg_chart(spec), "stroke-opacity"), 1);
        spec.smoothing = 0;
        QCOMPARE(count_of(svg_chart(spec), "stroke-opacity"), 0);
    }

    void marks_stand_on_the_steps() {
        ChartSpec spec = example();
        spec.marks = {{40, MarkKind::edit, "beta 0 → 0.1"},
                      {60, MarkKind::checkpoint, "saved"},
                      {5000, MarkKind::edit, "outside"}};
        const std::string svg = svg_chart(spec);
        QVERIFY(texts_of(svg).contains(QStringLiteral("beta 0 → 0.1")));
        QCOMPARE(count_of(svg, "outside"), 0);
        QCOMPARE(count_of(svg, "stroke-dasharray"), 1);
    }

    void without_values_it_says_so() {
        ChartSpec spec = example();
        spec.series[0].points = {{1, std::numeric_limits<double>::quiet_NaN()}};
        QVERIFY(texts_of(svg_chart(spec)).contains(QStringLiteral("no values yet")));
        spec.series.clear();
        QVERIFY(texts_of(svg_chart(spec)).contains(QStringLiteral("no values yet")));
    }

    void long_curves_stay_small() {
        ChartSpec spec = example();
        spec.series[0].points = curve(200000, 0, 1, 0.1);
        QVERIFY(svg_chart(spec).size() < 100000);
    }

    void a_dashboard_holds_all_charts() {
        DashboardSpec dashboard;
        dashboard.title = "run 1";
        dashboard.charts = {example(), example(), example()};
        const std::string svg = svg_dashboard(dashboard);
        QCOMPARE(count_of(svg, "<g transform="), 3);
        QCOMPARE(count_of(svg, "<svg "), 1);
        QVERIFY(texts_of(svg).contains(QStringLiteral("run 1")));
        dashboard.charts.clear();
        QVERIFY(!texts_of(svg_dashboard(dashboard)).isEmpty());
    }

    void other_axes_are_labelled_and_lay_the_points_out() {
        ChartSpec spec = example();
        std::vector<MetricPoint> seconds;
        for (std::int64_t step = 1; step <= 100; ++step) seconds.push_back({step, 3});
        spec.scale = XScale(XAxis::time, seconds);
        spec.x_label = "time of training";
        const QStringList texts = texts_of(svg_chart(spec));
        QVERIFY(texts.contains(QStringLiteral("time of training")));
        QVERIFY(texts.contains(QStringLiteral("2m")) && texts.contains(QStringLiteral("5m")));

        spec.logarithmic_x = true;
        spec.scale = {};
        const QStringList powers = texts_of(svg_chart(spec));
        QVERIFY(powers.contains(QStringLiteral("1")) && powers.contains(QStringLiteral("10")));

        // Over KL the path may go back to the left.
        std::vector<MetricPoint> kl;
        for (std::int64_t step = 1; step <= 100; ++step)
            kl.push_back({step, step <= 50 ? step : 100.0 - static_cast<double>(step)});
        spec.logarithmic_x = false;
        spec.scale = XScale(XAxis::kl, kl);
        const auto points = last_path(svg_chart(spec)).points;
        QVERIFY(points.size() == 100);
        QVERIFY(points[49].first > points[0].first + 100 &&
                points[99].first < points[49].first - 100);
    }

    void a_band_lies_around_its_line() {
        ChartSpec spec = example();
        QCOMPARE(count_of(svg_chart(spec), "fill-opacity"), 0);
        spec.series[0].low = curve(100, -1, -1, 0);
        spec.series[0].high = curve(100, 2, 2, 0);
        const std::string svg = svg_chart(spec);
        QCOMPARE(count_of(svg, "fill-opacity"), 1);
        // The axis holds the band as well.
        QVERIFY(texts_of(svg).contains(QStringLiteral("2")));
    }

    void each_kind_of_mark_has_its_sign() {
        ChartSpec spec = example();
        std::set<std::string> signs;
        for (const MarkKind kind :
             {MarkKind::edit, MarkKind::checkpoint, MarkKind::phase, MarkKind::alert}) {
            spec.marks = {{50, kind, "what it says"}};
            const std::string svg = svg_chart(spec);
            const auto title = svg.find("<title>what it says");
            QVERIFY(title != std::string::npos);
            const auto path = svg.rfind("<path d=", title);
            signs.insert(svg.substr(path, title - path));
        }
        QCOMPARE(signs.size(), std::size_t{4});
    }
};

PLUMB_REGISTER_TEST(TestSvgChart)
#include "svg_chart_test.moc"
