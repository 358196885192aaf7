// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/verdict_panel.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

#include "bridge/session_bridge.h"
#include "common/shortcuts.h"
#include "common/text.h"
#include "models/verdict_list_model.h"

namespace plumb::ui {
namespace {

constexpr int row_height = 24, item_width = 56, choice_width = 88, strength_width = 78,
              time_width = 62, search_delay_ms = 250;

bool moves(int key) {
    return key == Qt::Key_Up || key == Qt::Key_Down || key == Qt::Key_PageUp ||
           key == Qt::Key_PageDown || key == Qt::Key_Home || key == Qt::Key_End;
}

}  // namespace

VerdictTable::VerdictTable(QWidget* parent) : QTableView(parent) {
    setObjectName("labelVerdictTable");
    setAccessibleName("Earlier verdicts");
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setHorizontalScrollMode(ScrollPerPixel);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(row_height);
    horizontalHeader()->setHighlightSections(false);
    connect(this, &QTableView::clicked, this,
            [this](const QModelIndex& index) { Q_EMIT chosen(index.row()); });
}

bool VerdictTable::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->modifiers() == Qt::NoModifier && moves(key->key())) event->accept();
    }
    return QTableView::event(event);
}

void VerdictTable::keyPressEvent(QKeyEvent* event) {
    const int before = currentIndex().row();
    QTableView::keyPressEvent(event);
    const bool asked = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    const int now = currentIndex().row();
    if (now >= 0 && (asked || (moves(event->key()) && now != before))) Q_EMIT chosen(now);
}

VerdictPanel::VerdictPanel(SessionBridge& bridge, QWidget* parent)
    : QFrame(parent), m_model(new VerdictListModel(bridge, this)) {
    setObjectName("labelVerdictPanel");
    setProperty("role", "panel");
    auto* title = new QLabel("EARLIER VERDICTS", this);
    title->setProperty("role", "section");
    m_count = new QLabel(this);
    m_count->setObjectName("labelVerdictCount");
    m_count->setProperty("role", "small");
    m_choice = new QComboBox(this);
    m_choice->setObjectName("labelVerdictChoice");
    m_choice->setAccessibleName("Choice");
    m_choice->addItem("All choices");
    for (const SeenChoice choice :
         {SeenChoice::left, SeenChoice::right, SeenChoice::tie, SeenChoice::both_bad,
          SeenChoice::skip, SeenChoice::good, SeenChoice::bad})
        m_choice->addItem(seenChoiceText(choice), static_cast<int>(choice));
    m_search = new QLineEdit(this);
    m_search->setObjectName("labelVerdictSearch");
    m_search->setAccessibleName("Search notes and texts");
    m_search->setPlaceholderText("Notes, texts  " + keyText("labelSearch"));
    m_search->setClearButtonEnabled(true);
    m_table = new VerdictTable(this);
    m_table->setModel(m_model);
    auto* head = new QHBoxLayout;
    head->addWidget(title);
    head->addStretch();
    head->addWidget(m_count);
    auto* filters = new QHBoxLayout;
    filters->setSpacing(6);
    filters->addWidget(m_choice);
    filters->addWidget(m_search, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 10, 8, 8);
    layout->setSpacing(6);
    layout->addLayout(head);
    layout->addLayout(filters);
    layout->addWidget(m_table, 1);
    auto* header = m_table->horizontalHeader();
    m_table->setColumnWidth(VerdictListModel::Item, item_width);
    m_table->setColumnWidth(VerdictListModel::ChoiceColumn, choice_width);
    m_table->setColumnWidth(VerdictListModel::Strength, strength_width);
    m_table->setColumnWidth(VerdictListModel::Time, time_width);
    header->setSectionResizeMode(VerdictListModel::Note, QHeaderView::Stretch);
    m_delay.setSingleShot(true);
    m_delay.setInterval(search_delay_ms);
    connect(&m_delay, &QTimer::timeout, this, &VerdictPanel::read);
    connect(m_search, &QLineEdit::textChanged, this, [this] { m_delay.start(); });
    connect(m_search, &QLineEdit::returnPressed, this, [this] {
        read();
        focusTable();
    });
    connect(m_choice, &QComboBox::activated, this, &VerdictPanel::read);
    connect(m_table, &VerdictTable::chosen, this, [this](int row) {
        if (const PlacedVerdict* verdict = m_model->row(row)) Q_EMIT chosen(*verdict);
    });
    connect(m_model, &VerdictListModel::pageRead, this, [this] {
        tellCount();
        chooseFirst();
    });
    connect(m_model, &VerdictListModel::failed, this, &VerdictPanel::failed);
}

void VerdictPanel::show(LabelQueueId queue, const std::string& annotator) {
    m_queue = queue;
    m_annotator = annotator;
    read();
}

void VerdictPanel::read() {
    m_delay.stop();
    m_stale = !isVisible();
    if (m_queue == 0)
        m_model->clear();
    else if (!m_stale) {
        VerdictFilter filter{.queue = m_queue, .annotator = m_annotator};
        if (m_choice->currentIndex() > 0)
            filter.choice = static_cast<SeenChoice>(m_choice->currentData().toInt());
        filter.search = toStd(m_search->text().trimmed());
        m_model->show(filter);
    }
    tellCount();
}

void VerdictPanel::showEvent(QShowEvent* event) {
    QFrame::showEvent(event);
    if (m_stale) read();
}

void VerdictPanel::refreshItem(LabelItemId item) {
    if (m_queue == 0) return;
    if (isVisible())
        m_model->refreshItem(item);
    else
        m_stale = true;
}

void VerdictPanel::tellCount() {
    const int rows = m_model->rowCount();
    const bool more = m_model->canFetchMore({});
    m_count->setText(m_model->isReading() ? "reading ..."
                     : rows == 0          ? "none"
                                          : QString("%1%2").arg(rows).arg(more ? " and more" : ""));
}

void VerdictPanel::focusTable() {
    m_table->setFocus(Qt::ShortcutFocusReason);
    m_wantsFirst = !m_table->currentIndex().isValid();
    chooseFirst();
}

void VerdictPanel::chooseFirst() {
    if (!m_wantsFirst || m_model->rowCount() == 0) return;
    m_wantsFirst = false;
    m_table->setCurrentIndex(m_model->index(0, 0));
    Q_EMIT m_table->chosen(0);
}

void VerdictPanel::focusSearch() {
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

bool VerdictPanel::tableHasFocus() const { return m_table->hasFocus(); }

void VerdictPanel::unchoose() {
    m_wantsFirst = false;
    m_table->setCurrentIndex({});
    m_table->clearSelection();
}

}  // namespace plumb::ui
