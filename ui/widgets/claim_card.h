// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QFrame>

#include "analysis/compare/claims.h"

class QLabel;
class QPushButton;

namespace plumb::ui {

class VerdictBadge;

/// A claim: what is said, what was found here, from which experiment and runs. Numbers change while
/// it stays. objectName: "claim:" and the id; its parts' names add ":figure", ":reason", ":runs",
/// ...
class ClaimCard : public QFrame {
    Q_OBJECT

public:
    explicit ClaimCard(const Claim& claim, QWidget* parent = nullptr);

    void update(const Claim& claim);

Q_SIGNALS:
    void runsRequested(const std::vector<plumb::RunId>& runs);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QLabel* makeLabel(const char* name, const char* role);

    Claim m_claim;
    VerdictBadge* m_badge;
    QLabel *m_statement, *m_figure, *m_reason, *m_experiment, *m_basis;
    QPushButton* m_runs;
};

}  // namespace plumb::ui
