// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/completions_page.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollBar>
#include <QSplitter>
#include <QVBoxLayout>

#include "common/shortcuts.h"
#include "common/text.h"
#include "config/roles.h"
#include "models/completion_list_model.h"
#include "widgets/completion_details.h"
#include "widgets/completion_filter_bar.h"
#include "widgets/completion_table.h"

namespace plumb::ui {
namespace {

/// Steps that come or are dragged through in between make one query.
constexpr int loading_pause_ms = 100;
constexpr int progress_width = 120;

}  // namespace

CompletionsPage::CompletionsPage(SessionBridge& bridge, QWidget* parent)
    : QWidget(parent), m_bridge(bridge), m_pages(bridge) {
    setObjectName("completionsPage");
    m_model = new CompletionListModel(m_pages, this);
    m_filter = new CompletionFilterBar(this);
    m_table = new CompletionTable(true, this);
    m_table->setObjectName("allCompletions");
    m_table->setAccessibleName("Completions of the run");
    m_table->setModel(m_model);
    m_details = new CompletionDetails(bridge, this);
    m_empty = new QLabel(this);
    m_empty->setObjectName("allCompletionsEmpty");
    m_empty->setProperty("role", "muted");
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    auto* list = new QFrame(this);
    list->setProperty("role", "panel");
    auto* listLayout = new QVBoxLayout(list);
    listLayout->setContentsMargins(8, 6, 8, 6);
    listLayout->setSpacing(6);
    m_filter->addBeside(makeStatus());
    listLayout->addWidget(m_filter);
    listLayout->addWidget(m_table, 1);
    listLayout->addWidget(m_empty, 1);
    m_splitter = new QSplitter(Qt::Vertical, this);
    m_splitter->setObjectName("completionsPageSplitter");
    m_splitter->setHandleWidth(6);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(list);
    m_splitter->addWidget(m_details);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 2);
    m_splitter->setSizes({360, 230});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 10, 8);
    layout->addWidget(m_splitter);
    m_loading.setSingleShot(true);
    m_loading.setInterval(loading_pause_ms);
    connectParts();
    addShortcuts();
    clear();
}

QWidget* CompletionsPage::makeStatus() {
    auto* status = new QWidget(this);
    m_count = new QLabel(status);
    m_count->setObjectName("completionCount");
    m_count->setProperty("role", "muted");
    m_progress = new QProgressBar(status);
    m_progress->setObjectName("completionProgress");
    m_progress->setAccessibleName("How much of the run was searched");
    m_progress->setTextVisible(false);
    m_progress->setFixedWidth(progress_width);
    m_stop = new QPushButton("Stop  Esc", status);
    m_stop->setObjectName("stopSearch");
    m_newer = new QPushButton("Show newer  " + keyText("completionsNewer"), status);
    m_newer->setObjectName("newerCompletions");
    m_newer->setToolTip("The run has gone on since the table was read");
    m_all = new QPushButton("All completions", status);
    m_all->setObjectName("clearFilter");
    m_all->setToolTip("Takes search and filters away");
    for (QPushButton* button : {m_stop, m_newer, m_all}) button->setProperty("role", "flat");
    auto* row = new QHBoxLayout(status);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addStretch(1);
    row->addWidget(m_count);
    row->addWidget(m_progress);
    row->addWidget(m_stop);
    row->addWidget(m_newer);
    row->addWidget(m_all);
    return status;
}

void CompletionsPage::connectParts() {
    connect(&m_loading, &QTimer::timeout, this, &CompletionsPage::load);
    connect(m_filter, &CompletionFilterBar::changed, this, [this] {
        m_listKnown = false;
        want();
    });
    connect(m_model, &CompletionListModel::orderRequested, this, &CompletionsPage::changeOrder);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &CompletionsPage::showChosen);
    connect(m_table, &CompletionTable::opened, m_details, &CompletionDetails::openTokens);
    connect(&m_pages, &CompletionPages::pageRead, this, [this] {
        if (std::exchange(m_choosesFirst, false)) m_table->chooseRow(0);
        showChosen();
    });
    connect(&m_pages, &CompletionPages::searchChanged, this, &CompletionsPage::updateStatus);
    connect(&m_pages, &CompletionPages::grown, this, &CompletionsPage::updateStatus);
    connect(&m_pages, &CompletionPages::failed, this, [this](const QString& message) {
        m_table->hide();
        m_empty->show();
        m_empty->setText(message);
    });
    connect(m_stop, &QPushButton::clicked, &m_pages, &CompletionPages::stop);
    connect(m_newer, &QPushButton::clicked, this, [this] {
        m_listKnown = false;
        want();
    });
    connect(m_all, &QPushButton::clicked, m_filter, &CompletionFilterBar::clear);
    connect(m_details, &CompletionDetails::chosen, m_details, &CompletionDetails::show);
    connect(m_details, &CompletionDetails::stepRequested, this, [this](qint64 step) {
        m_choosesFirst = true;
        Q_EMIT stepChosen(step);
        m_filter->clear();
        m_filter->showStepAlone(true);
    });
    connect(m_details, &CompletionDetails::pinRequested, this,
            [this](const QString& prompt, bool pinned) {
                m_bridge.change(
                    this,
                    [text = toStd(prompt), pinned](Session& session) {
                        return pinned ? session.store().pin_prompt(text)
                                      : session.store().unpin_prompt(text);
                    },
                    [this] { readPinned(); });
            });
}

