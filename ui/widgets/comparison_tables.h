// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include <QScrollArea>

#include "analysis/compare/comparison.h"

class QVBoxLayout;

namespace plumb::ui {

class ReportTableView;

/// All tables of a comparison below each other.
class ComparisonTables : public QScrollArea {
    Q_OBJECT

public:
    explicit ComparisonTables(QWidget* parent = nullptr);

    void show(const Comparison& comparison);

Q_SIGNALS:
    void told(const QString& text);
    void problem(const QString& message);

private:
    QVBoxLayout* m_layout;
    std::map<std::string, ReportTableView*> m_views;  ///< by the id of the table
};

/// What decides between groups in one table: memory, work, reward at the end, KL, and what each
/// learns from.
ReportTable overview_table(const Comparison& comparison);

}  // namespace plumb::ui
