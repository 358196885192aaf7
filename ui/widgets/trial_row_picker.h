// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>

#include <QWidget>

#include "config/settings.h"
#include "session/reward_trial.h"

class QPushButton;
class QToolButton;

namespace plumb::ui {

class ElidedLabel;

/// Walks through the rows of a run's data, which are read when the first one is asked for.
class TrialRowPicker : public QWidget {
    Q_OBJECT

public:
    explicit TrialRowPicker(QWidget* parent = nullptr);
    ~TrialRowPicker() override;

    /// Whose data; rows that were read for other settings are forgotten.
    void setSettings(const Settings& settings);

Q_SIGNALS:
    void chosen(const plumb::TrialRow& row);
    /// The rows cannot be read.
    void failed(const QString& message);

private:
    void read();
    void show(std::int64_t row);
    void updateButtons();

    Settings m_settings;
    std::optional<TrialRows> m_rows;
    std::int64_t m_row = -1;
    QPushButton* m_first;
    QToolButton *m_previous, *m_next;
    ElidedLabel* m_place;
    std::stop_source m_reading;
};

}  // namespace plumb::ui
