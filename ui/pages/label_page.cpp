// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/label_page.h"

#include <algorithm>

#include <QApplication>
#include <QComboBox>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSettings>
#include <QShowEvent>
#include <QStyle>

#include "base/strings.h"
#include "bridge/label_feed.h"
#include "bridge/session_bridge.h"
#include "common/dropped_files.h"
#include "common/shortcuts.h"
#include "common/text.h"
#include "models/verdict_list_model.h"
#include "pages/label_settings.h"
#include "widgets/label_export_dialog.h"
#include "widgets/label_import_dialog.h"
#include "widgets/label_item_view.h"
#include "widgets/label_order_dialog.h"
#include "widgets/label_quality_dialog.h"
#include "widgets/label_text.h"
#include "widgets/label_training_dialog.h"
#include "widgets/new_queue_dialog.h"
#include "widgets/verdict_panel.h"

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

void LabelPage::dragEnterEvent(QDragEnterEvent* event) {
    if (canWrite() && !droppedFiles(event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void LabelPage::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    importFile()->setFile(droppedFiles(event->mimeData()).front());
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
    m_verdicts->show(m_feed->queue().id, m_feed->annotator());
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
    m_verdicts->setVisible(any && m_showVerdicts->isChecked());
    m_views->setVisible(any);
    m_actions->setVisible(item || m_feed->canUndo());
    m_empty->setVisible(!item);
    m_queue->setVisible(!m_queues.empty());
    for (QPushButton* button : {m_export, m_showQuality}) button->setEnabled(!m_queues.empty());
    m_train->setEnabled(!m_queues.empty() && canWrite());
    m_import->setEnabled(canWrite());
    m_newQueue->setEnabled(canWrite());
    m_order->setEnabled(canWrite() && !m_queues.empty());
    m_progress->setVisible(any);
    m_progress->setRange(0, static_cast<int>(std::max<std::int64_t>(m_feed->total(), 1)));
    m_progress->setValue(static_cast<int>(m_feed->judged()));
    m_undo->setEnabled(m_feed->canUndo());
    for (QPushButton* button : {m_chooseLeft, m_chooseRight, m_tie, m_bothBad, m_skip})
        button->setEnabled(item);
    const Verdict* earlier = m_feed->earlier();
    setStrength(earlier ? static_cast<int>(earlier->strength.value_or(0)) : 0);
    m_note->setText(earlier ? toQString(earlier->note) : QString());
    if (!m_feed->isAside()) {
        // Down is a tie here, and leads on in the list.
        if (m_verdicts->tableHasFocus()) setFocus();
        m_verdicts->unchoose();
        m_named = false;
    }
    tellPlace();
    tellPace();
    if (!item) {
        m_empty->setText(emptyText());
        return;
    }
    const bool two = item->answer_b.has_value();
    m_title->setText(two ? "Which answer is better?" : "Is the answer good?");
    m_item->show(*item, m_feed->aIsLeft(), earlier, m_named);
    m_chooseLeft->setText(two ? "Left  \u2190" : "Good  \u2190");
    m_chooseRight->setText(two ? "Right  \u2192" : "Bad  \u2192");
    m_tie->setVisible(two);
    m_bothBad->setVisible(two);
    m_differences->setEnabled(two);
    markChoice(earlier);
}

QString LabelPage::emptyText() const {
    if (!canWrite()) return "The workspace is open for reading only; nothing can be judged.";
    if (m_queues.empty())
        return "There is nothing to judge yet. Import a JSONL file of answers, or make a queue "
               "of a run's samples, or of what two models answer.";
    if (m_annotator->text().trimmed().isEmpty())
        return "Enter your name above: verdicts are kept with it.";
    if (m_feed->isReading()) return "Reading the queue ...";
    return "Everything in this queue is judged. Export the verdicts, look at earlier ones, or "
           "choose another queue.";
}

void LabelPage::tellPlace() {
    const LabelItem* item = m_feed->current();
    if (!item) {
        m_where->clear();
        return;
    }
    // Where it is its turn not the item's place, which would tell that it was there before.
    QStringList parts = {m_feed->isAside()
                             ? QString("item %1 of %2").arg(item->place).arg(m_feed->items())
                             : QString("%1 of %2").arg(m_feed->judged() + 1).arg(m_feed->total())};
    if (const Verdict* earlier = m_feed->earlier()) {
        QString said = "you said " + seenChoiceText(seen_choice(*earlier)).toLower();
        if (earlier->strength) said += ", " + strengthText(*earlier->strength);
        parts << said << "change it, or " + keyText("labelBack");
    } else if (m_feed->isAside()) {
        parts << keyText("labelBack") + " goes back";
    } else {
        parts << "sources hidden, order random";
    }
    m_where->setText(parts.join(" \u00B7 "));
}

void LabelPage::tellPace() {
    if (m_feed->items() == 0) {
        m_pace->clear();
        return;
    }
    QString pace = count(m_feed->judged(), "verdict");
    if (const auto seconds = m_feed->pace(); seconds && *seconds > 0) {
        const double left = *seconds * static_cast<double>(m_feed->total() - m_feed->judged());
        pace += QString(" \u00B7 %1 an hour \u00B7 %2 left")
                    .arg(qRound(3600 / *seconds))
                    .arg(toQString(format_duration(left)));
    }
    m_pace->setText(pace);
}

void LabelPage::markChoice(const Verdict* verdict) {
    const auto mark = [&](QPushButton* button, Choice choice) {
        const bool marked = verdict && verdict->choice == choice;
        if (button->property("marked").toBool() == marked) return;
        button->setProperty("marked", marked);
        button->style()->unpolish(button);
        button->style()->polish(button);
    };
    mark(m_tie, Choice::tie);
    mark(m_bothBad, Choice::both_bad);
    mark(m_skip, Choice::skip);
}

void LabelPage::goBack() {
    const QWidget* focus = QApplication::focusWidget();
    if (!qobject_cast<const QLineEdit*>(focus) && !qobject_cast<const QComboBox*>(focus))
        m_feed->goOn();
    setFocus();
}

void LabelPage::showItemAside(LabelItemId item) {
    // Who asks what others said is no longer blind.
    m_named = true;
    m_feed->showAside(item);
    window()->activateWindow();
    setFocus();
}

void LabelPage::trainOnLabels() {
    const auto queue =
        std::ranges::find(m_queues, m_queue->currentData().toLongLong(), &LabelQueue::id);
    if (queue == m_queues.end() || !canWrite()) return;
    auto* dialog = new LabelTrainingDialog(m_bridge, *queue, this);
    connect(dialog, &LabelTrainingDialog::started, this, &LabelPage::trainingStarted);
    dialog->open();
}

void LabelPage::showQuality() {
    const auto id = m_queue->currentData().toLongLong();
    const auto queue = std::ranges::find(m_queues, id, &LabelQueue::id);
    if (queue == m_queues.end()) return;
    if (!m_quality) {
        m_quality = new LabelQualityDialog(m_bridge, this);
        connect(m_quality, &LabelQualityDialog::itemChosen, this, &LabelPage::showItemAside);
        connect(m_quality, &LabelQualityDialog::queued, this, [this](qint64 made) {
            m_wanted = made;
            refresh();
        });
        connect(m_feed, &LabelFeed::verdictChanged, m_quality, &LabelQualityDialog::setStale);
    }
    m_quality->showQueue(*queue, m_queues);
}

void LabelPage::showVerdicts(bool shown) {
    if (!shown && m_verdicts->isAncestorOf(QApplication::focusWidget())) setFocus();
    m_showVerdicts->setChecked(shown);
    m_verdicts->setVisible(shown && m_feed->items() > 0);
    QSettings().setValue(verdicts_key, shown);
}

void LabelPage::changeTextSize(int change) {
    QSettings settings;
    const int now = change == 0
                        ? LabelText::usual_size
                        : settings.value(text_size_key, LabelText::usual_size).toInt() + change;
    const int size = std::clamp(now, least_text_size, most_text_size);
    settings.setValue(text_size_key, size);
    m_item->setTextSize(size);
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
    m_strengthLabel->setText(strength > 0 ? strengthText(strength) : QString());
    m_strengthLabel->setVisible(strength > 0);
}

LabelImportDialog* LabelPage::importFile() {
    auto* dialog = new LabelImportDialog(m_bridge, this);
    connect(dialog, &LabelImportDialog::imported, this, [this](qint64 queue) {
        m_wanted = queue;
        refresh();
    });
    dialog->open();
    return dialog;
}

void LabelPage::exportQueue() {
    const auto id = m_queue->currentData().toLongLong();
    const auto queue = std::ranges::find(m_queues, id, &LabelQueue::id);
    if (queue == m_queues.end()) return;
    auto* dialog = new LabelExportDialog(m_bridge, *queue, this);
    connect(dialog, &LabelExportDialog::told, this, &LabelPage::told);
    dialog->open();
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
