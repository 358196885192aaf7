// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/settings_panel.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <QCheckBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "analysis/edit_history.h"
#include "common/elided_label.h"
#include "common/shortcuts.h"
#include "common/text.h"
#include "config/presets.h"
#include "config/roles.h"
#include "config/validation.h"
#include "widgets/edit_list.h"

namespace plumb::ui {
namespace {

/// Names what the settings came from, or is filled in at the start; no choice of the user's.
bool isBookkeeping(const Field& field) { return field.key == "preset" || field.key == "threads"; }

}  // namespace

SettingsPanel::SettingsPanel(QWidget* parent) : QFrame(parent) {
    setObjectName("settingsPanel");
    setProperty("role", "sidebar");
    auto* title = new QLabel("Settings", this);
    title->setProperty("role", "title");
    m_summary = new ElidedLabel(this);
    m_summary->setObjectName("settingsSummary");
    m_summary->setProperty("role", "small");
    m_save = new QPushButton("Save...", this);
    m_save->setObjectName("settingsSave");
    m_save->setProperty("role", "flat");
    m_save->setToolTip("Saves these settings as a YAML run file, which Open run file takes");
    m_search = new QLineEdit(this);
    m_search->setObjectName("settingsSearch");
    m_search->setPlaceholderText("Search  " + keyText("searchSettings"));
    m_search->setClearButtonEnabled(true);
    m_advanced = new QCheckBox("Advanced", this);
    m_advanced->setObjectName("settingsAdvanced");
    m_hint = new QLabel(this);
    m_hint->setObjectName("settingsHint");
    m_hint->setProperty("role", "small");
    m_hint->setWordWrap(true);
    m_reason = new QLineEdit(this);
    m_reason->setObjectName("editReason");
    m_reason->setAccessibleName("Reason for the next edit");
    m_reason->setPlaceholderText("Reason for the next edit (kept with it)");
    m_editList = new EditList(this);

    auto* form = new QWidget;
    m_form = new QVBoxLayout(form);
    m_form->setContentsMargins(12, 0, 12, 12);
    m_form->setSpacing(6);
    auto* scroll = new QScrollArea(this);
    scroll->setObjectName("settingsScroll");
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(form);
    scroll->setFrameShape(QFrame::NoFrame);
    form->setAutoFillBackground(false);

    auto* head = new QHBoxLayout;
    head->addWidget(title);
    head->addWidget(m_summary, 1, Qt::AlignRight);
    head->addWidget(m_save);
    auto* find = new QHBoxLayout;
    find->setSpacing(8);
    find->addWidget(m_search, 1);
    find->addWidget(m_advanced);
    auto* top = new QVBoxLayout;
    top->setContentsMargins(12, 12, 12, 0);
    top->setSpacing(8);
    top->addLayout(head);
    top->addLayout(find);
    top->addWidget(m_hint);
    top->addWidget(m_reason);
    top->addWidget(m_editList);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addLayout(top);
    layout->addWidget(scroll, 1);

    build();
    connect(m_save, &QPushButton::clicked, this, &SettingsPanel::saveRequested);
    connect(m_editList, &EditList::stepChosen, this, &SettingsPanel::stepChosen);
    connect(m_search, &QLineEdit::textChanged, this, &SettingsPanel::refreshVisibility);
    connect(m_search, &QLineEdit::returnPressed, this, &SettingsPanel::focusFound);
    connect(m_advanced, &QCheckBox::toggled, this, &SettingsPanel::refreshVisibility);
    clear();
}

SettingsPanel::~SettingsPanel() {
    // An editor that loses the focus as it goes reports what was typed.
    for (const Group& group : m_groups)
        for (FieldRow* row : group.rows) row->disconnect(this);
}

void SettingsPanel::build() {
    for (const Field& field : fields()) {
        const QString title = toQString(section_title(field.section)).toUpper();
        if (m_groups.empty() || m_groups.back().title->text() != title) {
            auto* label = new QLabel(title, this);
            label->setProperty("role", "section");
            label->setContentsMargins(0, 8, 0, 0);
            m_form->addWidget(label);
            m_groups.push_back({label, {}});
        }
        auto* row = new FieldRow(field, this);
        connect(row, &FieldRow::edited, this,
                [this, row](const QString& text) { handleEdit(row, text); });
        m_form->addWidget(row);
        m_groups.back().rows.push_back(row);
    }
    m_form->addStretch();
}

void SettingsPanel::focusSearch() {
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

void SettingsPanel::focusFound() {
    FieldRow* row = rowOf(toStd(m_search->text().trimmed()));
    for (const Group& group : m_groups)
        for (FieldRow* found : group.rows)
            if ((!row || row->isHidden()) && !found->isHidden()) row = found;
    if (row && !row->isHidden()) row->focusEditor();
}

void SettingsPanel::keyPressEvent(QKeyEvent* event) {
    if (!isPressed(*event, "settingsLeave")) return QFrame::keyPressEvent(event);
    if (m_search->hasFocus() && !m_search->text().isEmpty())
        m_search->clear();
    else
        Q_EMIT focusReleased();
}

FieldRow* SettingsPanel::rowOf(std::string_view key) const {
    for (const Group& group : m_groups)
        for (FieldRow* row : group.rows)
            if (row->field().key == key) return row;
    return nullptr;
}

void SettingsPanel::showDraft(const Settings& settings) {
    m_kind = Kind::draft;
    m_settings = settings;
    refresh();
    checkDraft();
}

void SettingsPanel::updateDraft(const Settings& settings) {
    if (m_kind != Kind::draft) return;
    for (const Group& group : m_groups)
        for (FieldRow* row : group.rows) {
            const std::string value = field_text(row->field(), settings);
            if (value == field_text(row->field(), m_settings)) continue;
            row->setValue(toQString(value));
            m_unreadable.erase(std::string(row->field().key));
        }
    m_settings = settings;
    checkDraft();
    Q_EMIT settingsChanged();
}

void SettingsPanel::showRun(const Settings& settings, bool live) {
    m_kind = live ? Kind::live : Kind::past;
    m_settings = settings;
    refresh();
}

void SettingsPanel::clear() {
    m_kind = Kind::nothing;
    m_settings = Settings{};
    refresh();
}

void SettingsPanel::setEdits(const std::vector<EditRecord>& edits) {
    m_edits = edits;
    m_editList->setEdits(edits);
    if (m_step) showValues();
}

void SettingsPanel::setShownStep(std::optional<std::int64_t> step) {
    const auto held = [this](std::int64_t at) {
        return std::ranges::count_if(m_edits,
                                     [at](const EditRecord& edit) { return held_at(edit, at); });
    };
    m_editList->setShownStep(step);
    const bool same = m_step && step && held(*m_step) == held(*step);
    if (std::exchange(m_step, step) == step) return;
    if (same)
        showHint();
    else
        showValues();
}

void SettingsPanel::applyEdit(const EditRecord& edit) {
    FieldRow* row = rowOf(edit.key);
    if (!row || !set_field(row->field(), m_settings, edit.new_value)) return;
    row->setError({});
    m_reason->clear();
    m_edits.push_back(edit);
    m_editList->setEdits(m_edits);
    showValues();
}

void SettingsPanel::showProblem(const std::string& key, const QString& message) {
    if (FieldRow* row = rowOf(key)) {
        row->setError(message);
        refreshVisibility();
    }
}

bool SettingsPanel::isValid() const {
    return m_unreadable.empty() && find_problems(m_settings).empty();
}

void SettingsPanel::refresh() {
    m_unreadable.clear();
    m_baseline = Settings{};
    m_baselineName = "default";
    if (const auto preset = preset_settings(m_settings.preset); preset.ok()) {
        m_baseline = *preset;
        m_baselineName = "preset";
    }
    for (const Group& group : m_groups)
        for (FieldRow* row : group.rows) row->setError({});
    m_edits.clear();
    m_editList->setEdits({});
    m_editList->setShownStep(std::nullopt);
    m_step.reset();
    m_save->setEnabled(m_kind != Kind::nothing);
    showValues();
}

void SettingsPanel::showValues() {
    m_seen = m_step ? settings_at(m_settings, m_edits, *m_step) : m_settings;
    const bool live = m_kind == Kind::live && !m_step;
    const auto mode = [&](const Field& field) {
        if (m_kind == Kind::draft) return FieldRow::Mode::editable;
        return live && field.live ? FieldRow::Mode::live : FieldRow::Mode::fixed;
    };
    for (const Group& group : m_groups)
        for (FieldRow* row : group.rows) {
            const QString value = toQString(field_text(row->field(), m_seen));
            // Somebody may be typing while the edit of another field takes effect.
            if (!live || !row->isBeingEdited()) row->setValue(value);
            row->setMode(mode(row->field()));
        }
    m_reason->setVisible(live);
    showHint();
    refreshVisibility();
}

void SettingsPanel::showHint() {
    const bool live = m_kind == Kind::live && !m_step;
    const bool past = m_step && (!m_edits.empty() || m_kind == Kind::live);
    m_hint->setVisible(live || past || m_kind == Kind::nothing);
    m_hint->setText(
        past ? QString("As they were at step %1.").arg(*m_step) +
                   (m_kind == Kind::live
                        ? QString(" Edits are made at the newest (%1).").arg(keyText("live"))
                        : QString())
        : live ? QString("Outlined settings can be edited while the run goes on.")
               : QString("Choose an experiment on the start page or a run on the left."));
}

void SettingsPanel::refreshVisibility() {
    const QString wanted = m_search->text().trimmed();
    int changed = 0;
    for (const Group& group : m_groups) {
        bool any = false;
        for (FieldRow* row : group.rows) {
            const Field& field = row->field();
            const bool applies = field_applies(field, m_seen);
            const std::string now = field_text(field, m_seen);
            const std::string before = field_text(field, m_baseline);
            const bool differs = applies && now != before && !isBookkeeping(field);
            changed += differs;
            row->setBaseline(differs ? std::optional(toQString(before)) : std::nullopt,
                             m_baselineName);
            const bool found = wanted.isEmpty() ? m_advanced->isChecked() || !field.advanced ||
                                                      differs || !row->error().isEmpty()
                                                : row->matches(wanted);
            const bool shown = m_kind != Kind::nothing && applies && found;
            row->setVisible(shown);
            any = any || shown;
        }
        group.title->setVisible(any);
    }
    if (m_kind == Kind::nothing)
        m_summary->clear();
    else
        m_summary->setText(
            toQString(m_settings.algorithm).toUpper() + " \u00B7 " +
            (changed == 0 ? "as " + m_baselineName : QString::number(changed) + " changed"));
}

void SettingsPanel::handleEdit(FieldRow* row, const QString& text) {
    const Field& field = row->field();
    const std::string key(field.key);
    Settings edited = m_settings;
    const Status status = set_field(field, edited, toStd(text));
    if (m_kind == Kind::live) {
        if (!status) {
            row->setError(toQString(status.error().message));
            return;
        }
        row->setError({});
        Q_EMIT editRequested(toQString(key), toQString(field_text(field, edited)),
                             m_reason->text().trimmed());
        return;
    }
    if (m_kind != Kind::draft) return;
    if (!status) {
        m_unreadable[key] = toQString(status.error().message);
    } else {
        m_unreadable.erase(key);
        m_settings = edited;
        resolve_own_rewards(m_settings, std::filesystem::current_path());
        row->setValue(toQString(field_text(field, m_settings)));
    }
    checkDraft();
    Q_EMIT settingsChanged();
}

void SettingsPanel::checkDraft() {
    m_seen = m_settings;
    std::map<std::string, QString> messages = m_unreadable;
    for (const FieldProblem& problem : find_problems(m_settings))
        messages.try_emplace(problem.key, toQString(problem.message));
    for (const Group& group : m_groups)
        for (FieldRow* row : group.rows) {
            const auto found = messages.find(std::string(row->field().key));
            row->setError(found == messages.end() ? QString() : found->second);
        }
    refreshVisibility();
}

}  // namespace plumb::ui
