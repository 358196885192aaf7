// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <QWidget>

class QCheckBox;
class QLineEdit;

namespace plumb::ui {

/// The reward functions of a run: each can be switched on and given a weight.
class RewardsEdit : public QWidget {
    Q_OBJECT

public:
    explicit RewardsEdit(QWidget* parent = nullptr);

    /// Does not emit changed(). weights may be empty: 1 each.
    void setRewards(const std::vector<std::string>& names, const std::vector<double>& weights);
    std::vector<std::string> names() const;
    /// Of names(), in their order; empty where all are 1.
    std::vector<double> weights() const;
    /// The first weight that is no number, as a message; empty: all are.
    QString problem() const;

Q_SIGNALS:
    void changed();

private:
    struct Row {
        std::string name;
        QCheckBox* box;
        QLineEdit* weight;
    };
    std::vector<Row> m_rows;
};

}  // namespace plumb::ui
