// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/claim_card.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include "base/strings.h"
#include "common/text.h"
#include "common/theme.h"
#include "widgets/verdict_badge.h"

namespace plumb::ui {
namespace {

constexpr std::size_t most_named = 12;

QString pText(double p) {
    return p < 0.001 ? QString("< 0.001") : "= " + toQString(format_fixed(p, 3));
}

/// "3 seeds, p = 0.012, = 0.036 after Holm over all claims"
QString basisOf(const Claim& claim) {
    if (claim.verdict == ClaimVerdict::not_run) return {};
    QStringList parts = {claim.seeds == 1 ? QString("1 seed")
                                          : QString("%1 seeds").arg(claim.seeds)};
    if (claim.p_value) parts << "p " + pText(*claim.p_value);
    if (claim.adjusted_p) parts << pText(*claim.adjusted_p) + " after Holm over all claims";
    return parts.join(", ");
}

QString runsHelp(const std::vector<RunId>& runs) {
    QStringList names;
    for (std::size_t i = 0; i < std::min(runs.size(), most_named); ++i)
        names << QString::number(runs[i]);
    if (runs.size() > most_named) names << "...";
    return "Compares the runs that the figure is from: " + names.join(", ");
}

}  // namespace

ClaimCard::ClaimCard(const Claim& claim, QWidget* parent) : QFrame(parent) {
    setObjectName("claim:" + toQString(claim.id));
    m_badge = new VerdictBadge(this);
    m_badge->setObjectName(objectName() + ":verdict");
    m_statement = makeLabel("statement", "title");
    m_figure = makeLabel("figure", "");
    m_reason = makeLabel("reason", "muted");
    m_experiment = makeLabel("experiment", "small");
    m_basis = makeLabel("basis", "small");
    m_runs = new QPushButton(this);
    m_runs->setObjectName(objectName() + ":runs");
    m_runs->setProperty("role", "flat");
    auto* head = new QHBoxLayout;
    head->setSpacing(8);
    head->addWidget(m_badge, 0, Qt::AlignTop);
    head->addWidget(m_statement, 1);
    auto* foot = new QHBoxLayout;
    foot->setSpacing(8);
    foot->addWidget(m_basis, 1);
    foot->addWidget(m_runs, 0, Qt::AlignTop);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 10, 8, 10);
    layout->setSpacing(4);
    layout->addLayout(head);
    layout->addWidget(m_figure);
    layout->addWidget(m_reason);
    layout->addWidget(m_experiment);
    layout->addLayout(foot);
    connect(m_runs, &QPushButton::clicked, this, [this] { Q_EMIT runsRequested(m_claim.runs); });
    update(claim);
}

QLabel* ClaimCard::makeLabel(const char* name, const char* role) {
    auto* label = new QLabel(this);
    label->setObjectName(objectName() + ":" + name);
    label->setProperty("role", role);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setMinimumWidth(100);
    return label;
}

void ClaimCard::update(const Claim& claim) {
    m_claim = claim;
    m_badge->setVerdict(claim.verdict);
    m_statement->setText(toQString(claim.statement));
    const std::pair<QLabel*, QString> texts[] = {
        {m_figure, toQString(claim.figure)},
        {m_reason, toQString(claim.reason)},
        {m_experiment,
         claim.experiment.empty() ? QString() : "Experiment: " + toQString(claim.experiment)},
        {m_basis, basisOf(claim)},
    };
    for (const auto& [label, text] : texts) {
        label->setText(text);
        label->setVisible(!text.isEmpty());
    }
    const std::size_t count = claim.runs.size();
    m_runs->setText(count == 1 ? QString("1 run") : QString("%1 runs").arg(count));
    m_runs->setVisible(count > 0);
    m_runs->setToolTip(runsHelp(claim.runs));
    m_runs->setAccessibleName("Compare the " + m_runs->text() + " of this claim");
    setAccessibleName(toQString(claim.statement));
    setAccessibleDescription(toQString(verdict_text(claim.verdict)) + ". " +
                             toQString(claim.figure) + " " + toQString(claim.reason));
}

void ClaimCard::paintEvent(QPaintEvent* event) {
    QFrame::paintEvent(event);
    QPainter painter(this);
    painter.setPen(lineColour(palette()));
    painter.drawLine(0, height() - 1, width(), height() - 1);
}

}  // namespace plumb::ui
