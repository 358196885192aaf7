// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QFrame>

#include "analysis/compare/comparison.h"

class QLabel;
class QPushButton;

namespace plumb::ui {

/// What cannot be compared, or not without care: the first of it in a line, all of it on demand.
/// Takes no room where there is nothing.
class CautionStrip : public QFrame {
    Q_OBJECT

public:
    explicit CautionStrip(QWidget* parent = nullptr);

    void show(const std::vector<ComparisonProblem>& problems);
    QString text() const;

private:
    void write();

    QStringList m_texts;
    QLabel* m_text;
    QPushButton* m_more;
};

}  // namespace plumb::ui
