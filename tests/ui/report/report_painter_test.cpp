// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/report_painter.h"

#include <QFontMetricsF>
#include <QImage>
#include <QTemporaryDir>

#include "base/files.h"
#include "common/text.h"
#include "made_comparison.h"
#include "report/report_pages.h"
#include "test_main.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

ReportTable tableOf(std::size_t columns, std::size_t rows, const std::string& word) {
    ReportTable table{.id = "made", .title = "Made"};
    for (std::size_t i = 0; i < columns; ++i)
        table.columns.push_back({.id = "c" + std::to_string(i), .title = word, .is_number = i > 0});
    for (std::size_t row = 0; row < rows; ++row) {
        TableRow made{.cells = {}, .colour = "#0072B2"};
        for (std::size_t i = 0; i < columns; ++i)
            made.cells.push_back({.text = i == 0 ? word : "12.25"});
        table.rows.push_back(std::move(made));
    }
    return table;
}

int pagesOf(const ComparisonReport& report) {
    const ReportPaper paper{.width = 794, .margin = 44, .height = 1123};
    ReportPages pages(report, paper);
    pages.paint();
    return pages.pages();
}

}  // namespace

class TestReportPainter : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_comparison_is_written_as_its_file_ends() {
        QTemporaryDir folder;
        const ComparisonReport report = make_report(*made_comparison());
        const auto written = [&](const QString& name) {
            const QString file = folder.filePath(name);
            const Status saved = saveReport(report, file);
            if (!saved) qFatal("%s", saved.error().message.c_str());
            return QByteArray::fromStdString(read_file(toStd(file)).value());
        };
        QVERIFY(written("report.pdf").startsWith("%PDF-"));
        QVERIFY(written("report.html").contains("<svg"));
        const QImage picture = QImage::fromData(written("report.png"));
        QCOMPARE(picture.width(), 2 * 1180);
        QVERIFY(picture.height() > 2000);
        // The colour of PPO is in it: charts and swatches are painted.
        bool found = false;
        const QColor ppo(toQString(made_comparison()->groups[0].colour));
        for (int y = 0; y < picture.height() && !found; ++y)
            for (int x = 0; x < picture.width() && !found; ++x)
                found = picture.pixelColor(x, y) == ppo;
        QVERIFY(found);
    }

    void another_ending_is_refused() {
        const Status saved = saveReport(make_report(*made_comparison()), "report.doc");
        QVERIFY(!saved);
        QVERIFY(saved.error().message.find(".pdf, .png or .html") != std::string::npos);
        QVERIFY(!saveReport(make_report(*made_comparison()), "/nowhere/at/all/report.pdf"));
    }

    void long_tables_go_on_on_the_next_page() {
        ComparisonReport report;
        report.title = "Long";
        report.tables = {tableOf(3, 10, "word")};
        QCOMPARE(pagesOf(report), 1);
        report.tables = {tableOf(3, 200, "word")};
        QVERIFY(pagesOf(report) >= 4);
    }

    void columns_fill_the_width_and_numbers_are_not_broken() {
        const TableLayout layout = layTable(tableOf(6, 4, "a few words"), 700);
        double total = 0;
        for (const double width : layout.widths) total += width;
        QVERIFY(std::abs(total - 700) < 1e-6);
        const QFontMetricsF metrics(layout.fonts.number);
        for (std::size_t i = 1; i < layout.widths.size(); ++i)
            QVERIFY(layout.widths[i] - 2 * cell_padding >= metrics.horizontalAdvance("12.25"));
    }

    void wide_tables_take_a_smaller_type_and_taller_rows() {
        const TableLayout usual = layTable(tableOf(4, 2, "short"), 700);
        const TableLayout wide = layTable(tableOf(18, 2, "a rather long heading"), 700);
        QVERIFY(wide.fonts.text.pixelSize() < usual.fonts.text.pixelSize());
        QVERIFY(wide.rowHeights[0] > usual.rowHeights[0]);
        QVERIFY(wide.headHeight > usual.headHeight);
    }

    void parts_of_wide_tables_begin_with_the_first_column() {
        const ReportTable wide = tableOf(30, 2, "heading");
        const std::vector<ReportTable> parts = tableParts(wide, 700);
        QVERIFY(parts.size() >= 2);
        std::size_t columns = 0;
        for (const ReportTable& part : parts) {
            COMPARE_TEXT(part.columns.front().id, "c0");
            QCOMPARE(part.rows.size(), std::size_t{2});
            columns += part.columns.size() - 1;
        }
        QCOMPARE(columns, std::size_t{29});
        QVERIFY(parts[0].title.ends_with(" of " + std::to_string(parts.size()) + ")"));
        QCOMPARE(tableParts(tableOf(4, 2, "heading"), 700).size(), std::size_t{1});
    }

    void cautions_and_sources_are_wrapped() {
        ComparisonReport report;
        report.title = "Cautions";
        const ReportPaper paper{};
        const double without = ReportPages(report, paper).paint();
        report.cautions = {std::string(2000, 'x')};
        report.sources = {"run 1, ppo"};
        QVERIFY(ReportPages(report, paper).paint() > without + 100);
    }
};

PLUMB_REGISTER_TEST(TestReportPainter)
#include "report_painter_test.moc"
