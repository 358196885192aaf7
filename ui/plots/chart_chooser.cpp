// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/chart_chooser.h"

#include <algorithm>

#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "analysis/ticks.h"
#include "common/text.h"
#include "common/theme.h"

namespace plumb::ui {
namespace {

enum Column { TitleColumn, KeyColumn, ValueColumn };
constexpr int key_role = Qt::UserRole, help_role = Qt::UserRole + 1;

QString lastValue(const std::vector<MetricPoint>& points) {
    return points.empty() ? QString("not yet") : toQString(short_number(points.back().value));
}

}  // namespace

ChartChooser::ChartChooser(const QString& algorithm, const Arrangement& charts,
                           const RunSeries& series, std::optional<std::size_t> chart,
                           QWidget* parent)
    : QDialog(parent), m_algorithm(algorithm), m_charts(charts) {
    setObjectName("chartChooser");
    setAttribute(Qt::WA_DeleteOnClose);
    makeWidgets();
    m_target->addItem("A new chart");
    for (const ChartSetup& setup : charts) m_target->addItem(toQString(setup.group.title));
    m_target->setCurrentIndex(chart ? static_cast<int>(*chart) + 1 : 0);
    for (const ChartSetup& setup : charts)
        for (const std::string& key : setup.group.keys) addRow(key);
    refresh(series);
    m_metrics->setColumnHidden(ValueColumn, series.isFrame());
    m_metrics->sortItems(TitleColumn, Qt::AscendingOrder);
    m_metrics->header()->setStretchLastSection(false);
    m_metrics->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_metrics->header()->setSectionResizeMode(TitleColumn, QHeaderView::Stretch);
    connect(m_target, &QComboBox::currentIndexChanged, this, &ChartChooser::showTarget);
    connect(m_search, &QLineEdit::textChanged, this, &ChartChooser::filter);
    connect(m_metrics, &QTreeWidget::itemChanged, this, &ChartChooser::update);
    connect(m_metrics, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* item) {
        m_help->setText(item ? item->data(TitleColumn, help_role).toString() : QString());
    });
    showTarget();
    m_search->setFocus();
}

void ChartChooser::makeWidgets() {
    resize(720, 540);
    m_target = new QComboBox(this);
    m_target->setObjectName("chooserTarget");
    m_target->setAccessibleName("The chart that is to show the metrics");
    m_title = new QLineEdit(this);
    m_title->setObjectName("chooserTitle");
    m_title->setAccessibleName("Title of the chart");
    m_search = new QLineEdit(this);
    m_search->setObjectName("chooserSearch");
    m_search->setAccessibleName("Search the metrics");
    m_search->setPlaceholderText("Search titles, keys and explanations");
    m_search->setClearButtonEnabled(true);
    m_metrics = new QTreeWidget(this);
    m_metrics->setObjectName("chooserMetrics");
    m_metrics->setAccessibleName("Metrics of the run");
    m_metrics->setRootIsDecorated(false);
    m_metrics->setUniformRowHeights(true);
    m_metrics->setAllColumnsShowFocus(true);
    m_metrics->setHeaderLabels({"Metric", "Key", "Last value"});
    m_help = new QLabel(this);
    m_help->setObjectName("chooserHelp");
    m_help->setProperty("role", "muted");
    m_help->setWordWrap(true);
    m_help->setAlignment(Qt::AlignTop);
    m_help->setMinimumHeight(3 * fontMetrics().lineSpacing());
    m_problem = new QLabel(this);
    m_problem->setObjectName("chooserProblem");
    m_problem->setProperty("role", "error");
    m_problem->setWordWrap(true);
    m_accept = new QPushButton(this);
    m_accept->setObjectName("chooserAccept");
    m_accept->setProperty("primary", true);
    m_accept->setDefault(true);
    auto* cancel = new QPushButton("Cancel", this);
    cancel->setObjectName("chooserCancel");
    cancel->setAutoDefault(false);

    auto* form = new QFormLayout;
    form->addRow("Chart", m_target);
    form->addRow("Title", m_title);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_problem, 1);
    buttons->addWidget(cancel);
    buttons->addWidget(m_accept);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addWidget(m_search);
    layout->addWidget(m_metrics, 1);
    layout->addWidget(m_help);
    layout->addLayout(buttons);
    connect(m_accept, &QPushButton::clicked, this, &ChartChooser::accept);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
}

