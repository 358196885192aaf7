// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QWidget>

namespace plumb::ui {

/// The colour of a part of a whole: parts differ in lightness, so that they are told apart without
/// their hue. Three parts have one; more would not be told apart.
QColor partColour(int part, const QPalette& palette);

/// A whole as one bar of its parts.
class ShareBar : public QWidget {
    Q_OBJECT

public:
    explicit ShareBar(QWidget* parent = nullptr);

    /// At most three, none below 0.
    void setParts(const std::vector<double>& parts);
    const std::vector<double>& parts() const { return m_parts; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<double> m_parts;
};

/// A small square in the colour of a part, beside the part's name.
class Swatch : public QWidget {
    Q_OBJECT

public:
    explicit Swatch(int part, QWidget* parent = nullptr);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const int m_part;
};

}  // namespace plumb::ui
