// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/memory_bars.h"

#include <algorithm>
#include <optional>

#include <QGridLayout>
#include <QLabel>

#include "analysis/metric_info.h"
#include "analysis/run_ledger.h"
#include "base/strings.h"
#include "common/text.h"
#include "widgets/number_label.h"
#include "widgets/value_bar.h"

namespace plumb::ui {
namespace {

enum Column { NameColumn, BarColumn, MeasuredColumn, PredictedColumn };

std::optional<double> valueOf(const OwnerMegabytes& values, const std::string& owner) {
    const auto found = values.find(owner);
    return found == values.end() ? std::nullopt : std::optional(found->second);
}

double largestOf(const OwnerMegabytes& values) {
    double largest = 0;
    for (const auto& [owner, value] : values) largest = std::max(largest, value);
    return largest;
}

QString textOf(const std::optional<double>& value) {
    return value ? megabytesText(*value) : QString();
}

QString spokenText(const char* which, const std::optional<double>& value) {
    return value ? QString(", %1 MB%2").arg(megabytesText(*value), which) : QString();
}

}  // namespace

QString megabytesText(double megabytes) { return toQString(format_fixed(megabytes, 1)); }

MemoryBars::MemoryBars(QWidget* parent) : QWidget(parent) {
    setObjectName("memoryBars");
    setAccessibleName("Memory by owner in megabytes");
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(0);
    grid->setColumnStretch(BarColumn, 1);
    grid->addWidget(makeSmallLabel("MB", "section", this), 0, NameColumn);
    m_measuredHead = makeNumberHead("measured", this);
    m_predictedHead = makeNumberHead("predicted", this);
    grid->addWidget(m_measuredHead, 0, MeasuredColumn);
    grid->addWidget(m_predictedHead, 0, PredictedColumn);
    for (const std::string_view owner : ledger_owners()) {
        const MetricInfo info = metric_info("memory/" + std::string(owner));
        const QString key = toQString(owner);
        Row row;
        row.owner = owner;
        row.name = makeSmallLabel(toQString(info.name), "small", this);
        row.name->setToolTip(toQString(info.help));
        row.bar = new ValueBar(is_model_owner(owner), this);
        row.bar->setObjectName("memory:" + key);
        row.bar->setToolTip(toQString(info.help));
        row.measured = makeNumberLabel("memory:" + key + ":measured", this);
        row.predicted = makeNumberLabel("memory:" + key + ":predicted", this);
        row.predicted->setProperty("role", "muted");
        const int line = grid->rowCount();
        grid->addWidget(row.name, line, NameColumn);
        grid->addWidget(row.bar, line, BarColumn);
        grid->addWidget(row.measured, line, MeasuredColumn);
        grid->addWidget(row.predicted, line, PredictedColumn);
        m_rows.push_back(row);
    }
    grid->setRowStretch(grid->rowCount(), 1);
}

void MemoryBars::setMemory(const OwnerMegabytes& measured, const OwnerMegabytes& predicted) {
    const double scale = std::max(largestOf(measured), largestOf(predicted));
    m_measuredHead->setVisible(!measured.empty());
    m_predictedHead->setVisible(!predicted.empty());
    for (const Row& row : m_rows) {
        const auto is = valueOf(measured, row.owner), expected = valueOf(predicted, row.owner);
        const bool holds = is.value_or(0) > 0 || expected.value_or(0) > 0;
        row.name->setVisible(holds);
        row.bar->setVisible(holds);
        row.measured->setVisible(holds && !measured.empty());
        row.predicted->setVisible(holds && !predicted.empty());
        row.measured->setText(textOf(is));
        row.predicted->setText(textOf(expected));
        row.bar->setValues({.measured = is, .predicted = expected, .scale = scale});
        row.bar->setAccessibleName(row.name->text() + spokenText(" measured", is) +
                                   spokenText(" predicted", expected));
    }
}

}  // namespace plumb::ui
