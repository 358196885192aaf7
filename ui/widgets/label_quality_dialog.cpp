// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/label_quality_dialog.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <QAbstractTextDocumentLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QInputDialog>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QTextEdit>
#include <QVBoxLayout>

#include "base/strings.h"
#include "bridge/label_quality.h"
#include "bridge/session_bridge.h"
#include "common/text.h"
#include "models/text_table_model.h"
#include "session/label_requeue.h"
#include "widgets/job_progress.h"
#include "widgets/tab_stack.h"

namespace plumb::ui {
namespace {

constexpr int dialog_width = 900, dialog_height = 600, row_height = 24, sentences_margin = 10,
              most_sentences_height = 240;

}  // namespace

LabelQualityDialog::LabelQualityDialog(SessionBridge& bridge, QWidget* parent)
    : QDialog(parent), m_bridge(bridge), m_quality(new LabelQuality(bridge, this)) {
    setObjectName("labelQualityDialog");
    resize(dialog_width, dialog_height);
    m_problem = new QLabel(this);
    m_problem->setObjectName("labelQualityProblem");
    m_problem->setProperty("role", "error");
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    m_problem->hide();
    m_tabs = new TabStack(this);
    m_agreementTab = makeAgreement();
    m_disagreementTab =
        makeList(m_disagreements, "labelDisagreements", {"item", "what annotators said"}, {0},
                 "Items on which annotators differ. A and B are the answers, wherever they stood.",
                 m_disagreementItems);
    m_outlierTab =
        makeList(m_outliers, "labelOutliers", {"item", "annotator", "seconds", "usually", "choice"},
                 {0, 2, 3},
                 "Verdicts that took far less or far more time than the annotator's others: given "
                 "without reading, or during a break.",
                 m_outlierItems);
    m_tabs->addTab("labelAgreementTab", "Agreement", m_agreementTab);
    m_tabs->addTab("labelDisagreementTab", "Disagreements", m_disagreementTab);
    m_tabs->addTab("labelOutlierTab", "Times", m_outlierTab);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_tabs, 1);
    layout->addWidget(m_problem);
    layout->addWidget(makeButtons());
    connect(m_quality, &LabelQuality::computed, this, &LabelQualityDialog::showReport);
    connect(m_quality, &LabelQuality::failed, this, [this](const QString& message) {
        m_progress->end();
        tell(message);
    });
    connect(m_progress, &JobProgress::stopped, this, [this] {
        m_quality->stop();
        m_progress->end();
    });
}

LabelQualityDialog::~LabelQualityDialog() = default;

LabelQualityDialog::Table LabelQualityDialog::addTable(const char* name, const QStringList& titles,
                                                       const std::set<int>& numbers, int stretched,
                                                       QWidget* parent) {
    auto* view = new QTableView(parent);
    auto* model = new TextTableModel(titles, numbers, view);
    view->setObjectName(name);
    view->setModel(model);
    view->setSelectionBehavior(QAbstractItemView::SelectRows);
    view->setSelectionMode(QAbstractItemView::SingleSelection);
    view->setShowGrid(false);
    view->setWordWrap(false);
    view->setTabKeyNavigation(false);
    view->verticalHeader()->hide();
    view->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    view->verticalHeader()->setDefaultSectionSize(row_height);
    view->horizontalHeader()->setHighlightSections(false);
    view->horizontalHeader()->setSectionResizeMode(stretched, QHeaderView::Stretch);
    return {view, model};
}

QWidget* LabelQualityDialog::makeAgreement() {
    auto* page = new QWidget(this);
    m_sentences = new QTextEdit(page);
    m_sentences->setObjectName("labelSentences");
    m_sentences->setAccessibleName("What the numbers mean");
    m_sentences->setReadOnly(true);
    m_sentences->setFrameShape(QFrame::NoFrame);
    // As high as its text, so that the tables have the rest.
    connect(m_sentences->document()->documentLayout(),
            &QAbstractTextDocumentLayout::documentSizeChanged, m_sentences,
            [text = m_sentences](const QSizeF& size) {
                const int high = static_cast<int>(std::ceil(size.height())) + sentences_margin;
                text->setFixedHeight(std::min(high, most_sentences_height));
            });
    m_annotators = addTable("labelAnnotators",
                            {"annotator", "verdicts", "median", "agrees with itself",
                             "chose the left", "p", "odd times"},
                            {1, 2, 5, 6}, 0, page);
    m_pairs = addTable("labelPairs", {"annotators", "Cohen's kappa", "items", "what it means"}, {2},
                       3, page);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->addWidget(m_sentences);
    layout->addWidget(m_annotators.view, 3);
    layout->addWidget(m_pairs.view, 2);
    return page;
}

