// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include <QWidget>

class QGridLayout;
class QLabel;

namespace plumb::ui {

class ValueBar;

/// Megabytes by owner ("policy", ..., as in the metrics memory/<owner>).
using OwnerMegabytes = std::map<std::string, double>;

/// Memory by owner, models first: a row with a bar and its numbers for each owner that holds, or is
/// predicted to hold, anything.
class MemoryBars : public QWidget {
    Q_OBJECT

public:
    explicit MemoryBars(QWidget* parent = nullptr);

    /// Empty maps: not known. A column without any number is left out.
    void setMemory(const OwnerMegabytes& measured, const OwnerMegabytes& predicted);

private:
    struct Row {
        std::string owner;
        QLabel *name, *measured, *predicted;
        ValueBar* bar;
    };

    std::vector<Row> m_rows;
    QLabel *m_measuredHead, *m_predictedHead;
};

/// "28.1": megabytes as every place of the window shows them.
QString megabytesText(double megabytes);

}  // namespace plumb::ui
