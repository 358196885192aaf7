// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/label_order_edit.h"

#include <limits>

#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QSpinBox>

#include "common/text.h"
#include "widgets/form_parts.h"
#include "widgets/model_chooser.h"

namespace plumb::ui {
namespace {

constexpr double percent = 100;

int percentOf(double share) { return qRound(share * percent); }

}  // namespace

LabelOrderEdit::LabelOrderEdit(QWidget* parent) : QWidget(parent) {
    m_form = makeForm(this);
    m_kind = new QComboBox(this);
    m_kind->setObjectName("orderKind");
    m_kind->addItem("As they came", int(LabelOrder::given));
    m_kind->addItem("Random", int(LabelOrder::random));
    m_kind->addItem("Most uncertain first", int(LabelOrder::uncertain));
    m_model = new ModelChooser("orderModel", "The run that sampled them", this);
    m_seed = makeNumber("orderSeed", 0, std::numeric_limits<int>::max(), 0, this);
    m_repeated = makeNumber("orderRepeated", 0, 100, 0, this);
    m_doubled = makeNumber("orderDoubled", 0, 100, 100, this);
    for (QSpinBox* box : {m_repeated, m_doubled}) box->setSuffix(" %");
    addRow(*m_form, "Order", m_kind, "Verdicts that were given stay, whatever the order");
    addRow(
        *m_form, "Rewards of", m_model,
        "The smallest difference of an item's two rewards comes first; a reward model scores the "
        "items that it has not scored yet");
    addRow(*m_form, "Seed", m_seed, "Equal seeds give equal orders");
    addRow(*m_form, "Shown again", m_repeated,
           "So many of the items come to each annotator a second time, at least 20 verdicts later "
           "and without telling: how far somebody agrees with themselves");
    addRow(*m_form, "For everybody", m_doubled,
           "So many of the items are judged by every annotator, the others by whoever comes first");
    connect(m_kind, &QComboBox::currentIndexChanged, this, &LabelOrderEdit::showKind);
    connect(m_model, &ModelChooser::chosen, this, [this](const QString& model) {
        m_chosenModel = model;
        Q_EMIT changed();
    });
    showKind();
}

void LabelOrderEdit::setRewardModels(const std::vector<RunRecord>& runs) {
    m_model->setRuns(runs);
    m_model->setModel(m_chosenModel);
}

void LabelOrderEdit::setOrder(const LabelOrder& order, const LabelShares& shares) {
    m_kind->setCurrentIndex(m_kind->findData(int(order.kind)));
    m_seed->setValue(static_cast<int>(order.seed));
    m_repeated->setValue(percentOf(shares.repeated));
    m_doubled->setValue(percentOf(shares.doubled));
}

void LabelOrderEdit::setHasRunRewards(bool has) {
    m_hasRunRewards = has;
    m_model->setEmptyText(has ? "The run that sampled them" : "Choose a reward model");
    Q_EMIT changed();
}

void LabelOrderEdit::showKind() {
    const auto kind = m_kind->currentData().toInt();
    m_form->setRowVisible(m_model, kind == LabelOrder::uncertain);
    m_form->setRowVisible(m_seed, kind == LabelOrder::random);
    Q_EMIT changed();
}

LabelOrderWish LabelOrderEdit::wish() const {
    LabelOrderWish wish;
    wish.kind = static_cast<LabelOrder::Kind>(m_kind->currentData().toInt());
    if (wish.kind == LabelOrder::random) wish.seed = m_seed->value();
    if (wish.kind == LabelOrder::uncertain) wish.model = toStd(m_chosenModel);
    wish.shares = {m_repeated->value() / percent, m_doubled->value() / percent};
    return wish;
}

QString LabelOrderEdit::problem() const {
    const bool uncertain = m_kind->currentData().toInt() == LabelOrder::uncertain;
    if (!uncertain || m_hasRunRewards || !m_chosenModel.isEmpty()) return {};
    return "These items have no rewards of a run: choose a reward model for their order.";
}

}  // namespace plumb::ui
