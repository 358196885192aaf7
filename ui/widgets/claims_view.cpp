// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/claims_view.h"

#include <algorithm>

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "common/layouts.h"
#include "common/text.h"
#include "session/claims.h"

namespace plumb::ui {
namespace {

QLabel* addLabel(QVBoxLayout& layout, const std::string& text, const char* role, QWidget* parent) {
    auto* label = new QLabel(toQString(text), parent);
    label->setProperty("role", role);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setVisible(!text.empty());
    layout.addWidget(label);
    return label;
}

}  // namespace

ClaimsView::ClaimsView(SessionBridge& bridge, QWidget* parent) : QWidget(parent), m_bridge(bridge) {
    setObjectName("claimsView");
    m_summary = new QLabel(this);
    m_summary->setObjectName("claimsSummary");
    m_summary->setProperty("role", "muted");
    m_summary->setWordWrap(true);
    m_size = new QComboBox(this);
    m_size->setObjectName("claimsSize");
    m_size->setAccessibleName("Size of the runs");
    m_size->addItems({"Quick size", "Full size"});
    m_run = new QPushButton("Run what is missing", this);
    m_run->setObjectName("claimsRun");
    m_run->setToolTip("Queues the runs that the claims still need");
    auto* head = new QHBoxLayout;
    head->addWidget(m_summary, 1);
    head->addWidget(m_size);
    head->addWidget(m_run);
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    m_list = new QWidget(scroll);
    auto* list = new QVBoxLayout(m_list);
    list->setContentsMargins(0, 0, 4, 0);
    m_rows = new QVBoxLayout;
    m_rows->setSpacing(6);
    list->addLayout(m_rows);
    list->addStretch();
    scroll->setWidget(m_list);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addLayout(head);
    layout->addWidget(scroll, 1);
    connect(m_size, &QComboBox::activated, this, &ClaimsView::refresh);
    connect(m_run, &QPushButton::clicked, this, &ClaimsView::enqueue);
    connect(&bridge, &SessionBridge::eventReceived, this, [this](const Event& event) {
        if (isVisible() && std::holds_alternative<RunEnded>(event)) refresh();
    });
}

ClaimSize ClaimsView::size() const {
    return m_size->currentIndex() == 0 ? ClaimSize::quick : ClaimSize::full;
}

void ClaimsView::setReadOnly(bool readOnly) { m_run->setEnabled(!readOnly); }

void ClaimsView::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    refresh();
}

void ClaimsView::refresh() {
    m_bridge.query(
        this,
        [workspace = m_bridge.workspace(), size = size()](StoreReader& reader) {
            return read_claims(reader, workspace, size);
        },
        [this](Result<std::vector<Claim>> claims) {
            if (!claims.ok()) {
                Q_EMIT problem(toQString(claims.error().message));
                return;
            }
            m_claims = std::move(*claims);
            write();
        });
}

void ClaimsView::enqueue() {
    auto queued = std::make_shared<std::size_t>(0);
    m_bridge.change(
        this,
        [queued, size = size()](Session& session) -> Status {
            const auto made = enqueue_claims(session, size);
            if (!made.ok()) return made.error();
            *queued = made->runs.size();
            return {};
        },
        [this, queued] {
            Q_EMIT told(*queued == 0
                            ? QString("No run is missing: they have finished or wait already.")
                            : QString("%1 runs wait in the queue; the claims fill as they end.")
                                  .arg(*queued));
        });
}

void ClaimsView::write() {
    clearLayout(*m_rows);
    const auto judged = std::ranges::count_if(
        m_claims, [](const Claim& claim) { return claim.verdict != ClaimVerdict::not_run; });
    m_summary->setText(QString("%1 claims of the usual account, %2 measured here. A verdict needs "
                               "several seeds; p-values are corrected after Holm over all claims.")
                           .arg(m_claims.size())
                           .arg(judged));
    for (std::size_t i = 0; i < m_claims.size(); ++i)
        m_rows->addWidget(makeRow(m_claims[i], static_cast<int>(i)));
}

QWidget* ClaimsView::makeRow(const Claim& claim, int index) {
    auto* row = new QFrame(m_list);
    row->setObjectName(QString("claim:%1").arg(index));
    row->setProperty("role", "panel");
    auto* text = new QVBoxLayout;
    text->setSpacing(2);
    addLabel(*text, claim.statement, "title", row);
    addLabel(*text, claim.figure, "", row);
    addLabel(*text, claim.reason, "small", row);
    addLabel(*text, claim.experiment, "small", row);
    auto* verdict = new QLabel(toQString(std::string(verdict_text(claim.verdict))), row);
    verdict->setObjectName(QString("claimVerdict:%1").arg(index));
    const bool decided =
        claim.verdict == ClaimVerdict::holds || claim.verdict == ClaimVerdict::does_not_hold;
    verdict->setProperty("role", decided ? "changed" : "muted");
    auto* side = new QVBoxLayout;
    side->addWidget(verdict, 0, Qt::AlignRight);
    if (!claim.runs.empty()) {
        auto* runs = new QPushButton(QString("%1 runs").arg(claim.runs.size()), row);
        runs->setObjectName(QString("claimRuns:%1").arg(index));
        runs->setProperty("role", "flat");
        runs->setToolTip("Beside each other on this page");
        connect(runs, &QPushButton::clicked, this,
                [this, list = claim.runs] { Q_EMIT runsRequested(list); });
        side->addWidget(runs, 0, Qt::AlignRight);
    }
    side->addStretch();
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(12, 8, 12, 8);
    layout->setSpacing(12);
    layout->addLayout(text, 1);
    layout->addLayout(side);
    return row;
}

}  // namespace plumb::ui
