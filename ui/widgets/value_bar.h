// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QWidget>

namespace plumb::ui {

/// What a bar shows: a filled value and an outlined expectation of it, either of which may be
/// missing, on a scale that it shares with the bars below it.
struct BarValues {
    std::optional<double> measured;
    std::optional<double> predicted;
    double scale = 1;  ///< what the whole width stands for
};

/// A value as a filled bar under the outline of what was predicted.
class ValueBar : public QWidget {
    Q_OBJECT

public:
    /// strong: in the accent colour, else muted.
    explicit ValueBar(bool strong, QWidget* parent = nullptr);

    void setValues(const BarValues& values);
    const BarValues& values() const { return m_values; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const bool m_strong;
    BarValues m_values;
};

}  // namespace plumb::ui