void ChartChooser::addRow(const std::string& key) {
    for (int i = 0; i < m_metrics->topLevelItemCount(); ++i)
        if (m_metrics->topLevelItem(i)->text(KeyColumn) == toQString(key)) return;
    const MetricInfo info = metric_info(key, toStd(m_algorithm));
    const std::string unit = info.unit.empty() ? "" : " (" + info.unit + ")";
    auto* item = new QTreeWidgetItem(m_metrics, {toQString(info.title + unit), toQString(key)});
    item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
    item->setCheckState(TitleColumn, Qt::Unchecked);
    item->setData(TitleColumn, key_role, toQString(key));
    item->setData(TitleColumn, help_role, toQString(info.help));
    item->setFont(ValueColumn, monospacedFont());
    item->setToolTip(TitleColumn, toQString(info.help));
}

void ChartChooser::refresh(const RunSeries& series) {
    const QSignalBlocker quiet(m_metrics);
    for (const std::string& key : series.keys()) addRow(key);
    for (int i = 0; i < m_metrics->topLevelItemCount(); ++i) {
        QTreeWidgetItem* item = m_metrics->topLevelItem(i);
        // Of several runs there is no one value.
        if (!series.isFrame())
            item->setText(ValueColumn, lastValue(series.points(toStd(item->text(KeyColumn)))));
    }
}

std::optional<std::size_t> ChartChooser::target() const {
    const int index = m_target->currentIndex() - 1;
    return index < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(index));
}

void ChartChooser::showTarget() {
    const auto chart = target();
    setWindowTitle(chart ? "Curves of a chart" : "Add a chart");
    m_accept->setText(chart ? "Change chart" : "Add chart");
    m_title->setText(chart ? toQString(m_charts[*chart].group.title) : QString());
    const std::vector<std::string> keys =
        chart ? m_charts[*chart].group.keys : std::vector<std::string>{};
    QTreeWidgetItem* first = nullptr;
    {
        const QSignalBlocker quiet(m_metrics);
        for (int i = 0; i < m_metrics->topLevelItemCount(); ++i) {
            QTreeWidgetItem* item = m_metrics->topLevelItem(i);
            const bool shown = std::ranges::find(keys, toStd(item->text(KeyColumn))) != keys.end();
            item->setCheckState(TitleColumn, shown ? Qt::Checked : Qt::Unchecked);
            if (shown && !first) first = item;
        }
    }
    m_metrics->setCurrentItem(first);
    if (first) m_metrics->scrollToItem(first, QAbstractItemView::PositionAtCenter);
    update();
}

void ChartChooser::filter(const QString& text) {
    for (int i = 0; i < m_metrics->topLevelItemCount(); ++i) {
        QTreeWidgetItem* item = m_metrics->topLevelItem(i);
        const QString all = item->text(TitleColumn) + "\n" + item->text(KeyColumn) + "\n" +
                            item->data(TitleColumn, help_role).toString();
        item->setHidden(!all.contains(text.trimmed(), Qt::CaseInsensitive));
    }
}

std::vector<std::string> ChartChooser::checkedKeys() const {
    std::vector<std::string> checked;
    // What the chart had keeps its order and so its colours.
    const auto chart = target();
    if (chart) checked = m_charts[*chart].group.keys;
    std::vector<std::string> all;
    for (int i = 0; i < m_metrics->topLevelItemCount(); ++i)
        if (m_metrics->topLevelItem(i)->checkState(TitleColumn) == Qt::Checked)
            all.push_back(toStd(m_metrics->topLevelItem(i)->text(KeyColumn)));
    std::erase_if(checked,
                  [&](const std::string& key) { return std::ranges::find(all, key) == all.end(); });
    for (const std::string& key : all)
        if (std::ranges::find(checked, key) == checked.end()) checked.push_back(key);
    return checked;
}

std::string ChartChooser::titleOf(const std::vector<std::string>& keys) const {
    std::string title = metric_info(keys.front(), toStd(m_algorithm)).title;
    if (keys.size() == 2) title += " and " + metric_info(keys[1], toStd(m_algorithm)).title;
    if (keys.size() > 2) title += " and others";
    return title;
}

void ChartChooser::update() {
    const std::vector<std::string> keys = checkedKeys();
    const bool mixed = std::ranges::any_of(keys, [&](const std::string& key) {
        return metric_phase(key) != metric_phase(keys.front());
    });
    m_problem->setText(mixed ? "Phases before the training count steps of their own; such a "
                               "metric needs a chart without those of the training."
                             : "");
    m_accept->setEnabled(!keys.empty() && !mixed);
    m_title->setPlaceholderText(keys.empty() ? "" : toQString(titleOf(keys)));
}

void ChartChooser::accept() {
    const std::vector<std::string> keys = checkedKeys();
    if (!m_accept->isEnabled()) return;
    const QString title = m_title->text().trimmed();
    const auto chart = target();
    Q_EMIT chosen(chart ? static_cast<int>(*chart) : -1,
                  {title.isEmpty() ? titleOf(keys) : toStd(title), keys});
    QDialog::accept();
}

}  // namespace plumb::ui
