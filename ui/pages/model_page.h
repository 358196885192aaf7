// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <vector>

#include <QWidget>

#include "session/model_info.h"
#include "store/records.h"

class QLabel;
class QLineEdit;
class QPushButton;
class QStackedWidget;

namespace plumb::ui {

class ModelFacts;
class ModelTexts;

/// Opens the folder of a model, or a run's checkpoint, and tells what it holds without loading it;
/// from here a run starts from it, or the playground talks to it.
class ModelPage : public QWidget {
    Q_OBJECT

public:
    explicit ModelPage(QWidget* parent = nullptr);
    ~ModelPage() override;

    /// Where names of runs are looked up.
    void setWorkspace(const std::filesystem::path& folder) { m_workspace = folder; }
    void setRuns(const std::vector<RunRecord>& runs) { m_runs = runs; }
    /// A folder, or RUN[@STEP|@best|@start]. What was asked for before is not shown any more.
    void openModel(const QString& model);
    void chooseFolder();
    void focusFolder();

Q_SIGNALS:
    /// A new run is to start from it. score: it is a reward or value model.
    void trainRequested(const QString& model, bool score);
    void talkRequested(const QString& model);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    QWidget* makeHead();
    QWidget* makeEmpty();
    QWidget* makeError();
    QWidget* makeDetails();
    void showRecent();
    void showInfo(const Result<ModelInfo>& info);
    void setOpened(bool opened);

    std::filesystem::path m_workspace;
    std::vector<RunRecord> m_runs;
    QLineEdit* m_folder;
    QPushButton *m_recent, *m_talk, *m_train;
    QStackedWidget* m_stack;
    QWidget *m_empty, *m_busy, *m_failed, *m_details;
    QLabel *m_busyText, *m_error;
    ModelFacts* m_facts;
    ModelTexts* m_texts;
    QString m_model;  ///< as it was asked for
    bool m_score = false;
    std::stop_source m_running;  ///< of the folder that is being looked at
};

}  // namespace plumb::ui
