// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/run_choice_dialog.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

#include "common/text.h"
#include "common/theme.h"
#include "models/run_list_model.h"

namespace plumb::ui {

RunChoiceDialog::RunChoiceDialog(const std::vector<RunRecord>& runs,
                                 const std::vector<RunId>& chosen, QWidget* parent)
    : QDialog(parent), m_list(new QListWidget(this)) {
    setObjectName("runChoiceDialog");
    setWindowTitle("Runs to compare");
    setAttribute(Qt::WA_DeleteOnClose);
    resize(480, 460);
    auto* filter = new QLineEdit(this);
    filter->setObjectName("runChoiceFilter");
    filter->setPlaceholderText("Filter runs");
    filter->setClearButtonEnabled(true);
    m_list->setObjectName("runChoiceList");
    m_list->setAccessibleName("Runs");
    for (const RunRecord& run : runs) {
        if (run.deleted_ms != 0) continue;
        auto* item = new QListWidgetItem(
            QString("%1  %2, %3, %4")
                .arg(run.id)
                .arg(toQString(run.name), toQString(run.algorithm), stateText(run)),
            m_list);
        item->setData(Qt::UserRole, qint64(run.id));
        item->setCheckState(std::ranges::count(chosen, run.id) ? Qt::Checked : Qt::Unchecked);
        item->setIcon([&] {
            QPixmap pixmap(10, 10);
            pixmap.fill(runColour(run.algorithm, run.shade, palette()));
            return QIcon(pixmap);
        }());
    }
    m_compare = new QPushButton("Compare", this);
    m_compare->setObjectName("runChoiceCompare");
    m_compare->setProperty("primary", true);
    auto* cancel = new QPushButton("Cancel", this);
    cancel->setObjectName("runChoiceCancel");
    cancel->setAutoDefault(false);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(cancel);
    buttons->addWidget(m_compare);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 14, 16, 14);
    layout->setSpacing(10);
    layout->addWidget(filter);
    layout->addWidget(m_list, 1);
    layout->addLayout(buttons);
    connect(filter, &QLineEdit::textChanged, this, [this](const QString& text) {
        for (int row = 0; row < m_list->count(); ++row)
            m_list->item(row)->setHidden(
                !m_list->item(row)->text().contains(text, Qt::CaseInsensitive));
    });
    connect(m_list, &QListWidget::itemChanged, this, &RunChoiceDialog::update);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_compare, &QPushButton::clicked, this, [this] {
        Q_EMIT runsChosen(this->chosen());
        accept();
    });
    update();
}

std::vector<RunId> RunChoiceDialog::chosen() const {
    std::vector<RunId> runs;
    for (int row = 0; row < m_list->count(); ++row)
        if (m_list->item(row)->checkState() == Qt::Checked)
            runs.push_back(m_list->item(row)->data(Qt::UserRole).toLongLong());
    std::ranges::sort(runs);
    return runs;
}

void RunChoiceDialog::update() {
    const auto runs = chosen();
    m_compare->setEnabled(!runs.empty());
    m_compare->setText(runs.empty() ? QString("Compare") : QString("Compare %1").arg(runs.size()));
}

}  // namespace plumb::ui
