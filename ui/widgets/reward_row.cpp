// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/reward_row.h"

#include <algorithm>
#include <filesystem>

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>
#include <QVBoxLayout>

#include "base/strings.h"
#include "common/elided_label.h"
#include "common/text.h"
#include "common/theme.h"
#include "config/reward_info.h"
#include "config/roles.h"
#include "widgets/field_row.h"
#include "widgets/model_chooser.h"

namespace plumb::ui {
namespace {

constexpr int weight_width = 60;

QLabel* wrapped(const QString& text, const char* role, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setProperty("role", role);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    return label;
}

}  // namespace

RewardRow::RewardRow(const std::string& entry, QWidget* parent) : QFrame(parent), m_entry(entry) {
    const QString name = toQString(reward_shown_name(entry));
    setObjectName("reward:" + name);
    setProperty("role", "row");
    m_problem = wrapped({}, "error", this);
    m_problem->setObjectName("rewardProblem:" + name);
    m_problem->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_problem->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 4, 0, 6);
    layout->setSpacing(3);
    layout->addWidget(makeHead(name));
    if (const RewardInfo* info = find_reward_info(entry)) {
        layout->addWidget(wrapped(toQString(info->help), "small", this));
    } else {
        const std::filesystem::path file = entry;
        auto* place = new ElidedLabel(
            pathText(file.filename()) + " in " + pathText(file.parent_path()), this);
        place->setProperty("role", "small");
        place->setToolTip(toQString(entry));
        layout->addWidget(place);
    }
    for (const std::string_view key : reward_settings(entry)) {
        const Field& field = *find_field(key);
        if (key == "reward_model") {
            m_model = new ModelChooser("rewardModel", "One made from pairs", this);
            m_model->setAccessibleName(toQString(field.label));
            layout->addWidget(m_model);
            connect(m_model, &ModelChooser::chosen, this,
                    [this](const QString& model) { Q_EMIT fieldEdited("reward_model", model); });
            continue;
        }
        // One time limit holds for all programs: the list has its editor.
        if (key == "reward_timeout") continue;
        auto* row = new FieldRow(field, this);
        connect(row, &FieldRow::edited, this, [this, row](const QString& text) {
            Q_EMIT fieldEdited(toQString(row->field().key), text);
        });
        layout->addWidget(row);
        layout->addWidget(wrapped(toQString(field.help), "small", this));
        m_fields.push_back(row);
    }
    layout->addWidget(m_problem);
}

RewardRow::~RewardRow() {
    // An editor that loses the focus as it goes reports what was typed.
    m_weight->disconnect(this);
}

QWidget* RewardRow::makeHead(const QString& name) {
    auto* head = new QWidget(this);
    auto* title = new ElidedLabel(name, head);
    title->setProperty("role", "title");
    auto* kind = new QLabel(toQString(to_string(reward_kind(m_entry))), head);
    kind->setObjectName("rewardKind:" + name);
    kind->setProperty("role", "small");
    m_weight = new QLineEdit(head);
    m_weight->setObjectName("weight:" + name);
    m_weight->setAccessibleName("Weight of " + name);
    m_weight->setToolTip(toQString(find_field("reward_weights")->help));
    m_weight->setFont(monospacedFont());
    m_weight->setAlignment(Qt::AlignRight);
    m_weight->setFixedWidth(weight_width);
    m_remove = new QToolButton(head);
    m_remove->setObjectName("removeReward:" + name);
    m_remove->setText("\u00D7");
    m_remove->setToolTip("Remove " + name);
    m_remove->setAccessibleName("Remove " + name);
    auto* layout = new QHBoxLayout(head);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(title, 1);
    layout->addWidget(kind);
    layout->addWidget(m_weight);
    layout->addWidget(m_remove);
    connect(m_weight, &QLineEdit::editingFinished, this, [this] {
        if (m_weight->text().trimmed() == m_shownWeight) return;
        m_shownWeight = m_weight->text().trimmed();
        Q_EMIT weightEdited(m_shownWeight);
    });
    connect(m_remove, &QToolButton::clicked, this, &RewardRow::removeRequested);
    return head;
}

void RewardRow::showSettings(const Settings& settings, std::size_t place) {
    const QString weight = toQString(format_number(reward_weight(settings, place)));
    if (weight != m_weightValue) {
        m_weightValue = m_shownWeight = weight;
        m_weight->setText(weight);
    }
    for (FieldRow* row : m_fields) {
        const QString value = toQString(field_text(row->field(), settings));
        const auto [before, first] = m_values.try_emplace(row, value);
        if (!first && before->second == value) continue;
        before->second = value;
        row->setValue(value);
    }
    if (m_model) m_model->setModel(toQString(settings.reward_model));
}

void RewardRow::setMode(bool editable, bool chosen) {
    m_weight->setReadOnly(!editable);
    m_weight->setFrame(editable);
    m_weight->setEnabled(editable);
    m_remove->setVisible(editable && chosen);
    for (FieldRow* row : m_fields)
        row->setMode(editable ? FieldRow::Mode::editable : FieldRow::Mode::fixed);
    if (m_model) m_model->setEnabled(editable);
}

void RewardRow::setRuns(const std::vector<RunRecord>& runs) {
    if (m_model) m_model->setRuns(runs);
}

void RewardRow::setProblem(const QString& message) {
    m_problem->setText(message);
    m_problem->setVisible(!message.isEmpty());
}

void RewardRow::setFieldError(std::string_view key, const QString& message) {
    for (FieldRow* row : m_fields)
        if (row->field().key == key) row->setError(message);
    if (m_model && key == "reward_model") setProblem(message);
}

bool RewardRow::hasField(std::string_view key) const {
    return (m_model && key == "reward_model") ||
           std::ranges::any_of(m_fields,
                               [&](const FieldRow* row) { return row->field().key == key; });
}

bool RewardRow::hasFieldError() const {
    return std::ranges::any_of(m_fields,
                               [](const FieldRow* row) { return !row->error().isEmpty(); });
}

void RewardRow::clearErrors() {
    setProblem({});
    for (FieldRow* row : m_fields) row->setError({});
}

}  // namespace plumb::ui
