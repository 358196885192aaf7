// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/caution_strip.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include "common/text.h"

namespace plumb::ui {

CautionStrip::CautionStrip(QWidget* parent)
    : QFrame(parent), m_text(new QLabel(this)), m_more(new QPushButton(this)) {
    setObjectName("compareCautions");
    setProperty("role", "banner-note");
    m_text->setObjectName("compareCautionText");
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_more->setObjectName("compareCautionMore");
    m_more->setProperty("role", "flat");
    m_more->setCheckable(true);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 3, 6, 3);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_more, 0, Qt::AlignTop);
    connect(m_more, &QPushButton::toggled, this, &CautionStrip::write);
    hide();
}

void CautionStrip::show(const std::vector<ComparisonProblem>& problems) {
    QStringList texts;
    for (const ComparisonProblem& problem : problems) texts << toQString(problem.text);
    if (texts == m_texts) return;
    m_texts = texts;
    write();
}

QString CautionStrip::text() const { return m_texts.join("\n"); }

void CautionStrip::write() {
    setVisible(!m_texts.isEmpty());
    if (m_texts.isEmpty()) return;
    const bool all = m_more->isChecked();
    m_text->setText(all ? m_texts.join("\n") : m_texts.front());
    m_more->setVisible(m_texts.size() > 1);
    m_more->setText(all ? "Less" : QString("%1 more").arg(m_texts.size() - 1));
}

}  // namespace plumb::ui
