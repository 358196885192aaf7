// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <vector>

#include <QWidget>

#include "analysis/extreme_samples.h"
#include "bridge/log_feed.h"
#include "bridge/run_feed.h"

class QLabel;
class QPushButton;
class QLineEdit;
class QSplitter;
class QStackedWidget;

namespace plumb::ui {

class ChartBar;
class ChartGrid;
class CompletionsPanel;
class DiagnosesPanel;
class ElidedLabel;
class LogPanel;
class MemoryCostPanel;
class OverlayStrip;
class RewardsPanel;
class TabStack;

/// The charts of a run over its completions, its log, its rewards, its memory and its cost.
class TrainPage : public QWidget {
    Q_OBJECT

public:
    explicit TrainPage(QWidget* parent = nullptr);

    /// A run that is not started yet: its name can be edited.
    void showDraft(const Settings& settings, const QString& name);
    QString draftName() const;
    /// What depends on the draft's settings follows them.
    void updateDraft(const Settings& settings);
    /// folder: the run's.
    void showRun(const RunDetails& details, const std::filesystem::path& folder, bool active);
    /// The name and the note of the run that is shown.
    void showNames(const RunRecord& run);
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
    void showDiagnoses();
    void showMemory();
    /// The keyboard goes to the first chart.
    void focusCharts();
    /// Where the algorithm takes rewards.
    void showRewards();
    /// The charts show the whole run again.
    void followCharts();

    ChartGrid& charts() const { return *m_charts; }
    OverlayStrip& overlays() const { return *m_overlays; }
    DiagnosesPanel& diagnoses() const { return *m_diagnoses; }
    void setDiagnosisCount(int count);
    QSplitter* splitter() const { return m_splitter; }
    RewardsPanel& rewards() const { return *m_rewards; }
    MemoryCostPanel& memory() const { return *m_memory; }

Q_SIGNALS:
    void stepChosen(qint64 step);
    /// The completions that made a point of a curve are to be seen.
    void samplesRequested(qint64 step, const plumb::ExtremeSamples& samples);
    void problem(const QString& message);
    void noteRequested();

private:
    void loadLog(const QString& file);

    QLineEdit* m_name;
    QLabel* m_title;
    ElidedLabel* m_state;
    QPushButton* m_note;
    QSplitter* m_splitter;
    ChartGrid* m_charts;
    ChartBar* m_chartBar;
    OverlayStrip* m_overlays;
    std::optional<RunId> m_chartsRun;  ///< whose charts are arranged
    CompletionsPanel* m_completions;
    DiagnosesPanel* m_diagnoses;
    LogPanel *m_liveLog, *m_runLog;
    RewardsPanel* m_rewards;
    MemoryCostPanel* m_memory;
    QStackedWidget* m_logs;
    QWidget* m_logFrame;
    TabStack* m_tabs;
    std::map<QWidget*, QList<int>> m_sizes;  ///< of the splitter while a tab was shown
    bool m_sampling = true;                  ///< whether this kind of run has completions
};

}  // namespace plumb::ui
