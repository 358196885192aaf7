// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QWidget>

#include "analysis/compare/claims.h"
#include "bridge/session_bridge.h"
#include "config/claim_experiments.h"

class QComboBox;
class QLabel;
class QPushButton;
class QVBoxLayout;

namespace plumb::ui {

/// The common account of PPO, DPO and GRPO, claim by claim: what was measured here, and what that
/// says. The runs that are missing are one button away.
class ClaimsView : public QWidget {
    Q_OBJECT

public:
    explicit ClaimsView(SessionBridge& bridge, QWidget* parent = nullptr);

    void setReadOnly(bool readOnly);
    /// Reads the claims as the workspace's finished runs judge them.
    void refresh();
    const std::vector<Claim>& claims() const { return m_claims; }

Q_SIGNALS:
    /// The runs of a claim, to stand beside each other.
    void runsRequested(const std::vector<plumb::RunId>& runs);
    void told(const QString& text);
    void problem(const QString& message);

protected:
    void showEvent(QShowEvent* event) override;

private:
    ClaimSize size() const;
    void enqueue();
    void write();
    QWidget* makeRow(const Claim& claim, int index);

    SessionBridge& m_bridge;
    std::vector<Claim> m_claims;
    QComboBox* m_size;
    QLabel* m_summary;
    QPushButton* m_run;
    QWidget* m_list;
    QVBoxLayout* m_rows;
};

}  // namespace plumb::ui
