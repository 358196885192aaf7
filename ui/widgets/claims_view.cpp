// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/claims_view.h"

#include <algorithm>
#include <array>

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "common/text.h"
#include "widgets/claim_card.h"

namespace plumb::ui {
namespace {

/// "5 hold here, 1 does not, 2 are not decided, 9 have not been run"
QString summaryOf(const std::vector<Claim>& claims) {
    const auto count = [&claims](ClaimVerdict verdict) {
        return std::ranges::count(claims, verdict, &Claim::verdict);
    };
    struct Part {
        ClaimVerdict verdict;
        const char *one, *many;
    };
    constexpr std::array parts = {
        Part{ClaimVerdict::holds, "holds here", "hold here"},
        Part{ClaimVerdict::does_not_hold, "does not hold here", "do not hold here"},
        Part{ClaimVerdict::not_decided, "is not decided", "are not decided"},
        Part{ClaimVerdict::not_run, "was not run yet", "were not run yet"},
    };
    QStringList texts;
    for (const Part& part : parts)
        if (const auto number = count(part.verdict); number > 0)
            texts << QString("%1 %2").arg(number).arg(number == 1 ? part.one : part.many);
    return QString(claims.size() == 1 ? "%1 claim: " : "%1 claims: ").arg(claims.size()) +
           texts.join(", ");
}

}  // namespace

ClaimsView::ClaimsView(QWidget* parent) : QFrame(parent) {
    setObjectName("claimsView");
    setProperty("role", "panel");
    m_summary = new QLabel(this);
    m_summary->setObjectName("claimsSummary");
    m_summary->setProperty("role", "muted");
    m_summary->setWordWrap(true);
    m_empty = new QLabel(this);
    m_empty->setObjectName("claimsEmpty");
    m_empty->setProperty("role", "muted");
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setText(
        "What is commonly said of PPO, DPO and GRPO, measured on this machine: models in memory, "
        "compute, stability, quality. Run the claims, and each gets a figure with its interval "
        "and a verdict.");
    makeRunButton();
    auto* page = new QWidget;
    page->setAutoFillBackground(false);
    m_list = new QVBoxLayout(page);
    m_list->setContentsMargins(0, 0, 4, 0);
    m_list->setSpacing(0);
    m_list->addStretch();
    m_scroll = new QScrollArea(this);
    m_scroll->setObjectName("claimsScroll");
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setWidget(page);
    auto* head = new QHBoxLayout;
    head->setSpacing(8);
    head->addWidget(m_summary, 1);
    head->addWidget(m_run, 0, Qt::AlignTop);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 6, 6);
    layout->setSpacing(6);
    layout->addLayout(head);
    layout->addWidget(m_scroll, 1);
    layout->addWidget(m_empty, 1);
    rebuild();
}

void ClaimsView::makeRunButton() {
    m_run = new QPushButton("Run the claims...", this);
    m_run->setObjectName("runClaims");
    m_run->setProperty("menu", true);
    auto* menu = new QMenu(m_run);
    menu->setToolTipsVisible(true);
    const struct {
        const char *name, *text, *help;
        bool full;
    } sizes[] = {
        {"runClaimsQuick", "Quick size",
         "Small models and few steps: less than an hour on two cores", false},
        {"runClaimsFull", "Full size",
         "Longer runs over more seeds: firmer verdicts, for a night or a faster machine", true},
    };
    for (const auto& size : sizes) {
        QAction* action = menu->addAction(size.text);
        action->setObjectName(size.name);
        action->setToolTip(size.help);
        connect(action, &QAction::triggered, this,
                [this, full = size.full] { Q_EMIT runRequested(full); });
    }
    m_run->setMenu(menu);
}

void ClaimsView::setClaims(std::vector<Claim> claims) {
    m_claims = std::move(claims);
    rebuild();
}

void ClaimsView::setRunning(const QString& progress) {
    m_progress = progress;
    tell();
}

void ClaimsView::setCanRun(bool can) {
    m_canRun = can;
    tell();
}

void ClaimsView::tell() {
    m_run->setEnabled(m_canRun && m_progress.isEmpty());
    m_run->setToolTip(!m_progress.isEmpty() ? "The runs of the claims are going on"
                      : !m_canRun           ? "The workspace is open for reading only"
                                            : "Queues the runs that test the claims");
    QStringList parts;
    if (!m_claims.empty()) parts << summaryOf(m_claims);
    if (!m_progress.isEmpty()) parts << m_progress;
    m_summary->setText(parts.join(". "));
}

void ClaimsView::rebuild() {
    std::vector<ClaimCard*> before = std::exchange(m_cards, {});
    for (const Claim& claim : m_claims) {
        const auto known =
            std::ranges::find(before, "claim:" + toQString(claim.id), &QObject::objectName);
        ClaimCard* card = nullptr;
        if (known != before.end()) {
            card = *known;
            before.erase(known);
            card->update(claim);
        } else {
            card = new ClaimCard(claim, this);
            connect(card, &ClaimCard::runsRequested, this, &ClaimsView::runsRequested);
        }
        const auto place = static_cast<int>(m_cards.size());
        if (m_list->indexOf(card) != place) m_list->insertWidget(place, card);
        m_cards.push_back(card);
    }
    for (ClaimCard* card : before) {
        card->hide();
        card->setObjectName({});
        card->deleteLater();
    }
    m_scroll->setVisible(!m_cards.empty());
    m_empty->setVisible(m_cards.empty());
    tell();
}

}  // namespace plumb::ui
