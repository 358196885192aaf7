// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "session/generation.h"

class QAbstractSpinBox;
class QCheckBox;
class QDoubleSpinBox;
class QSpinBox;

namespace plumb::ui {

/// How tokens are drawn in the playground: temperature, filters, length, seed.
class SamplingEdit : public QWidget {
    Q_OBJECT

public:
    explicit SamplingEdit(QWidget* parent = nullptr);

    /// Fills in the sampling of the request.
    void apply(GenerateRequest& request) const;
    /// Moves on to the next seed, unless it is held.
    void nextSeed();

private:
    QSpinBox* addNumber(const QString& name, const QString& label, const QString& help, int least,
                        int most, int value);
    QDoubleSpinBox* addShare(const QString& name, const QString& label, const QString& help,
                             double most, double value);
    void add(QAbstractSpinBox* editor, const QString& name, const QString& label,
             const QString& help);

    QDoubleSpinBox *m_temperature, *m_topP, *m_minP;
    QSpinBox *m_topK, *m_length, *m_seed;
    QCheckBox* m_holdSeed;
};

}  // namespace plumb::ui
