// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/label_page.h"

#include <algorithm>

#include <QComboBox>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>

#include "base/strings.h"
#include "bridge/label_feed.h"
#include "bridge/session_bridge.h"
#include "common/text.h"
#include "session/label_files.h"
#include "widgets/label_order_dialog.h"
#include "widgets/label_text.h"
#include "widgets/new_queue_dialog.h"

namespace plumb::ui {
namespace {

QString count(std::int64_t number, const QString& what) {
    return QString("%1 %2%3").arg(number).arg(what, number == 1 ? "" : "s");
}

}  // namespace

void LabelPage::refresh() { m_feed->readQueues(); }

void LabelPage::setRun(std::optional<RunId> run) { m_run = run; }

bool LabelPage::canWrite() const { return m_bridge.isOpen() && !m_bridge.isReadOnly(); }

void LabelPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (!event->spontaneous()) refresh();
}

void LabelPage::showQueues(const std::vector<LabelQueue>& queues) {
    const LabelQueueId before = m_wanted != 0 ? m_wanted : m_queue->currentData().toLongLong();
    m_queues = queues;
    const bool same = m_wanted == 0 && m_queue->count() == static_cast<int>(queues.size());
    m_wanted = 0;
    if (same && m_feed->items() > 0) return;
    m_queue->clear();
    for (const LabelQueue& queue : queues)
        m_queue->addItem(toQString(queue.name), QVariant::fromValue<qlonglong>(queue.id));
    const int place = m_queue->findData(QVariant::fromValue<qlonglong>(before));
    if (!queues.empty()) m_queue->setCurrentIndex(place >= 0 ? place : m_queue->count() - 1);
    openChosen();
}

void LabelPage::openChosen() {
    const auto id = m_queue->currentData().toLongLong();
    const auto queue = std::ranges::find(m_queues, id, &LabelQueue::id);
    const QString annotator = m_annotator->text().trimmed();
    if (queue == m_queues.end() || annotator.isEmpty() || !canWrite())
        m_feed->close();
    else
        m_feed->open(*queue, annotator);
    if (!isVisible()) return;
    if (annotator.isEmpty() && !m_queues.empty())
        m_annotator->setFocus();
    else
        setFocus();
}

void LabelPage::showItem() {
    const LabelItem* item = m_feed->current();
    const bool any = m_feed->items() > 0;
    m_item->setVisible(item);
    m_actions->setVisible(item || m_feed->canUndo());
    m_empty->setVisible(!item);
    m_queue->setVisible(!m_queues.empty());
    m_export->setEnabled(any);
    m_import->setEnabled(canWrite());
    m_newQueue->setEnabled(canWrite());
    m_order->setEnabled(canWrite() && !m_queues.empty());
    m_progress->setVisible(any);
    m_progress->setRange(0, static_cast<int>(std::max<std::int64_t>(m_feed->total(), 1)));
    m_progress->setValue(static_cast<int>(m_feed->judged()));
    m_undo->setEnabled(m_feed->canUndo());
    for (QPushButton* button : {m_chooseLeft, m_chooseRight, m_tie, m_bothBad, m_skip})
        button->setEnabled(item);
    setStrength(0);
    m_note->clear();
    QString pace = any ? count(m_feed->judged(), "verdict") : QString();
    if (const auto seconds = m_feed->pace(); seconds && *seconds > 0) {
        const double left = *seconds * static_cast<double>(m_feed->total() - m_feed->judged());
        pace += QString(" \u00B7 %1 an hour \u00B7 %2 left")
                    .arg(qRound(3600 / *seconds))
                    .arg(toQString(format_duration(left)));
    }
    m_pace->setText(pace);
    if (!item) {
        m_where->clear();
        m_empty->setText(
            !canWrite() ? "The workspace is open for reading only; nothing can be judged."
            : m_queues.empty()
                ? "There is nothing to judge yet. Import a JSONL file of answers, or make a queue "
                  "of a run's samples, or of what two models answer."
            : m_annotator->text().trimmed().isEmpty()
                ? "Enter your name above: verdicts are kept with it."
            : m_feed->isReading()
                ? "Reading the queue ..."
                : "Everything in this queue is judged. Export the verdicts, or choose another "
                  "queue.");
        return;
    }
    const bool two = item->answer_b.has_value();
    // Not the item's place, which would tell that it was there before.
    m_where->setText(QString("%1 of %2").arg(m_feed->judged() + 1).arg(m_feed->total()));
    m_where->setToolTip("Where the answers come from is hidden, and their order is random.");
    showLabelText(*m_prompt, item->prompt, item->prompt_is_chat);
    const bool aLeft = m_feed->aIsLeft() || !two;
    const std::string other = item->answer_b.value_or("");
    showLabelText(*m_left, aLeft ? item->answer_a : other, item->answers_are_chat);
    showLabelText(*m_right, aLeft ? other : item->answer_a, item->answers_are_chat);
    m_right->parentWidget()->setVisible(two);
    m_chooseLeft->setText(two ? "Left  \u2190" : "Good  \u2190");
    m_chooseRight->setText(two ? "Right  \u2192" : "Bad  \u2192");
    m_tie->setVisible(two);
    m_bothBad->setVisible(two);
}

