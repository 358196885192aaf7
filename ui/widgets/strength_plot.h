// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include <QColor>
#include <QWidget>

#include "analysis/compare/bradley_terry.h"

namespace plumb::ui {

/// Strengths of models as dots with their intervals, the strongest first; a model that nothing
/// links with the others says so.
class StrengthPlot : public QWidget {
    Q_OBJECT

public:
    explicit StrengthPlot(QWidget* parent = nullptr);

    /// colours: of each model ("#RRGGBB"); empty ones have the text's.
    void setStrengths(const BradleyTerry& fit, const std::vector<std::string>& colours);
    /// "ppo@60: 0.41 [0.12, 0.70]", the strongest first.
    QStringList lines() const;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    struct Row {
        QString name;
        Estimate strength;
        std::string colour;
    };
    QString valueText(const Row& row) const;

    std::vector<Row> m_rows;
    Interval m_range{};
};

}  // namespace plumb::ui