void CompletionsPage::addShortcuts() {
    const auto add = [this](std::string_view id, auto action) {
        addPageShortcut(this, id, action);
    };
    add("completionsSearch", [this] { m_filter->focusSearch(); });
    add("completionsPin", [this] { m_details->togglePin(); });
    add("completionsGroup", [this] { m_details->openGroup(); });
    add("completionsHistory", [this] { m_details->openHistory(); });
    add("completionsNewer", [this] { m_newer->click(); });
    add("completionsBack", [this] { goBack(); });
}

void CompletionsPage::goBack() {
    if (m_pages.isSearching() && m_pages.count() > 0)
        m_pages.stop();
    else if (!m_table->hasFocus() && m_table->isVisible())
        m_table->setFocus();
    else if (!m_filter->isClear())
        m_filter->clear();
}

void CompletionsPage::showRun(const RunDetails& details) {
    const bool same = m_run == details.record.id;
    m_run = details.record.id;
    m_samples = samples_completions(details.settings);
    m_tokenLimit = details.settings.token_data_mb;
    m_newestStep =
        details.completionSteps.empty() ? details.record.step : details.completionSteps.back();
    m_details->setRun(m_run, m_tokenLimit);
    m_factsKnown = false;
    if (same && m_listKnown) {
        m_hasNewer = true;
        if (isAtTop()) m_listKnown = false;
    } else {
        m_listKnown = false;
    }
    if (!same) {
        m_pages.clear();
        m_choosesFirst = true;
        const QSignalBlocker blocker(m_filter);
        m_filter->clear();
    }
    m_filter->setShownStep(shownStep());
    want();
}

void CompletionsPage::clear() {
    m_run.reset();
    m_factsKnown = m_listKnown = m_hasNewer = false;
    m_pages.clear();
    m_details->setRun({}, 0);
    updateStatus();
}

std::optional<std::int64_t> CompletionsPage::shownStep() const {
    return m_run ? std::optional(m_step.value_or(m_newestStep)) : std::nullopt;
}

void CompletionsPage::setShownStep(std::optional<std::int64_t> step) {
    if (m_step == step) return;
    m_step = step;
    m_filter->setShownStep(shownStep());
    if (!m_run || m_filter->showsStepAlone()) return;
    m_jumps = true;
    want();
}

void CompletionsPage::noteStep(std::int64_t step) {
    m_newestStep = std::max(m_newestStep, step);
    if (!m_step) m_filter->setShownStep(shownStep());
    m_hasNewer = true;
    if (isAtTop()) m_listKnown = false;
    updateStatus();
    want();
}

bool CompletionsPage::isAtTop() const {
    // A reader who has gone down the list, or chosen a row further down, is not moved.
    return m_table->verticalScrollBar()->value() == 0 && m_table->currentIndex().row() <= 0;
}

void CompletionsPage::showExtremes(std::int64_t step, const ExtremeSamples& samples) {
    m_step = step;
    m_order = samples.order;
    {
        const QSignalBlocker blocker(m_filter);
        m_filter->clear();
        m_filter->setShownStep(step);
        m_filter->showStepAlone(true);
        m_filter->chooseSource(samples.source);
    }
    m_listKnown = false;
    m_choosesFirst = true;
    want();
}

void CompletionsPage::want() {
    if (isVisible() && m_run && !m_loading.isActive()) m_loading.start();
}

void CompletionsPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    load();
    m_table->setFocus();
}

void CompletionsPage::load() {
    if (!isVisible() || !m_run) return;
    if (!m_factsKnown) {
        m_bridge.query(
            this, [run = *m_run](StoreReader& reader) { return readFacts(reader, run); },
            [this, run = *m_run](const Result<RunFacts>& facts) {
                if (m_run != run) return;
                if (facts.ok()) applyFacts(*facts);
                m_factsKnown = true;
                load();
            });
        return;
    }
    if (!m_listKnown) showList();
    if (m_jumps) jumpToStep();
}

Result<CompletionsPage::RunFacts> CompletionsPage::readFacts(StoreReader& reader, RunId run) {
    RunFacts facts;
    PLUMB_TRY(auto names, reader.reward_parts(run));
    PLUMB_TRY(const auto placed, reader.completion_page(run, {}, {}, {.backward = true}));
    std::vector<CompletionRecord> rows;
    for (const PlacedCompletion& each : placed) rows.push_back(each.record);
    facts.parts = telling_parts(std::move(names), rows);
    facts.hasKl = std::ranges::any_of(rows, [](const auto& row) { return row.kl.has_value(); });
    PLUMB_TRY(facts.pinned, reader.pinned_prompts(run));
    return facts;
}

