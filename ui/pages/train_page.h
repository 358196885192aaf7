// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <QWidget>

#include "bridge/log_feed.h"
#include "bridge/run_feed.h"

class QButtonGroup;
class QLabel;
class QLineEdit;
class QPushButton;
class QSplitter;
class QStackedWidget;

namespace plumb::ui {

class ChartGrid;
class CompletionsPanel;
class DiagnosesPanel;
class LogPanel;

/// The charts of a run over its completions and its log.
class TrainPage : public QWidget {
    Q_OBJECT

public:
    explicit TrainPage(QWidget* parent = nullptr);

    /// A run that is not started yet: its name can be edited.
    void showDraft(const Settings& settings, const QString& name);
    QString draftName() const;
    void showRun(const RunDetails& details, const QString& logFile, bool active);
    void setState(const QString& text);
    void clear();

    void append(std::int64_t step, const Metrics& metrics);
    void setMarks(const std::vector<EditRecord>& edits,
                  const std::vector<CheckpointRecord>& checkpoints);
    void showCompletions(std::int64_t step, const std::vector<CompletionRecord>& rows, bool live);
    /// Where crosshair and completions are; nothing: the newest step.
    void setShownStep(std::optional<std::int64_t> step);
    void addLogLine(const LogLine& line);
    void toggleLog();
    /// The charts show the whole run again.
    void followCharts();

    DiagnosesPanel& diagnoses() const { return *m_diagnoses; }
    void setDiagnosisCount(int count);
    QSplitter* splitter() const { return m_splitter; }

Q_SIGNALS:
    void stepChosen(qint64 step);
    void problem(const QString& message);

private:
    void loadLog(const QString& file);

    QLineEdit* m_name;
    QLabel *m_title, *m_state;
    QPushButton* m_follow;
    QSplitter* m_splitter;
    ChartGrid* m_charts;
    CompletionsPanel* m_completions;
    DiagnosesPanel* m_diagnoses;
    LogPanel *m_liveLog, *m_runLog;
    QStackedWidget *m_bottom, *m_logs;
    QButtonGroup* m_tabs;
    bool m_sampling = true;  ///< whether this kind of run has completions
};

}  // namespace plumb::ui
