// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QPainter;

namespace plumb::ui {

/// An algorithm's name on its colour.
class Badge : public QWidget {
    Q_OBJECT

public:
    explicit Badge(const QString& algorithm, QWidget* parent = nullptr);

    QSize sizeHint() const override { return sizeFor(m_algorithm); }
    static QSize sizeFor(const QString& algorithm);
    static void paint(QPainter& painter, const QRectF& area, const QString& algorithm,
                      const QPalette& palette);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const QString m_algorithm;
};

}  // namespace plumb::ui
