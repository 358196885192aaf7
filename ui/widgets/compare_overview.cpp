// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare_overview.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "common/text.h"
#include "plots/compare_charts.h"
#include "plots/frontier_plot.h"
#include "widgets/comparison_tables.h"
#include "widgets/report_table_view.h"
#include "widgets/win_matrix.h"

namespace plumb::ui {

CompareOverview::CompareOverview(WinRatesFeed& rates, QWidget* parent)
    : QSplitter(Qt::Vertical, parent), m_rates(rates) {
    setObjectName("compareOverview");
    setChildrenCollapsible(false);
    setHandleWidth(10);
    auto* above = new QSplitter(Qt::Horizontal, this);
    above->setObjectName("compareAbove");
    above->setChildrenCollapsible(false);
    above->setHandleWidth(10);
    m_charts = new CompareCharts(above);
    m_frontier = new FrontierPlot(above);
    above->addWidget(m_charts);
    above->addWidget(m_frontier);
    above->addWidget(makeRates(above));
    above->setSizes({390, 410, 220});
    above->setStretchFactor(0, 3);
    above->setStretchFactor(1, 2);
    above->setStretchFactor(2, 0);
    m_table = new ReportTableView("overview", this);
    addWidget(above);
    addWidget(m_table);
    setSizes({400, 170});
    setStretchFactor(0, 1);
    connect(m_charts, &CompareCharts::hiddenGroupsChanged, m_frontier,
            &FrontierPlot::setHiddenGroups);
    connect(m_charts, &CompareCharts::hiddenGroupsChanged, this,
            &CompareOverview::hiddenGroupsChanged);
    connect(m_charts, &CompareCharts::stepClicked, this, &CompareOverview::stepChosen);
    connect(m_charts, &CompareCharts::problem, this, &CompareOverview::problem);
    connect(m_frontier, &FrontierPlot::problem, this, &CompareOverview::problem);
    connect(m_frontier, &FrontierPlot::pointChosen, this,
            [this](std::size_t, qint64 step) { Q_EMIT stepChosen(step); });
    connect(m_matrix, &WinMatrix::cellChosen, this, &CompareOverview::cellChosen);
    connect(m_table, &ReportTableView::told, this, &CompareOverview::told);
    connect(m_table, &ReportTableView::problem, this, &CompareOverview::problem);
    connect(&rates, &WinRatesFeed::changed, this, &CompareOverview::showRates);
    showRates();
}

QWidget* CompareOverview::makeRates(QWidget* parent) {
    auto* panel = new QFrame(parent);
    panel->setProperty("role", "panel");
    panel->setMinimumWidth(190);
    m_ratesTitle = new QLabel(panel);
    m_ratesTitle->setProperty("role", "title");
    m_ratesTitle->setWordWrap(true);
    m_matrix = new WinMatrix(panel);
    m_matrix->setObjectName("overviewMatrix");
    m_ratesNote = new QLabel(panel);
    m_ratesNote->setProperty("role", "small");
    m_ratesNote->setWordWrap(true);
    m_ratesButton = new QPushButton("Win rates...", panel);
    m_ratesButton->setObjectName("overviewRates");
    auto* layout = new QVBoxLayout(panel);
    layout->setContentsMargins(10, 8, 10, 8);
    layout->setSpacing(6);
    layout->addWidget(m_ratesTitle);
    layout->addWidget(m_matrix, 100);
    layout->addWidget(m_ratesNote);
    layout->addWidget(m_ratesButton, 0, Qt::AlignLeft);
    layout->addStretch(1);
    connect(m_ratesButton, &QPushButton::clicked, this, &CompareOverview::winRatesRequested);
    return panel;
}

void CompareOverview::setComparison(const std::shared_ptr<const Comparison>& comparison,
                                    const QString& title) {
    m_charts->setTitle(title);
    m_frontier->setTitle(title);
    m_charts->setComparison(comparison);
    m_frontier->setComparison(comparison);
    if (!comparison) return;
    m_table->setTable(overview_table(*comparison));
}

void CompareOverview::showRates() {
    const auto& rates = m_rates.rates();
    m_matrix->show(rates);
    m_matrix->setVisible(rates != nullptr);
    m_ratesButton->setVisible(rates == nullptr);
    if (!rates) {
        m_ratesTitle->setText("Win rate");
        m_ratesNote->setText(m_rates.answers()
                                 ? "Nobody has judged the answers yet."
                                 : "Checkpoints answer the same prompts, and a judge says which "
                                   "answer is the better.");
        return;
    }
    m_ratesTitle->setText(QString("Win rate, %, %1 prompts, judged by %2")
                              .arg(rates->table.prompts)
                              .arg(toQString(rates->judge)));
    m_ratesNote->setText("95 % over prompts; " + toQString(describe(rates->table.ties)) +
                         ". Click a cell for the answers.");
}

}  // namespace plumb::ui
