// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/report_table_view.h"

#include <QFileDialog>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>

#include "base/files.h"
#include "common/text.h"
#include "models/report_table_model.h"
#include "test_main.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

ReportTable cost() {
    ReportTable table{.id = "cost", .title = "Cost"};
    table.columns = {{.id = "group", .title = "group"},
                     {.id = "peak_mb",
                      .title = "peak",
                      .unit = "MB",
                      .help = "Measured by the ledger.",
                      .is_number = true}};
    const auto add = [&](const char* name, TableCell cell) {
        table.rows.push_back({.cells = {{.text = name}, std::move(cell)}, .colour = "#D55E00"});
    };
    add("PPO", {.text = "9", .value = 9, .detail = "run 1"});
    add("DPO", {.text = "110", .value = 110});
    add("SFT", {.text = "", .detail = "It was not measured."});
    table.notes = {"Of updates alone."};
    return table;
}

QStringList column(ReportTableView& view, int index) {
    QStringList texts;
    const QAbstractItemModel* model = view.view()->model();
    for (int row = 0; row < model->rowCount(); ++row)
        texts << model->index(row, index).data().toString();
    return texts;
}

}  // namespace

class TestReportTableView : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void numbers_are_sorted_by_value_and_missing_ones_come_last() {
        ReportTableView view("cost");
        view.setTable(cost());
        QCOMPARE(column(view, 0), QStringList({"PPO", "DPO", "SFT"}));
        view.view()->sortByColumn(1, Qt::DescendingOrder);
        QCOMPARE(column(view, 0), QStringList({"DPO", "PPO", "SFT"}));
        view.view()->sortByColumn(1, Qt::AscendingOrder);
        QCOMPARE(column(view, 0), QStringList({"PPO", "DPO", "SFT"}));
    }

    void cells_and_heads_say_what_they_mean() {
        ReportTableView view("cost");
        view.setTable(cost());
        const QAbstractItemModel* model = view.view()->model();
        QCOMPARE(model->headerData(1, Qt::Horizontal).toString(), "peak, MB");
        QCOMPARE(model->headerData(1, Qt::Horizontal, Qt::ToolTipRole).toString(),
                 "Measured by the ledger.");
        QCOMPARE(model->index(0, 1).data(Qt::ToolTipRole).toString(), "run 1");
        QCOMPARE(model->index(2, 1).data(Qt::ToolTipRole).toString(), "It was not measured.");
        QCOMPARE(view.findChild<QLabel*>("notes:cost")->text(), "Of updates alone.");
    }

    void newer_figures_keep_the_order_and_the_chosen_rows() {
        ReportTableView view("cost");
        view.setTable(cost());
        view.view()->sortByColumn(1, Qt::DescendingOrder);
        view.view()->selectRow(0);
        ReportTable newer = cost();
        newer.rows[0].cells[1] = {.text = "200", .value = 200};
        view.setTable(newer);
        QCOMPARE(column(view, 0), QStringList({"PPO", "DPO", "SFT"}));
        QVERIFY(view.copiedText().contains("DPO\t110"));
        QVERIFY(!view.copiedText().contains("PPO"));
    }

    void columns_grow_with_what_comes_into_them() {
        ReportTableView view("growing");
        view.setTable(cost());
        const int before = view.view()->columnWidth(1);
        ReportTable newer = cost();
        newer.rows[0].cells[1] = {.text = "1234.567 ± 123.456", .value = 1234.567};
        view.setTable(newer);
        const int after = view.view()->columnWidth(1);
        QVERIFY(after > before);
        view.setTable(cost());
        QCOMPARE(view.view()->columnWidth(1), after);
    }

    void all_rows_are_copied_where_none_is_chosen() {
        ReportTableView view("cost");
        view.setTable(cost());
        QCOMPARE(view.copiedText(), "group\tpeak, MB\nPPO\t9\nDPO\t110\nSFT\t\n");
    }

    void the_table_is_saved_as_csv() {
        const TemporaryFolder folder;
        ReportTableView view("cost");
        view.setTable(cost());
        view.show();
        QSignalSpy told(&view, &ReportTableView::told);
        view.findChild<QPushButton*>("save:cost")->click();
        auto* dialog = view.findChild<QFileDialog*>("tableFileDialog");
        QVERIFY(dialog);
        const auto file = folder.path() / "cost.csv";
        Q_EMIT dialog->fileSelected(pathText(file));
        QTRY_COMPARE(told.count(), 1);
        const auto text = read_file(file);
        VERIFY_OK(text);
        COMPARE_TEXT(*text, table_csv(cost()));
    }

    void a_width_that_was_chosen_stays() {
        {
            ReportTableView view("cost");
            view.setTable(cost());
            view.view()->setColumnWidth(1, 187);
        }
        ReportTableView view("cost");
        view.setTable(cost());
        QCOMPARE(view.view()->columnWidth(1), 187);
    }
};

PLUMB_REGISTER_TEST(TestReportTableView)
#include "report_table_view_test.moc"
