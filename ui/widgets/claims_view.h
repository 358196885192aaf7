// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QFrame>

#include "analysis/compare/claims.h"

class QLabel;
class QPushButton;
class QScrollArea;
class QVBoxLayout;

namespace plumb::ui {

class ClaimCard;

/// The common account of the algorithms as claims, each with what runs of this workspace say of it.
class ClaimsView : public QFrame {
    Q_OBJECT

public:
    explicit ClaimsView(QWidget* parent = nullptr);

    /// Those of judge_claims(). What stands already keeps its place and its buttons.
    void setClaims(std::vector<Claim> claims);
    /// How far the runs of the claims are, while they go on; empty: none does.
    void setRunning(const QString& progress);
    /// Whether runs can be started: not in a workspace that is open for reading only.
    void setCanRun(bool can);
    const std::vector<Claim>& claims() const { return m_claims; }

Q_SIGNALS:
    /// The runs that test the claims are to be queued: few and short ones, or in full size.
    void runRequested(bool full);
    /// These runs are to be compared.
    void runsRequested(const std::vector<plumb::RunId>& runs);

private:
    void makeRunButton();
    void rebuild();
    void tell();

    std::vector<Claim> m_claims;
    std::vector<ClaimCard*> m_cards;
    QString m_progress;
    bool m_canRun = true;
    QLabel *m_summary, *m_empty;
    QPushButton* m_run;
    QScrollArea* m_scroll;
    QVBoxLayout* m_list;
};

}  // namespace plumb::ui
