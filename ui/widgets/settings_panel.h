// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include <QFrame>

#include "config/settings.h"
#include "widgets/field_row.h"

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace plumb::ui {

/// The settings of a run, made from the table of fields: all editable before the start, the live
/// ones while the run goes on, none afterwards. Only fields that have an effect are shown.
class SettingsPanel : public QFrame {
    Q_OBJECT

public:
    explicit SettingsPanel(QWidget* parent = nullptr);

    /// Settings that can be started; every field can be edited.
    void showDraft(const Settings& settings);
    /// The draft with what was changed elsewhere; emits settingsChanged(). Text that could not be
    /// read stays, unless its setting is what has changed.
    void updateDraft(const Settings& settings);
    /// The settings of a run as they hold now. live: the run goes on, or is paused.
    void showRun(const Settings& settings, bool live);
    /// An edit has taken effect.
    void applyEdit(const std::string& key, const std::string& value);
    void showProblem(const std::string& key, const QString& message);
    void clear();

    const Settings& settings() const { return m_settings; }
    /// Whether no field has a message, so that the draft can be started.
    bool isValid() const;

Q_SIGNALS:
    /// Of a draft, after every edit; it may have problems (isValid).
    void settingsChanged();
    void editRequested(const QString& key, const QString& value, const QString& reason);
    /// The settings as they are shown are to be saved to a file.
    void saveRequested();

private:
    enum class Kind { nothing, draft, live, past };

    struct Group {
        QLabel* title;
        std::vector<FieldRow*> rows;
    };

    void build();
    void refresh();
    void refreshVisibility();
    void handleEdit(FieldRow* row, const QString& text);
    void checkDraft();
    FieldRow* rowOf(std::string_view key) const;

    Kind m_kind = Kind::nothing;
    Settings m_settings, m_baseline;
    QString m_baselineName;
    std::vector<Group> m_groups;
    std::map<std::string, QString> m_unreadable;  ///< fields whose text could not be taken
    QLabel *m_summary, *m_hint;
    QLineEdit *m_search, *m_reason;
    QCheckBox* m_advanced;
    QPushButton* m_save;
    QVBoxLayout* m_form;
};

}  // namespace plumb::ui