QWidget* LabelQualityDialog::makeList(Table& table, const char* name, const QStringList& titles,
                                      const std::set<int>& numbers, const QString& about,
                                      std::vector<LabelItemId>& items) {
    auto* page = new QWidget(this);
    auto* label = new QLabel(about, page);
    label->setProperty("role", "muted");
    label->setWordWrap(true);
    table = addTable(name, titles, numbers, 1, page);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->addWidget(label);
    layout->addWidget(table.view, 1);
    QTableView* view = table.view;
    connect(view, &QTableView::activated, this, [this, view, &items] { choose(*view, items); });
    return page;
}

QWidget* LabelQualityDialog::makeButtons() {
    auto* row = new QWidget(this);
    m_progress = new JobProgress("labelQualityProgress", row);
    m_requeue = new QPushButton("Label these again...", row);
    m_requeue->setObjectName("labelRequeue");
    m_requeue->setToolTip("A new queue of the items on which annotators differ, to be judged anew");
    m_show = new QPushButton("Show  Return", row);
    m_show->setObjectName("labelQualityShow");
    m_show->setToolTip("The chosen item on the page");
    auto* close = new QPushButton("Close  Esc", row);
    close->setObjectName("labelQualityClose");
    for (QPushButton* button : {m_requeue, m_show, close}) button->setAutoDefault(false);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_progress, 1);
    layout->addStretch();
    layout->addWidget(m_requeue);
    layout->addWidget(m_show);
    layout->addWidget(close);
    const auto update = [this] {
        m_requeue->setVisible(m_tabs->current() == m_disagreementTab);
        m_show->setVisible(m_tabs->current() != m_agreementTab);
    };
    update();
    connect(m_tabs, &TabStack::currentChanged, this, update);
    connect(m_requeue, &QPushButton::clicked, this, &LabelQualityDialog::askForName);
    connect(m_show, &QPushButton::clicked, this, [this] {
        if (m_tabs->current() == m_disagreementTab)
            choose(*m_disagreements.view, m_disagreementItems);
        else
            choose(*m_outliers.view, m_outlierItems);
    });
    connect(close, &QPushButton::clicked, this, &QDialog::close);
    return row;
}

void LabelQualityDialog::showQueue(const LabelQueue& queue, const std::vector<LabelQueue>& all) {
    const bool other = queue.id != m_queue.id;
    m_queue = queue;
    m_names.clear();
    for (const LabelQueue& one : all) m_names.push_back(one.name);
    setWindowTitle("Quality of the verdicts in " + toQString(queue.name));
    show();
    raise();
    activateWindow();
    if (other) m_tabs->setCurrent(m_agreementTab);
    if (other || m_stale || !m_quality->report()) compute();
}

void LabelQualityDialog::compute() {
    m_stale = false;
    tell({});
    m_sentences->setPlainText("Reading the verdicts ...");
    m_requeue->setEnabled(false);
    m_quality->setJob(m_progress->begin(JobProgress::Unit::none, "Computing the intervals"));
    m_quality->compute(m_queue.id);
}

void LabelQualityDialog::choose(const QTableView& view, const std::vector<LabelItemId>& items) {
    const int row = view.currentIndex().row();
    if (row < 0 || row >= static_cast<int>(items.size())) return;
    Q_EMIT itemChosen(items[static_cast<std::size_t>(row)]);
    hide();
}

void LabelQualityDialog::askForName() {
    const QString base = toQString(m_queue.name) + ", again";
    QString name = base;
    for (int number = 2; std::ranges::find(m_names, toStd(name)) != m_names.end(); ++number)
        name = QString("%1 %2").arg(base).arg(number);
    auto* dialog = new QInputDialog(this);
    dialog->setObjectName("labelRequeueName");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle("Label these again");
    dialog->setLabelText("Name of the new queue:");
    dialog->setTextValue(name);
    connect(dialog, &QInputDialog::textValueSelected, this, &LabelQualityDialog::requeue);
    dialog->open();
}

void LabelQualityDialog::requeue(const QString& name) {
    m_requeue->setEnabled(false);
    m_bridge.write(
        this,
        [queue = m_queue.id, name = toStd(name)](Store& store) -> Result<LabelImport> {
            PLUMB_TRY(auto reader, StoreReader::open(store.folder()));
            return requeue_disagreements(store, *reader, queue, name);
        },
        [this](const Result<LabelImport>& made) {
            m_requeue->setEnabled(true);
            if (!made.ok()) return tell(toQString(made.error().message));
            Q_EMIT queued(made->queue);
            hide();
        });
}

void LabelQualityDialog::tell(const QString& problem) {
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
}

}  // namespace plumb::ui
