// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/run_cost_view.h"

#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "analysis/metric_info.h"
#include "analysis/ticks.h"
#include "base/strings.h"
#include "common/text.h"
#include "widgets/number_label.h"
#include "widgets/share_bar.h"

namespace plumb::ui {
namespace {

constexpr const char* part_names[] = {"generate", "score", "update"};

enum Column { SwatchColumn, NameColumn, MeanColumn, ShareColumn, TotalColumn };

QString secondsText(double seconds) {
    return toQString(format_fixed(seconds, seconds < 10 ? 3 : 1)) + " s";
}

/// Of sums, which begin below a second and may reach hours.
QString totalText(double seconds) {
    return seconds < 60 ? toQString(format_fixed(seconds, 1)) + " s"
                        : toQString(format_duration(seconds));
}

QString operationsText(double operations) {
    QString text = toQString(short_number(operations));
    if (!text.isEmpty() && text.back().isLetter()) text.insert(text.size() - 1, ' ');
    return text + (text.back().isLetter() ? "FLOP" : " FLOP");
}

std::array<double, 3> partsOf(const StepSeconds& seconds) {
    return {seconds.generate, seconds.score, seconds.update};
}

}  // namespace

RunCostView::RunCostView(QWidget* parent) : QWidget(parent) {
    setObjectName("runCost");
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(3);
    layout->addWidget(makeTimes());
    layout->addWidget(makeCosts());
    layout->addStretch();
}

QWidget* RunCostView::makeTimes() {
    auto* times = new QWidget(this);
    m_stepSum = makeSmallLabel({}, "section", times);
    m_stepSum->setObjectName("time:step");
    m_speed = makeNumberHead({}, times);
    m_speed->setObjectName("time:speed");
    m_bar = new ShareBar(times);
    m_bar->setObjectName("timeSplit");
    m_bar->setAccessibleName("Where the time of a step goes");
    auto* grid = new QGridLayout(times);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(1);
    grid->setColumnStretch(NameColumn, 1);
    auto* head = new QHBoxLayout;
    head->addWidget(m_stepSum);
    head->addWidget(m_speed, 1);
    grid->addLayout(head, 0, 0, 1, -1);
    grid->addWidget(m_bar, 1, 0, 1, TotalColumn + 1);
    m_meanHead = makeNumberHead({}, times);
    m_meanHead->setObjectName("time:meanHead");
    grid->addWidget(m_meanHead, 2, SwatchColumn, 1, MeanColumn + 1);
    grid->addWidget(makeNumberHead("share", times), 2, ShareColumn);
    grid->addWidget(makeNumberHead("whole run", times), 2, TotalColumn);
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        Part& part = m_parts[i];
        const QString key = QString("time:") + part_names[i];
        const QString help = toQString(metric_info(std::string("time/") + part_names[i]).help);
        part.swatch = new Swatch(static_cast<int>(i), times);
        part.name = makeSmallLabel(part_names[i], "small", times);
        part.name->setToolTip(help);
        part.mean = makeNumberLabel(key + ":mean", times);
        part.share = makeNumberLabel(key + ":share", times);
        part.total = makeNumberLabel(key + ":total", times);
        const int line = 3 + static_cast<int>(i);
        grid->addWidget(part.swatch, line, SwatchColumn, Qt::AlignVCenter);
        grid->addWidget(part.name, line, NameColumn);
        grid->addWidget(part.mean, line, MeanColumn);
        grid->addWidget(part.share, line, ShareColumn);
        grid->addWidget(part.total, line, TotalColumn);
    }
    return times;
}

QWidget* RunCostView::makeCosts() {
    auto* costs = new QWidget(this);
    auto* grid = new QGridLayout(costs);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(1);
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(3, 1);
    m_timeLeft = makeNumberHead({}, costs);
    m_timeLeft->setObjectName("timeLeft");
    grid->addWidget(makeSmallLabel("COST SO FAR", "section", costs), 0, 0, 1, 2);
    grid->addWidget(m_timeLeft, 0, 2, 1, 2);
    const auto add = [&](const char* key, const char* name, int line, int column) {
        const QString help = toQString(metric_info(key).help);
        QLabel* title = makeSmallLabel(name, "small", costs);
        title->setToolTip(help);
        QLabel* value = makeNumberLabel(key, costs);
        value->setToolTip(help);
        grid->addWidget(title, line, column);
        grid->addWidget(value, line, column + 1);
        return value;
    };
    m_generated = add("cost/generated_tokens", "generated", 1, 0);
    m_scored = add("cost/scored_tokens", "scored", 1, 2);
    m_trained = add("cost/trained_tokens", "trained", 2, 0);
    m_operations = add("cost/flops", "operations", 2, 2);
    return costs;
}

void RunCostView::setEntry(const LedgerEntry& entry) {
    const auto mean = partsOf(entry.mean), total = partsOf(entry.total);
    m_stepSum->setText("TIME OF A STEP  " + secondsText(entry.mean.sum()));
    m_speed->setText(toQString(short_number(entry.tokens_per_second)) + " tokens/s");
    m_meanHead->setText(entry.mean_steps == 1 ? QString("this step")
                                              : QString("mean of %1 steps").arg(entry.mean_steps));
    m_bar->setParts({mean.begin(), mean.end()});
    const double whole = entry.mean.sum();
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        const Part& part = m_parts[i];
        const bool shown = total[i] > 0;
        part.swatch->setVisible(shown);
        for (QLabel* label : {part.name, part.mean, part.share, part.total})
            label->setVisible(shown);
        part.mean->setText(secondsText(mean[i]));
        part.share->setText(whole > 0 ? toQString(format_fixed(100 * mean[i] / whole, 0)) + " %"
                                      : QString());
        part.total->setText(totalText(total[i]));
    }
    const auto tokens = [](double count) { return toQString(short_number(count)) + " tokens"; };
    m_generated->setText(tokens(entry.generated_tokens));
    m_scored->setText(tokens(entry.scored_tokens));
    m_trained->setText(tokens(entry.trained_tokens));
    m_operations->setText(operationsText(entry.operations));
}

void RunCostView::setTimeLeft(double seconds) {
    m_timeLeft->setText(seconds < 0 ? QString() : toQString(format_duration(seconds)) + " left");
}

}  // namespace plumb::ui
