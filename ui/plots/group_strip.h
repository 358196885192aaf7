// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <string>
#include <vector>

#include <QWidget>

#include "plots/overlay.h"

class QLabel;
class QScrollArea;

namespace plumb::ui {

/// The legend of the groups of a comparison: each by its line, its name and its number of seeds. A
/// click, or Return on it, takes a group off the charts and back.
class GroupStrip : public QWidget {
    Q_OBJECT

public:
    struct Entry {
        OverlaidRun group;
        QString seeds;  ///< "3 seeds"
    };

    explicit GroupStrip(QWidget* parent = nullptr);

    void show(const std::vector<Entry>& entries, const std::set<std::string>& hidden);
    /// What it says, without its markup.
    QString text() const;

Q_SIGNALS:
    /// index: of the entry.
    void toggled(int index);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void fitHeight();
    void updateText();

    std::vector<Entry> m_entries;
    std::set<std::string> m_hidden;
    QLabel* m_names;
    QScrollArea* m_scroll;
};

}  // namespace plumb::ui
