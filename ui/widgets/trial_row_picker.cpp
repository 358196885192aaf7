// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/trial_row_picker.h"

#include <QHBoxLayout>
#include <QPushButton>

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

}  // namespace

TrialRowPicker::TrialRowPicker(QWidget* parent) : QWidget(parent) {
    setObjectName("trialRows");
    m_previous = new QPushButton("Previous row", this);
    m_previous->setObjectName("trialPreviousRow");
    m_next = new QPushButton("A row of the data", this);
    m_next->setObjectName("trialNextRow");
    m_next->setToolTip("Puts prompt and answer of a row of the run's data below");
    for (QPushButton* button : {m_previous, m_next}) button->setProperty("role", "flat");
    m_place = new ElidedLabel(this);
    m_place->setObjectName("trialRowPlace");
    m_place->setProperty("role", "small");
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_next);
    layout->addWidget(m_previous);
    layout->addWidget(m_place, 1);
    connect(m_next, &QPushButton::clicked, this, [this] { go(1); });
    connect(m_previous, &QPushButton::clicked, this, [this] { go(-1); });
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

void TrialRowPicker::go(int by) {
    if (m_rows) {
        show(m_row + by);
        return;
    }
    m_reading.request_stop();
    m_place->setText("Reading rows ...");
    m_reading = runInBackground(
        this,
        [settings = m_settings](std::stop_token stop) { return trial_rows(settings, stop); },
        [this](Result<TrialRows> rows) {
            if (!rows.ok()) {
                m_place->setText(toQString(rows.error().message));
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
    m_next->setText(m_rows ? "Next row" : "A row of the data");
    m_next->setEnabled(!m_rows || m_row + 1 < std::ssize(m_rows->rows));
    m_previous->setVisible(m_rows.has_value());
    m_previous->setEnabled(m_row > 0);
}

}  // namespace plumb::ui
