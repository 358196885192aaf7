// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/judge_judges_form.h"

#include <algorithm>
#include <limits>

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSpinBox>

#include "common/text.h"
#include "config/reward_info.h"
#include "widgets/checked_row.h"
#include "widgets/model_chooser.h"

namespace plumb::ui {
namespace {

constexpr int usual_items = 100;
constexpr const char* gold_judge = "gold";

}  // namespace

JudgeJudgesForm::JudgeJudgesForm(QWidget* parent) : QWidget(parent) {
    auto* form = makeForm(this);
    m_gold = new QCheckBox("gold reward, or the check of answers", this);
    m_gold->setObjectName("judgeGold");
    m_gold->setChecked(true);
    m_rule = new QComboBox(this);
    m_rule->setObjectName("judgeRule");
    m_rule->addItem("none", QString());
    for (const RewardInfo& info : reward_infos()) {
        // A learned reward is a model, which is chosen below.
        if (reward_kind(info.name) != RewardKind::rule) continue;
        m_rule->addItem(toQString(info.name), toQString(info.name));
        m_rule->setItemData(m_rule->count() - 1, toQString(info.help), Qt::ToolTipRole);
    }
    m_model = new ModelChooser("judgeRewardModel", "none", this);
    auto* people = new QWidget(this);
    people->setObjectName("judgePeopleRow");
    m_people = new QCheckBox("a blind label queue of at most", people);
    m_people->setObjectName("judgePeople");
    m_items =
        makeNumber("judgePeopleItems", 1, std::numeric_limits<int>::max(), usual_items, people);
    m_items->setAccessibleName("Items of the label queue");
    m_items->setFixedWidth(62);
    m_items->setEnabled(false);
    auto* row = new QHBoxLayout(people);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(6);
    row->addWidget(m_people);
    row->addWidget(m_items);
    row->addWidget(new QLabel("pairs", people));
    row->addStretch();
    people->setFocusProxy(m_people);
    addRow(*form, "Gold", m_gold, "What the task really wants, where it knows");
    addRow(*form, "Rule", m_rule, "A reward function by name, at the settings of the first run");
    addRow(*form, "Reward model", m_model, "Of a run of this workspace, or a folder");
    m_problem = addCheckedRow(*form, "People", people,
                              "Pairs of answers for the Label page; who judges does not see which "
                              "model wrote which");
    connect(m_gold, &QCheckBox::toggled, this, &JudgeJudgesForm::changed);
    connect(m_people, &QCheckBox::toggled, m_items, &QSpinBox::setEnabled);
    connect(m_people, &QCheckBox::toggled, this, &JudgeJudgesForm::changed);
    connect(m_rule, &QComboBox::currentIndexChanged, this, &JudgeJudgesForm::changed);
    connect(m_model, &ModelChooser::chosen, this, [this](const QString& model) {
        m_modelName = model;
        Q_EMIT changed();
    });
}

void JudgeJudgesForm::setRewardModels(const std::vector<RunRecord>& runs) {
    m_model->setRuns(runs);
}

void JudgeJudgesForm::leaveOut(const std::vector<std::string>& judges) {
    const auto has = [&judges](const QString& name) {
        return std::ranges::find(judges, toStd(name)) != judges.end();
    };
    if (has(gold_judge)) {
        m_gold->setChecked(false);
        m_gold->setEnabled(false);
        m_gold->setToolTip("It has judged these answers already");
    }
    for (int row = m_rule->count() - 1; row > 0; --row)
        if (has(m_rule->itemData(row).toString())) m_rule->removeItem(row);
}

void JudgeJudgesForm::askPeople() {
    m_gold->setChecked(false);
    m_people->setChecked(true);
    m_people->setFocus();
}

std::vector<std::string> JudgeJudgesForm::judges() const {
    std::vector<std::string> judges;
    if (m_gold->isChecked()) judges.emplace_back(gold_judge);
    if (m_rule->currentIndex() > 0) judges.push_back(toStd(m_rule->currentData().toString()));
    if (!m_modelName.isEmpty()) judges.push_back(toStd(m_modelName));
    return judges;
}

std::int64_t JudgeJudgesForm::people() const {
    return m_people->isChecked() ? m_items->value() : 0;
}

bool JudgeJudgesForm::check() {
    const bool none = judges().empty() && people() == 0;
    tellProblem(*m_problem, none ? "Choose at least one judge." : QString());
    return !none;
}

}  // namespace plumb::ui
