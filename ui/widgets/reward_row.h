// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <QFrame>

#include "config/fields.h"
#include "config/settings.h"
#include "store/records.h"

class QLabel;
class QLineEdit;
class QToolButton;

namespace plumb::ui {

class ElidedLabel;
class FieldRow;
class ModelChooser;

/// One reward function of a run: what it is, its weight, the settings that it alone reads, and what
/// is wrong with it. The objectNames of its parts end in the name that the function is shown by.
class RewardRow : public QFrame {
    Q_OBJECT

public:
    /// entry: as in reward_funcs.
    explicit RewardRow(const std::string& entry, QWidget* parent = nullptr);
    ~RewardRow() override;

    const std::string& entry() const { return m_entry; }
    /// place: of the function among reward_funcs. An editor is left alone where its setting is what
    /// it was, so that text stays that could not be read.
    void showSettings(const Settings& settings, std::size_t place);
    /// chosen: reward_funcs names it; else it is what the run takes by itself and cannot be
    /// removed.
    void setMode(bool editable, bool chosen);
    /// Runs of reward models, for the learned reward.
    void setRuns(const std::vector<RunRecord>& runs);
    /// What stands below the function; empty: nothing.
    void setProblem(const QString& message);
    /// Beside the editor of the setting. Precondition: hasField(key).
    void setFieldError(std::string_view key, const QString& message);
    bool hasField(std::string_view key) const;
    bool hasFieldError() const;
    void clearErrors();

Q_SIGNALS:
    void weightEdited(const QString& text);
    void fieldEdited(const QString& key, const QString& text);
    void removeRequested();

private:
    QWidget* makeHead(const QString& name);

    std::string m_entry;
    QLabel* m_problem;
    QLineEdit* m_weight;
    QToolButton* m_remove;
    std::vector<FieldRow*> m_fields;
    std::map<const FieldRow*, QString> m_values;  ///< that the fields were last given
    ModelChooser* m_model = nullptr;
    QString m_weightValue;  ///< that the weight was last given
    QString m_shownWeight;  ///< that or what was last reported
};

}  // namespace plumb::ui
