// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sweep_dialog.h"

#include <algorithm>

#include <QComboBox>
#include <QCompleter>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>

#include "common/text.h"
#include "config/fields.h"
#include "config/presets.h"

namespace plumb::ui {
namespace {

constexpr std::string_view usual_keys[] = {"kl_coef", "beta", "dpo_beta", "learning_rate"};

}  // namespace

SweepDialog::SweepDialog(std::vector<std::pair<QString, Settings>> runs, QWidget* parent)
    : ExperimentDialog("sweep", "Sweep", parent), m_bases(std::move(runs)) {
    for (const Preset& preset : presets())
        if (const auto settings = preset_settings(preset.name); settings.ok())
            m_bases.emplace_back(toQString(preset.name), *settings);
    m_base = new QComboBox(form());
    m_base->setObjectName("sweepBase");
    for (const auto& [name, settings] : m_bases) m_base->addItem(name);
    m_key = new QComboBox(form());
    m_key->setObjectName("sweepKey");
    m_key->setEditable(true);
    m_key->setInsertPolicy(QComboBox::NoInsert);
    m_key->completer()->setFilterMode(Qt::MatchContains);
    m_key->completer()->setCompletionMode(QCompleter::PopupCompletion);
    m_help = new QLabel(form());
    m_help->setObjectName("sweepHelp");
    m_help->setProperty("role", "small");
    m_help->setWordWrap(true);
    addPlain("Base", m_base, "All other settings are those of this preset or run");
    m_keyError = addChecked("Setting", m_key, "What is swept: a part of its name finds it");
    static_cast<QFormLayout*>(form()->layout())->addRow(QString(), m_help);
    m_values = makeLine("Values", "0, 0.02, 0.05, 0.1, 0.3");
    m_valuesError = addChecked("Values", m_values, "A list, with commas between");
    connect(m_base, &QComboBox::currentIndexChanged, this, &SweepDialog::showBase);
    connect(m_key, &QComboBox::currentTextChanged, this, &SweepDialog::showField);
    addEnd("1");
    showBase();
}

void SweepDialog::showBase() {
    const Settings& base = m_bases[static_cast<std::size_t>(m_base->currentIndex())].second;
    const QString before = m_key->currentText();
    {
        const QSignalBlocker blocker(m_key);
        m_key->clear();
        for (const Field& field : fields())
            if (field_applies(field, base)) m_key->addItem(toQString(field.key));
        int index = m_key->findText(before);
        for (const std::string_view key : usual_keys)
            if (index < 0) index = m_key->findText(toQString(key));
        m_key->setCurrentIndex(std::max(index, 0));
    }
    showField();
}

void SweepDialog::showField() {
    const Settings& base = m_bases[static_cast<std::size_t>(m_base->currentIndex())].second;
    const Field* field = find_field(toStd(m_key->currentText().trimmed()));
    m_help->setVisible(field != nullptr);
    if (field)
        m_help->setText(QString("%1 In the base: %2. Takes %3.")
                            .arg(toQString(field->help), toQString(field_text(*field, base)),
                                 toQString(accepted_values(*field))));
    check();
}

std::optional<Experiment> SweepDialog::experiment() {
    const Settings& base = m_bases[static_cast<std::size_t>(m_base->currentIndex())].second;
    const std::string key = toStd(m_key->currentText().trimmed());
    const bool known = find_field(key) != nullptr;
    setError(*m_keyError, known ? QString() : toQString(unknown_key(key).message));
    setError(*m_valuesError, {});
    if (!known) return {};
    const std::vector<std::string> values = split_values(toStd(m_values->text()));
    if (m_values->text().trimmed().isEmpty()) return {};
    auto made = sweep_experiment(base, key, values);
    if (made.ok()) return std::move(*made);
    setError(*m_valuesError, toQString(made.error().message));
    return {};
}

}  // namespace plumb::ui
