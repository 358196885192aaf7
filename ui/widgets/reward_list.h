// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <QTimer>
#include <QWidget>

#include "config/settings.h"
#include "store/records.h"

class QLabel;
class QMenu;
class QPushButton;
class QVBoxLayout;

namespace plumb::ui {

class FieldRow;
class RewardRow;

/// The reward functions of a run, in the order of reward_funcs: built-in ones are added from a
/// menu, the user's own by a dialog or by dropping their files. What is wrong with a function
/// stands below it.
class RewardList : public QWidget {
    Q_OBJECT

public:
    explicit RewardList(QWidget* parent = nullptr);
    ~RewardList() override;

    /// Other settings: what was typed and could not be read is forgotten.
    void showSettings(const Settings& settings, bool editable);
    /// The same settings with a change. Text that could not be read stays, unless its setting is
    /// what has changed. Neither emits edited().
    void updateSettings(const Settings& settings);
    /// Runs that a reward model may be taken from.
    void setRuns(const std::vector<RunRecord>& rewardModels);
    /// Entries of reward_funcs; those that are there already are left out.
    void add(const QStringList& entries);

    /// Whether messages about the setting stand here.
    static bool showsField(std::string_view key);
    /// A weight or a setting of a function that could not be read, as a message; empty: all could.
    QString unreadable() const;

Q_SIGNALS:
    /// The settings with what the user has changed, or as they were where it could not be read.
    /// Whoever has them hands them back with updateSettings.
    void edited(const plumb::Settings& settings);

protected:
    bool event(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    QWidget* makeHead();
    void makeRows();
    void fillMenu();
    void chooseFiles();
    void remove(std::size_t place);
    void takeWeight(std::size_t place, const QString& text);
    void takeField(const std::string& key, const QString& text);
    void showProblems();
    void checkFunctions();

    Settings m_settings;
    bool m_editable = false;
    std::vector<RunRecord> m_rewardModels;
    std::vector<std::string> m_entries;  ///< of the rows
    std::vector<RewardRow*> m_rows;
    std::map<std::string, QString> m_unreadable;  ///< by "weight:" and place, or by key
    std::map<std::string, QString> m_refused;     ///< by entry: why a start would refuse it
    QVBoxLayout* m_list;
    QWidget* m_own;  ///< what all functions of the user's own share
    FieldRow* m_timeout;
    QLabel *m_none, *m_problem, *m_hint;
    QPushButton* m_add;
    QMenu* m_menu;
    QTimer m_checkTimer;
    std::stop_source m_check;  ///< of the look at the functions that is on its way
};

}  // namespace plumb::ui
