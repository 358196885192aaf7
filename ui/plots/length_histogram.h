// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "session/data_preview.h"

namespace plumb::ui {

/// Row lengths in tokens as bars, with a line where rows are cut; bars beyond it are those that
/// lose something.
class LengthHistogram : public QWidget {
    Q_OBJECT

public:
    explicit LengthHistogram(QWidget* parent = nullptr);

    void show(const PreviewLengths& lengths, std::int64_t limit);
    void clear();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    PreviewLengths m_lengths;
    std::int64_t m_limit = 0;
};

}  // namespace plumb::ui
