// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "analysis/token_values.h"

namespace plumb::ui {

/// What numbers the colours of a scale stand for.
class ColourLegend : public QWidget {
    Q_OBJECT

public:
    explicit ColourLegend(QWidget* parent = nullptr);

    void show(TokenQuantity quantity, const ColourScale& scale);
    /// The numbers from left to right.
    const QStringList& labels() const { return m_labels; }

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    ColourScale m_scale;
    QStringList m_labels;
};

}  // namespace plumb::ui
