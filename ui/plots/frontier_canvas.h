// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <qcustomplot.h>

#include "analysis/svg_scatter.h"

namespace plumb::ui {

class ScatterItem;

/// The axes of a scatter with its points, error bars, lines and labels.
class FrontierCanvas : public QCustomPlot {
    Q_OBJECT

public:
    explicit FrontierCanvas(QWidget* parent = nullptr);

    /// What is in view stays where the user has chosen it.
    void setSpec(ScatterSpec spec);
    const ScatterSpec& spec() const { return m_spec; }
    /// The point, as its source says, that has a ring around it.
    void setCurrent(std::optional<std::size_t> source);
    /// Shows all points again.
    void follow();
    bool isFollowing() const { return m_following; }
    void zoom(double factor);
    /// Of the first point with the source; nothing where it is not in the spec.
    std::optional<QPointF> pixelOf(std::size_t source) const;
    /// The source of the point at the pixel.
    std::optional<std::size_t> pointAt(const QPointF& pixel) const;

Q_SIGNALS:
    void hovered(std::optional<std::size_t> source);
    void clicked(std::size_t source);

protected:
    void changeEvent(QEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    void makeAxes();
    void connectMouse();
    void applyColours();
    void setRanges();

    ScatterSpec m_spec;
    ScatterItem* m_item = nullptr;
    bool m_following = true, m_settingRange = false;
    std::optional<QPointF> m_pressedAt;
};

}  // namespace plumb::ui
