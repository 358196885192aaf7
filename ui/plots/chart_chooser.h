// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <QDialog>

#include "plots/arrangement.h"
#include "plots/run_series.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace plumb::ui {

/// Which metrics a chart shows: a new one, or one that is there. Every metric that the run has
/// recorded is offered, and those that charts of the arrangement will have, each with its words;
/// the search looks at titles, keys and explanations.
class ChartChooser : public QDialog {
    Q_OBJECT

public:
    /// chart: the one of the arrangement to change; nothing: a new one.
    ChartChooser(const QString& algorithm, const Arrangement& charts, const RunSeries& series,
                 std::optional<std::size_t> chart, QWidget* parent);

    /// Takes up what the run has recorded since.
    void refresh(const RunSeries& series);
    const Arrangement& charts() const { return m_charts; }

Q_SIGNALS:
    /// index: of the chart to change; -1 for a new one.
    void chosen(int index, const plumb::ChartGroup& group);

private:
    void makeWidgets();
    void addRow(const std::string& key);
    void showTarget();
    void filter(const QString& text);
    void update();
    void accept() override;
    std::optional<std::size_t> target() const;
    std::vector<std::string> checkedKeys() const;
    std::string titleOf(const std::vector<std::string>& keys) const;

    const QString m_algorithm;
    const Arrangement m_charts;
    QComboBox* m_target;
    QLineEdit *m_title, *m_search;
    QTreeWidget* m_metrics;
    QLabel *m_help, *m_problem;
    QPushButton* m_accept;
};

}  // namespace plumb::ui
