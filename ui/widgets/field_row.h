// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QString>
#include <QWidget>

#include "config/fields.h"

class QComboBox;
class QLabel;
class QLineEdit;

namespace plumb::ui {

class ElidedLabel;

/// One setting of the field table: its name, an editor for its type, and a message below. Values
/// are text as the field table reads and writes it (field_text, set_field).
class FieldRow : public QWidget {
    Q_OBJECT

public:
    enum class Mode {
        fixed,  ///< shown, not editable
        editable,
        live,  ///< editable while the run goes on
    };

    /// The editor's objectName is "field:" and the key. The field outlives the row.
    explicit FieldRow(const Field& field, QWidget* parent = nullptr);
    ~FieldRow() override;

    const Field& field() const { return m_field; }
    QString value() const;
    /// Does not emit edited().
    void setValue(const QString& text);
    /// Whether the user has begun to change it and not left it yet.
    bool isBeingEdited() const;
    void setMode(Mode mode);
    /// The keyboard goes to the value, which is marked.
    void focusEditor();
    /// The value that this one differs from, with where that comes from; nothing: it does not.
    void setBaseline(const std::optional<QString>& value, const QString& origin);
    /// Empty: none.
    void setError(const QString& message);
    QString error() const;
    /// Whether key, label or help hold the text.
    bool matches(const QString& text) const;

Q_SIGNALS:
    /// The user has changed the value and left the editor or pressed Enter.
    void edited(const QString& text);

private:
    QWidget* makeEditor();
    void finish();

    const Field& m_field;
    QString m_shown;  ///< what was last set or reported
    ElidedLabel* m_name;
    QLineEdit* m_line = nullptr;
    QComboBox* m_choice = nullptr;
    QLabel* m_error;
};

/// What the field does, what it takes, its unit and TRL's name for it, for a tooltip.
QString fieldHelp(const Field& field);

}  // namespace plumb::ui
