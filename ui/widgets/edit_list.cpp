// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/edit_list.h"

#include <algorithm>
#include <utility>

#include <QDateTime>
#include <QEvent>

#include "common/text.h"
#include "common/theme.h"

namespace plumb::ui {
namespace {

constexpr int most_rows_seen = 3;

QString lineOf(const EditRecord& edit) {
    QString text =
        QString("after step %1  %2\n%3 \u2192 %4")
            .arg(edit.step)
            .arg(toQString(edit.key), toQString(edit.old_value), toQString(edit.new_value));
    if (!edit.reason.empty()) text += " \u00B7 " + toQString(edit.reason);
    return text;
}

QString tipOf(const EditRecord& edit) {
    QString text =
        QString("<p><b>%1</b>: %2 \u2192 %3, from step %4 on</p>")
            .arg(toQString(edit.key).toHtmlEscaped(), toQString(edit.old_value).toHtmlEscaped(),
                 toQString(edit.new_value).toHtmlEscaped())
            .arg(edit.step + 1);
    text += edit.reason.empty() ? QString("<p>No reason was given.</p>")
                                : "<p>" + toQString(edit.reason).toHtmlEscaped() + "</p>";
    if (edit.time_ms > 0)
        text += "<p>" +
                QDateTime::fromMSecsSinceEpoch(edit.time_ms).toString("yyyy-MM-dd HH:mm:ss") +
                "</p>";
    return text;
}

}  // namespace

EditList::EditList(QWidget* parent) : QListWidget(parent) {
    setObjectName("editList");
    setAccessibleName("Edits made while the run went on");
    setFont(smallFont());
    setTextElideMode(Qt::ElideRight);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setUniformItemSizes(true);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    const auto choose = [this](const QListWidgetItem* item) {
        Q_EMIT stepChosen(item->data(Qt::UserRole).toLongLong() + 1);
    };
    connect(this, &QListWidget::itemClicked, this, choose);
    connect(this, &QListWidget::itemActivated, this, choose);
    hide();
}

void EditList::setEdits(const std::vector<EditRecord>& edits) {
    clear();
    for (auto edit = edits.rbegin(); edit != edits.rend(); ++edit) {
        auto* item = new QListWidgetItem(lineOf(*edit), this);
        item->setToolTip(tipOf(*edit));
        item->setData(Qt::UserRole, static_cast<qlonglong>(edit->step));
    }
    setVisible(!edits.empty());
    greyLater();
    updateGeometry();
}

void EditList::setShownStep(std::optional<std::int64_t> step) {
    if (std::exchange(m_step, step) != step) greyLater();
}

void EditList::greyLater() {
    for (int row = 0; row < count(); ++row) {
        const bool held = !m_step || item(row)->data(Qt::UserRole).toLongLong() < *m_step;
        item(row)->setForeground(held ? textColour(palette()) : mutedColour(palette()));
    }
}

void EditList::changeEvent(QEvent* event) {
    QListWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) greyLater();
}

QSize EditList::sizeHint() const {
    const int rows = std::min(count(), most_rows_seen);
    return {100, rows * sizeHintForRow(0) + 2 * frameWidth()};
}

}  // namespace plumb::ui
