// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QWidget>

#include "config/fields.h"
#include "session/data_preview.h"

class QComboBox;

namespace plumb::ui {

/// The name of a column of the user's files: typed, or chosen from those that the files have.
class ColumnRow : public QWidget {
    Q_OBJECT

public:
    /// The objectName of the box is "column:" and the field's key.
    explicit ColumnRow(const Field& field, QWidget* parent = nullptr);
    ~ColumnRow() override;

    const Field& field() const { return m_field; }
    /// Does not emit edited().
    void setValue(const QString& name);
    void setColumns(const std::vector<PreviewColumn>& columns);

Q_SIGNALS:
    void edited(const QString& name);

private:
    void finish();

    const Field& m_field;
    QString m_shown;
    QComboBox* m_box;
};

}  // namespace plumb::ui
