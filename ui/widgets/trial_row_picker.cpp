// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/trial_row_picker.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QToolButton>

#include "common/background.h"
#include "common/elided_label.h"
#include "common/text.h"

namespace plumb::ui {
namespace {

/// Whether rows that were read for the one are those of the other.
bool sameData(const Settings& a, const Settings& b) {
    return a.task == b.task && a.seed == b.seed && a.arithmetic_digits == b.arithmetic_digits &&
           a.train_files == b.train_files && a.dataset_text_field == b.dataset_text_field &&
           a.prompt_column == b.prompt_column && a.answer_column == b.answer_column &&
           a.prompt_length == b.prompt_length;
}

QToolButton* arrow(const QString& name, const QString& sign, const QString& text,
                   QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setObjectName(name);
    button->setText(sign);
    button->setToolTip(text);
    button->setAccessibleName(text);
    return button;
}

}  // namespace

TrialRowPicker::TrialRowPicker(QWidget* parent) : QWidget(parent) {
    setObjectName("trialRows");
    m_first = new QPushButton("A row of the data", this);
    m_first->setObjectName("trialFirstRow");
    m_first->setProperty("role", "flat");
    m_first->setToolTip("Takes prompt and answer from a row of the run's data");
    m_previous = arrow("trialPreviousRow", "\u2039", "Previous row", this);
    m_next = arrow("trialNextRow", "\u203A", "Next row", this);
    m_place = new ElidedLabel(this);
    m_place->setObjectName("trialRowPlace");
    m_place->setProperty("role", "small");
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(m_first);
    layout->addWidget(m_previous);
    layout->addWidget(m_next);
    layout->addWidget(m_place, 1);
    connect(m_first, &QPushButton::clicked, this, &TrialRowPicker::read);
    connect(m_next, &QToolButton::clicked, this, [this] { show(m_row + 1); });
    connect(m_previous, &QToolButton::clicked, this, [this] { show(m_row - 1); });
    updateButtons();
}

TrialRowPicker::~TrialRowPicker() { m_reading.request_stop(); }

void TrialRowPicker::setSettings(const Settings& settings) {
    const bool same = sameData(settings, m_settings);
    m_settings = settings;
    if (same) return;
    m_reading.request_stop();
    m_rows.reset();
    m_row = -1;
    m_place->setText({});
    updateButtons();
}

void TrialRowPicker::read() {
    m_reading.request_stop();
    m_place->setText("Reading ...");
    m_reading = runInBackground(
        this,
        [settings = m_settings](std::stop_token stop) { return trial_rows(settings, stop); },
        [this](Result<TrialRows> rows) {
            m_place->setText({});
            if (!rows.ok()) {
                Q_EMIT failed(toQString(rows.error().message));
                return;
            }
            m_rows = std::move(rows).value();
            show(0);
        });
}

void TrialRowPicker::show(std::int64_t row) {
    const std::int64_t count = std::ssize(m_rows->rows);
    if (row < 0 || row >= count) return;
    m_row = row;
    const TrialRow& shown = m_rows->rows[static_cast<std::size_t>(row)];
    QString place = QString("Row %1").arg(row + 1);
    if (m_rows->total > 0) place += QString(" of %1").arg(m_rows->total);
    if (!shown.source.empty()) place += ", " + toQString(shown.source);
    m_place->setText(place);
    updateButtons();
    Q_EMIT chosen(shown);
}

void TrialRowPicker::updateButtons() {
    const bool read = m_rows.has_value();
    m_first->setVisible(!read);
    for (QToolButton* button : {m_previous, m_next}) button->setVisible(read);
    m_previous->setEnabled(m_row > 0);
    m_next->setEnabled(read && m_row + 1 < std::ssize(m_rows->rows));
}

}  // namespace plumb::ui
