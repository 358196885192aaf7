// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <QTimer>
#include <QWidget>

#include "analysis/extreme_samples.h"
#include "bridge/completion_pages.h"
#include "bridge/run_feed.h"

class QLabel;
class QProgressBar;
class QPushButton;
class QSplitter;

namespace plumb::ui {

class CompletionDetails;
class CompletionFilterBar;
class CompletionListModel;
class CompletionTable;

/// Every completion of a run: a table over all its steps, filtered, searched and put in order by
/// the database, above the tokens, the group and the history of the chosen one. Nothing is read
/// while the page is hidden.
class CompletionsPage : public QWidget {
    Q_OBJECT

public:
    explicit CompletionsPage(SessionBridge& bridge, QWidget* parent = nullptr);

    /// The same run again keeps filter and order.
    void showRun(const RunDetails& details);
    void clear();
    /// The step that the window shows; nothing: the newest.
    void setShownStep(std::optional<std::int64_t> step);
    /// The run has stored the completions of another step.
    void noteStep(std::int64_t step);
    /// The completions of a step, the most extreme first.
    void showExtremes(std::int64_t step, const ExtremeSamples& samples);

    QSplitter* splitter() const { return m_splitter; }

Q_SIGNALS:
    /// The window is to show another step.
    void stepChosen(qint64 step);

protected:
    void showEvent(QShowEvent* event) override;

private:
    struct RunFacts {
        std::vector<std::string> parts;
        bool hasKl = false;
        std::vector<PinnedPrompt> pinned;
    };

    static Result<RunFacts> readFacts(StoreReader& reader, RunId run);
    QWidget* makeStatus();
    void connectParts();
    void addShortcuts();
    /// Reads again what has changed, soon, and only while the page is shown.
    void want();
    void load();
    void showList();
    void readPinned();
    void applyFacts(const RunFacts& facts);
    void changeOrder(const std::optional<CompletionOrder>& order);
    void markOrder();
    void jumpToStep();
    void showChosen();
    void updateStatus();
    void goBack();
    std::optional<std::int64_t> shownStep() const;
    bool isAtTop() const;

    SessionBridge& m_bridge;
    CompletionPages m_pages;
    std::optional<RunId> m_run;
    bool m_samples = true;  ///< whether this kind of run has completions
    std::optional<std::int64_t> m_step;
    std::int64_t m_newestStep = 0;
    std::int64_t m_tokenLimit = 0;
    CompletionOrder m_order{{CompletionValue::step}, true};
    bool m_factsKnown = false, m_listKnown = false, m_hasNewer = false;
    bool m_choosesFirst = false;  ///< once it is there
    bool m_jumps = false, m_jumping = false;
    QTimer m_loading;

    CompletionListModel* m_model;
    CompletionFilterBar* m_filter;
    CompletionTable* m_table;
    CompletionDetails* m_details;
    QSplitter* m_splitter;
    QLabel *m_count, *m_empty;
    QProgressBar* m_progress;
    QPushButton *m_stop, *m_newer, *m_all;
};

}  // namespace plumb::ui
