// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <QFrame>

#include "config/settings.h"
#include "store/records.h"
#include "widgets/field_row.h"

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace plumb::ui {

class EditList;

/// The settings of a run, made from the table of fields: all editable before the start, the live
/// ones while the run goes on, none afterwards or at a step in the past. Only fields that have an
/// effect are shown. Edits made while the run went on stand above them.
class SettingsPanel : public QFrame {
    Q_OBJECT

public:
    explicit SettingsPanel(QWidget* parent = nullptr);
    ~SettingsPanel() override;

    /// Settings that can be started; every field can be edited.
    void showDraft(const Settings& settings);
    /// The draft with what was changed elsewhere; emits settingsChanged(). Text that could not be
    /// read stays, unless its setting is what has changed.
    void updateDraft(const Settings& settings);
    /// The settings of a run as they hold now. live: the run goes on, or is paused.
    void showRun(const Settings& settings, bool live);
    /// All edits of the run, in the order they were made.
    void setEdits(const std::vector<EditRecord>& edits);
    /// The settings as they were at a step of the run, where none can be edited; nothing: as they
    /// hold now.
    void setShownStep(std::optional<std::int64_t> step);
    /// An edit has taken effect.
    void applyEdit(const EditRecord& edit);
    void showProblem(const std::string& key, const QString& message);
    void clear();
    void focusSearch();

    /// As they hold now, whatever step is shown.
    const Settings& settings() const { return m_settings; }
    /// Whether no field has a message, so that the draft can be started.
    bool isValid() const;

Q_SIGNALS:
    /// Of a draft, after every edit; it may have problems (isValid).
    void settingsChanged();
    void editRequested(const QString& key, const QString& value, const QString& reason);
    /// The settings are to be saved to a file.
    void saveRequested();
    /// The step from which an edit held is to be shown.
    void stepChosen(qint64 step);
    /// The keyboard is to go back to the page.
    void focusReleased();

protected:
    /// Escape empties the search, and else leaves the settings.
    void keyPressEvent(QKeyEvent* event) override;

private:
    enum class Kind { nothing, draft, live, past };

    struct Group {
        QLabel* title;
        std::vector<FieldRow*> rows;
    };

    void build();
    void refresh();
    /// The values, and which of them can be edited.
    void showValues();
    void showHint();
    void refreshVisibility();
    void handleEdit(FieldRow* row, const QString& text);
    void checkDraft();
    FieldRow* rowOf(std::string_view key) const;
    /// To the field that the search names, or the first it has found.
    void focusFound();

    Kind m_kind = Kind::nothing;
    Settings m_settings, m_baseline;
    Settings m_seen;  ///< as they are shown: those of the step
    std::vector<EditRecord> m_edits;
    std::optional<std::int64_t> m_step;
    QString m_baselineName;
    std::vector<Group> m_groups;
    std::map<std::string, QString> m_unreadable;  ///< fields whose text could not be taken
    QLabel *m_summary, *m_hint;
    QLineEdit *m_search, *m_reason;
    QCheckBox* m_advanced;
    EditList* m_editList;
    QPushButton* m_save;
    QVBoxLayout* m_form;
};

}  // namespace plumb::ui
