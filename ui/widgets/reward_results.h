// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <QWidget>

#include "base/result.h"
#include "config/settings.h"
#include "session/reward_trial.h"

class QLabel;
class QPlainTextEdit;
class QTableWidget;

namespace plumb::ui {

/// What reward functions said of a text: a row each with value, weight, their product and the time,
/// the weighted total below, and the messages of those that failed.
class RewardResults : public QWidget {
    Q_OBJECT

public:
    explicit RewardResults(QWidget* parent = nullptr);

    /// Rows for these functions, which have yet to answer.
    void begin(const std::vector<std::string>& functions, const Settings& settings);
    /// The function that is asked now, and for how long.
    void setAsked(std::size_t function, const QString& duration);
    void setAnswer(std::size_t function, const Result<RewardTrial>& trial);
    /// The functions that have not answered will not.
    void setCancelled();
    /// The weights may have changed.
    void setSettings(const Settings& settings);
    const std::vector<std::string>& functions() const { return m_functions; }
    /// Nothing was tried yet.
    void clear();
    /// Nothing can be tried, and why.
    void showProblem(const QString& message);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    enum class State { waiting, asked, answered, failed, cancelled };
    struct Row {
        State state = State::waiting;
        std::optional<double> value;
        double seconds = 0;
        QString problem = {}, asked = {};
    };

    void show();
    void showRow(int line, const Row& row, double weight);
    void showTotal();
    void fitProblem();
    enum class Look { text, note, number, total };
    void setCell(int row, int column, const QString& text, Look look);

    Settings m_settings;
    std::vector<std::string> m_functions;
    std::vector<Row> m_rows;
    QTableWidget* m_table;
    QPlainTextEdit* m_problem;
    QLabel* m_empty;
};

}  // namespace plumb::ui
