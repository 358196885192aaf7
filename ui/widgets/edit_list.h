// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <QListWidget>

#include "store/records.h"

namespace plumb::ui {

/// The edits that were made while a run went on, the newest first: when, what, from which value to
/// which, and why. Those that a step in the past did not have yet are greyed.
class EditList : public QListWidget {
    Q_OBJECT

public:
    explicit EditList(QWidget* parent = nullptr);

    /// In the order they were made. Hidden while there are none.
    void setEdits(const std::vector<EditRecord>& edits);
    /// Nothing: the newest step.
    void setShownStep(std::optional<std::int64_t> step);

    QSize sizeHint() const override;

Q_SIGNALS:
    /// The first step that had the edit is to be shown.
    void stepChosen(qint64 step);

protected:
    void changeEvent(QEvent* event) override;

private:
    void greyLater();

    std::optional<std::int64_t> m_step;
};

}  // namespace plumb::ui
