// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/overlay_strip.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include "common/theme.h"

namespace plumb::ui {

OverlayStrip::OverlayStrip(QWidget* parent) : QWidget(parent) {
    setObjectName("overlayStrip");
    m_names = new QLabel(this);
    m_names->setObjectName("overlayNames");
    m_names->setAccessibleName("Runs laid over the charts");
    m_names->setFont(smallFont());
    m_names->setTextFormat(Qt::RichText);
    m_names->setWordWrap(true);
    m_names->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    m_names->setToolTip(
        "Runs laid over the charts, each with the first curve of a chart. A click opens a run; O "
        "in "
        "the list of runs lays runs over and takes them off.");
    auto* clear = new QPushButton("Take all off", this);
    clear->setObjectName("overlayClear");
    clear->setProperty("role", "flat");
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_names, 1);
    layout->addWidget(clear, 0, Qt::AlignTop);
    connect(m_names, &QLabel::linkActivated, this,
            [this](const QString& run) { Q_EMIT runChosen(run.toLongLong()); });
    connect(clear, &QPushButton::clicked, this, &OverlayStrip::clearRequested);
    hide();
}

void OverlayStrip::show(const std::vector<OverlaidRun>& runs) {
    m_runs = runs;
    setVisible(!runs.empty());
    updateText();
}

void OverlayStrip::updateText() {
    QStringList names;
    const QString text = textColour(palette()).name();
    for (const OverlaidRun& run : m_runs)
        names << QString("%1&nbsp;<a href=\"%2\" style=\"color:%3; text-decoration:none\">%4</a>")
                     .arg(overlaySign(run, palette()))
                     .arg(run.run)
                     .arg(text, run.name.toHtmlEscaped().replace(' ', "&nbsp;"));
    m_names->setText(names.join("&nbsp;&nbsp; "));
}

void OverlayStrip::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) updateText();
}

}  // namespace plumb::ui
