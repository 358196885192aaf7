// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <QScrollArea>
#include <QTimer>

#include "analysis/compare/comparison.h"

class QVBoxLayout;

namespace plumb::ui {

class ReportTableView;

/// All tables of a comparison below each other. They are filled one a turn of the event loop, and
/// only while they can be seen: those of many runs together take longer than a frame.
class ComparisonTables : public QScrollArea {
    Q_OBJECT

public:
    explicit ComparisonTables(QWidget* parent = nullptr);

    void setComparison(std::shared_ptr<const Comparison> comparison);

Q_SIGNALS:
    void told(const QString& text);
    void problem(const QString& message);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void fillNext();

    QVBoxLayout* m_layout;
    std::shared_ptr<const Comparison> m_comparison;
    std::vector<const ReportTable*> m_toFill;  ///< of m_comparison, the next one last
    QTimer m_filling;
    std::map<std::string, ReportTableView*> m_views;  ///< by the id of the table
};

/// What decides between groups in one table: memory, work, reward at the end, KL, and what each
/// learns from.
ReportTable overview_table(const Comparison& comparison);

}  // namespace plumb::ui