void CompletionsPage::applyFacts(const RunFacts& facts) {
    using Kind = CompletionColumn::Kind;
    std::vector<CompletionColumn> columns = {{Kind::step}, {Kind::reward}};
    for (const std::string& part : facts.parts) columns.push_back({Kind::part, part});
    columns.push_back({Kind::advantage});
    if (facts.hasKl) columns.push_back({Kind::kl});
    for (const Kind kind : {Kind::length, Kind::end, Kind::prompt, Kind::completion})
        columns.push_back({kind});
    const bool changed = columns != m_model->columns();
    m_model->setColumns(columns);
    if (changed) m_table->fitColumns(columns);
    m_filter->setParts(facts.parts);
    m_filter->setPinned(facts.pinned);
    m_details->setPinned(facts.pinned);
    markOrder();
}

void CompletionsPage::readPinned() {
    if (!m_run) return;
    m_bridge.query(
        this, [run = *m_run](StoreReader& reader) { return reader.pinned_prompts(run); },
        [this](const Result<std::vector<PinnedPrompt>>& pinned) {
            if (!pinned.ok()) return;
            const CompletionFilter before = m_filter->filter();
            m_filter->setPinned(*pinned);
            m_details->setPinned(*pinned);
            if (before.pinned || m_filter->filter() != before) {
                m_listKnown = false;
                want();
            }
        });
}

void CompletionsPage::showList() {
    m_listKnown = true;
    m_hasNewer = false;
    markOrder();
    m_pages.show(*m_run, m_filter->filter(), m_order);
}

void CompletionsPage::changeOrder(const std::optional<CompletionOrder>& order) {
    if (!order || *order == m_order) {
        markOrder();
        return;
    }
    m_order = *order;
    m_listKnown = false;
    want();
}

void CompletionsPage::markOrder() {
    // Where a column cannot be sorted by, the arrow goes back to the one that is.
    const QSignalBlocker blocker(m_table->horizontalHeader());
    m_table->horizontalHeader()->setSortIndicator(
        m_model->columnOf(m_order.number),
        m_order.descending ? Qt::DescendingOrder : Qt::AscendingOrder);
    m_table->horizontalHeader()->viewport()->update();
}

void CompletionsPage::jumpToStep() {
    if (m_jumping) return;
    m_jumps = false;
    const CompletionFilter& shown = m_pages.filter();
    const CompletionOrder& order = m_pages.order();
    const auto step = shownStep();
    if (!step || order.number.value != CompletionValue::step || !shown.search.empty()) return;
    CompletionFilter before = shown;
    if (order.descending)
        before.first_step = std::max(*step + 1, shown.first_step.value_or(0));
    else
        before.last_step = std::min(*step - 1, shown.last_step.value_or(*step));
    m_jumping = true;
    m_bridge.query(
        this,
        [run = *m_run, before](StoreReader& reader) {
            return reader.completion_count(run, before);
        },
        [this](const Result<std::int64_t>& count) {
            m_jumping = false;
            if (count.ok() && *count < m_pages.count())
                m_table->chooseRow(static_cast<int>(*count));
            if (m_jumps) want();
        });
}

void CompletionsPage::showChosen() {
    const QModelIndex index = m_table->currentIndex();
    const CompletionRecord* row = index.isValid() ? m_model->row(index.row()) : nullptr;
    if (!row) return;
    const auto& shown = m_details->completion();
    if (shown && shown->step == row->step && shown->row == row->row) return;
    m_details->show(CompletionRecord(*row));
}

void CompletionsPage::updateStatus() {
    const bool searching = m_pages.isSearching();
    const bool any = m_pages.count() > 0;
    const QString count = QLocale().toString(qlonglong(m_pages.count()));
    const QString noun = m_pages.count() == 1 ? " completion" : " completions";
    m_count->setText(searching              ? count + noun + " so far"
                     : m_pages.wasStopped() ? count + noun + " found before the search was stopped"
                                            : count + noun);
    m_progress->setValue(static_cast<int>(100 * m_pages.progress()));
    m_progress->setVisible(searching);
    m_stop->setVisible(searching);
    m_newer->setVisible(m_run && m_hasNewer && m_listKnown);
    m_all->setVisible(!m_filter->isClear());
    m_table->setVisible(any || searching);
    m_empty->setVisible(!any && !searching);
    m_details->setVisible(any || searching || m_details->completion());
    if (any || searching) return;
    if (!m_run)
        m_empty->setText(
            "No run is shown. Choose one on the left, or start an experiment on the "
            "start page.");
    else if (!m_filter->isClear())
        m_empty->setText("No completion passes the filters.");
    else if (!m_samples)
        m_empty->setText(
            "This algorithm samples nothing while it trains, and its run has no "
            "completions. Runs of GRPO, RLOO, PPO and online DPO have.");
    else
        m_empty->setText("The first completions appear with the first step.");
}

}  // namespace plumb::ui
