// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <QAbstractTableModel>
#include <QIcon>

#include "analysis/compare/win_rates.h"

namespace plumb::ui {

/// "64 ± 5" where the interval reaches about as far up as down, else "97 [91, 100]"; in percent.
/// Empty without a value.
QString percentText(const Estimate& share);

/// Every model against every other: a row wins over a column in so many percent.
class WinMatrixModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Role {
        ShareRole = Qt::UserRole + 1,  ///< 0 to 1; not valid on the diagonal and without duels
        DecidedRole,                   ///< whether the two differ beyond chance
    };

    explicit WinMatrixModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    /// icons: of each model; may be empty.
    void setTable(WinTable table, std::vector<QIcon> icons);
    const WinTable& table() const { return m_table; }
    const WinCell* cell(const QModelIndex& index) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

private:
    QString detail(const QModelIndex& index, const WinCell& cell) const;

    WinTable m_table;
    std::vector<QIcon> m_icons;
};

}  // namespace plumb::ui