void LabelPage::judge(Choice choice) {
    m_feed->judge(choice, m_strength, m_note->text().trimmed());
}

void LabelPage::judgeSide(bool left) {
    const LabelItem* item = m_feed->current();
    if (!item) return;
    if (!item->answer_b) return judge(left ? Choice::good : Choice::bad);
    judge(left == m_feed->aIsLeft() ? Choice::a : Choice::b);
}

void LabelPage::setStrength(int strength) {
    m_strength.reset();
    if (strength > 0) m_strength = strength;
    m_strengthLabel->setText(strength > 0 ? QString("strength %1").arg(strength) : QString());
}

void LabelPage::importFile(const QString& file) {
    LabelFileToImport from;
    from.file = toStd(file);
    from.queue = toStd(QFileInfo(file).completeBaseName());
    m_import->setEnabled(false);
    m_bridge.write(
        this, [from](Store& store) { return import_label_file(store, from); },
        [this](const Result<LabelFileReport>& done) {
            m_import->setEnabled(true);
            if (!done.ok()) {
                Q_EMIT problem(toQString(done.error().message));
                return;
            }
            QString text = count(done->done.items, "item") + " imported";
            if (const auto twice = static_cast<std::int64_t>(done->duplicate_lines.size()))
                text += ", " + count(twice, "row") + " that the file has twice left out";
            if (done->bad_rows > 0)
                text += ", " + count(done->bad_rows, "row") +
                        " that cannot be used: " + toQString(done->problems.front());
            Q_EMIT told(text + ".");
            m_wanted = done->done.queue;
            refresh();
        });
}

void LabelPage::exportTo(const QString& file) {
    LabelsToExport what;
    what.queue = m_queue->currentData().toLongLong();
    what.file = toStd(file);
    what.provenance = true;
    m_bridge.query(
        this, [what](StoreReader& reader) { return export_labels(reader, what); },
        [this, file](const Result<LabelExportReport>& done) {
            if (!done.ok()) {
                Q_EMIT problem(toQString(done.error().message));
                return;
            }
            Q_EMIT told(QString("%1: %2. %3 left out: %4 without a verdict, %5 undecided, %6, "
                                "%7 of two bad answers.")
                            .arg(QFileInfo(file).fileName(), count(done->rows, "preference pair"))
                            .arg(done->unjudged + done->undecided + done->ties + done->both_bad)
                            .arg(done->unjudged)
                            .arg(done->undecided)
                            .arg(count(done->ties, "tie"))
                            .arg(done->both_bad));
        });
}

void LabelPage::makeQueue() { openDialog(new NewQueueDialog(m_bridge, m_run, this)); }

void LabelPage::orderQueue() {
    const auto id = m_queue->currentData().toLongLong();
    const auto queue = std::ranges::find(m_queues, id, &LabelQueue::id);
    if (queue != m_queues.end()) openDialog(new LabelOrderDialog(m_bridge, *queue, this));
}

void LabelPage::openDialog(LabelQueueDialog* dialog) {
    connect(dialog, &LabelQueueDialog::queueDone, this,
            [this](LabelQueueId queue, const QString& note) {
                if (!note.isEmpty()) Q_EMIT told(note);
                m_wanted = queue;
                refresh();
            });
    dialog->open();
}

}  // namespace plumb::ui
