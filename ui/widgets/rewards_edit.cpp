// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/rewards_edit.h"

#include <algorithm>

#include <QCheckBox>
#include <QGridLayout>
#include <QLineEdit>
#include <QSignalBlocker>

#include "base/strings.h"
#include "common/text.h"
#include "common/theme.h"
#include "config/fields.h"

namespace plumb::ui {

RewardsEdit::RewardsEdit(QWidget* parent) : QWidget(parent) {
    setObjectName("rewardsEdit");
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setVerticalSpacing(4);
    grid->setColumnStretch(0, 1);
    for (const std::string_view choice : find_field("reward_funcs")->choices) {
        const QString name = toQString(choice);
        auto* box = new QCheckBox(name, this);
        box->setObjectName("reward:" + name);
        auto* weight = new QLineEdit("1", this);
        weight->setObjectName("weight:" + name);
        weight->setAccessibleName("Weight of " + name);
        weight->setToolTip("Weight in the sum of the rewards");
        weight->setFont(monospacedFont());
        weight->setAlignment(Qt::AlignRight);
        weight->setFixedWidth(60);
        weight->setEnabled(false);
        const int row = static_cast<int>(m_rows.size());
        grid->addWidget(box, row, 0);
        grid->addWidget(weight, row, 1);
        connect(box, &QCheckBox::toggled, this, [this, weight](bool on) {
            weight->setEnabled(on);
            Q_EMIT changed();
        });
        connect(weight, &QLineEdit::editingFinished, this, &RewardsEdit::changed);
        m_rows.push_back({std::string(choice), box, weight});
    }
}

void RewardsEdit::setRewards(const std::vector<std::string>& names,
                             const std::vector<double>& weights) {
    for (const Row& row : m_rows) {
        const QSignalBlocker quiet(row.box);
        const auto found = std::ranges::find(names, row.name);
        const bool on = found != names.end();
        row.box->setChecked(on);
        row.weight->setEnabled(on);
        const auto index = static_cast<std::size_t>(found - names.begin());
        row.weight->setText(
            toQString(format_number(on && index < weights.size() ? weights[index] : 1.0)));
    }
}

std::vector<std::string> RewardsEdit::names() const {
    std::vector<std::string> names;
    for (const Row& row : m_rows)
        if (row.box->isChecked()) names.push_back(row.name);
    return names;
}

std::vector<double> RewardsEdit::weights() const {
    std::vector<double> weights;
    for (const Row& row : m_rows)
        if (row.box->isChecked())
            weights.push_back(parse_double(toStd(row.weight->text().trimmed())).value_or(1.0));
    const bool plain = std::ranges::all_of(weights, [](double weight) { return weight == 1.0; });
    return plain ? std::vector<double>{} : weights;
}

QString RewardsEdit::problem() const {
    for (const Row& row : m_rows)
        if (row.box->isChecked() && !parse_double(toStd(row.weight->text().trimmed())))
            return QString("The weight of %1 is \"%2\"; a number is needed.")
                .arg(toQString(row.name), row.weight->text());
    return {};
}

}  // namespace plumb::ui
