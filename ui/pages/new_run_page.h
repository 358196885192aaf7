// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include <QTimer>
#include <QWidget>

#include "config/fields.h"
#include "config/settings.h"
#include "session/data_preview.h"
#include "store/records.h"

class QLabel;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace plumb::ui {

class ColumnRow;
class DataPreviewView;
class FieldRow;
class FileListEdit;
class MemoryCostPanel;
class MemoryForecaster;
class ModelChooser;
class RewardsPanel;
class TabStack;

/// The form for a run on the user's own files, beside a preview of what the run would read and the
/// page of its rewards and the memory that it would hold. Labels, help and ranges come from the
/// table of fields; settings that are not here are on the Train page.
class NewRunPage : public QWidget {
    Q_OBJECT

public:
    explicit NewRunPage(QWidget* parent = nullptr);
    ~NewRunPage() override;

    /// Where names of runs are looked up.
    void setWorkspace(const std::filesystem::path& folder);
    /// What a new run may start from.
    void setRuns(const std::vector<RunRecord>& runs);
    void setSettings(const Settings& settings, const QString& name);
    const Settings& settings() const { return m_settings; }
    /// The model that the run starts from: a folder or RUN[@STEP]. score: a reward or value model,
    /// which reward modelling alone can go on from.
    void startFrom(const QString& model, bool score);
    /// Whether a run is going on: a new one waits in the queue then.
    void setQueues(bool queues);
    /// The core has refused to start.
    void showProblem(const QString& message);

Q_SIGNALS:
    void startRequested(const plumb::Settings& settings, const QString& name);
    /// The settings are to be shown on the Train page before the start.
    void settingsChosen(const plumb::Settings& settings, const QString& name);

private:
    QWidget* makeForm();
    QWidget* makeActions();
    QWidget* makeTabs();
    QWidget* makeRewardSection();
    QWidget* makeTexts();
    QLabel* addSection(QVBoxLayout* form, const QString& title, QWidget* widget = nullptr);
    /// Where the message about a setting stands that has no FieldRow.
    void addError(QVBoxLayout* form, const std::string& key);
    /// The setting follows the list of files.
    void takeFiles(FileListEdit* edit, std::vector<std::string> Settings::*files);
    void addFields(QVBoxLayout* form, std::initializer_list<const char*> keys);
    void addColumn(QVBoxLayout* form, const char* key);
    void showSettings();
    void showRuns();
    /// Good and bad texts stand in place of the pairs that the algorithm would read.
    void placeTexts();
    void takeField(const Field& field, const QString& text);
    void changed();
    void check();
    void startPreview();
    void predictMemory();

    Settings m_settings;
    std::filesystem::path m_workspace;
    std::map<std::string, QString> m_unreadable;  ///< fields whose text could not be taken
    std::vector<RunRecord> m_runs;
    std::vector<FieldRow*> m_rows, m_algorithmRows;
    std::vector<ColumnRow*> m_columns;
    std::map<std::string, QLabel*> m_errors;
    QLineEdit* m_name;
    FileListEdit *m_trainFiles, *m_evalFiles, *m_pairFiles, *m_goodFiles, *m_badFiles;
    ModelChooser* m_model;
    QLabel *m_algorithmTitle, *m_rewardSummary, *m_rewardProblem;
    QWidget *m_rewardSection, *m_pairSection;
    QWidget *m_texts, *m_textsBesideRows;
    QLabel* m_problem;
    QPushButton *m_start, *m_toTrain;
    TabStack* m_tabs;
    DataPreviewView* m_preview;
    RewardsPanel* m_rewards;
    MemoryCostPanel* m_memory;
    MemoryForecaster* m_forecaster;
    QTimer m_previewTimer;
    std::stop_source m_running;  ///< of the preview that is on its way
};

}  // namespace plumb::ui
