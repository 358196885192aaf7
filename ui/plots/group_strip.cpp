// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/group_strip.h"

#include <algorithm>

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QTextDocument>

#include "common/text.h"
#include "common/theme.h"

namespace plumb::ui {
namespace {

constexpr int most_lines = 3;

}  // namespace

GroupStrip::GroupStrip(QWidget* parent) : QWidget(parent) {
    setObjectName("groupStrip");
    m_names = new QLabel(this);
    m_names->setObjectName("groupNames");
    m_names->setAccessibleName("Groups of the comparison");
    m_names->setFont(smallFont());
    m_names->setTextFormat(Qt::RichText);
    m_names->setWordWrap(true);
    m_names->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    m_names->setToolTip("A click takes a group off the charts, and brings it back");
    // Many groups are scrolled: the charts need the height.
    m_scroll = new QScrollArea(this);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_names->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_scroll->setWidget(m_names);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_scroll, 1);
    connect(m_names, &QLabel::linkActivated, this,
            [this](const QString& index) { Q_EMIT toggled(index.toInt()); });
    hide();
}

void GroupStrip::show(const std::vector<Entry>& entries, const std::set<std::string>& hidden) {
    m_entries = entries;
    m_hidden = hidden;
    setVisible(!entries.empty());
    updateText();
}

QString GroupStrip::text() const {
    QTextDocument document;
    document.setHtml(m_names->text());
    return document.toPlainText().replace(QChar::Nbsp, ' ');
}

void GroupStrip::updateText() {
    const auto unbroken = [](const QString& text) {
        return text.toHtmlEscaped().replace(' ', "&nbsp;").replace('-', u'\u2011');
    };
    const QString text = textColour(palette()).name(), muted = mutedColour(palette()).name();
    QStringList names;
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        const auto& [group, seeds] = m_entries[i];
        const bool hidden = m_hidden.contains(toStd(group.name));
        names << QString(
                     "%1&nbsp;<a href=\"%2\" style=\"color:%3; text-decoration:%4\">%5</a>"
                     "&nbsp;<span style=\"color:%6\">%7</span>")
                     .arg(overlaySign(group, palette()))
                     .arg(i)
                     .arg(hidden ? muted : text, hidden ? "line-through" : "none",
                          unbroken(group.name), muted, unbroken(hidden ? "taken off" : seeds));
    }
    m_names->setText(names.join("&nbsp;&nbsp; "));
    fitHeight();
}

void GroupStrip::fitHeight() {
    const int needed = std::max(0, m_names->heightForWidth(std::max(1, width())));
    const int most = most_lines * m_names->fontMetrics().lineSpacing() + 6;
    m_scroll->setFixedHeight(std::min(needed, most));
}

void GroupStrip::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fitHeight();
}

void GroupStrip::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) updateText();
}

}  // namespace plumb::ui
