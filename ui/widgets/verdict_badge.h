// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "analysis/compare/claims.h"

namespace plumb::ui {

/// What was found of a claim, in words on a colour that colour-blind people tell from the others.
class VerdictBadge : public QWidget {
    Q_OBJECT

public:
    explicit VerdictBadge(QWidget* parent = nullptr);

    void setVerdict(ClaimVerdict verdict);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString text() const;

    ClaimVerdict m_verdict = ClaimVerdict::not_run;
};

}  // namespace plumb::ui
