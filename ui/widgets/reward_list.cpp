// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/reward_list.h"

#include <algorithm>
#include <utility>

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>

#include "base/strings.h"
#include "common/background.h"
#include "common/dropped_files.h"
#include "common/text.h"
#include "config/reward_info.h"
#include "config/roles.h"
#include "config/validation.h"
#include "session/reward_trial.h"
#include "widgets/field_row.h"
#include "widgets/reward_row.h"

namespace plumb::ui {
namespace {

std::string weightKey(std::size_t place) { return "weight:" + std::to_string(place); }

QLabel* wrapped(const QString& name, const char* role, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setObjectName(name);
    label->setProperty("role", role);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->hide();
    return label;
}

void showText(QLabel* label, const QString& text) {
    label->setText(text);
    label->setVisible(!text.isEmpty());
}

/// The functions with the weight of each, so that they stay together while some come and go. What a
/// run takes by itself is named then, since a run that names others would not take it.
std::vector<std::pair<std::string, double>> weightedFunctions(const Settings& settings) {
    std::vector<std::pair<std::string, double>> functions;
    for (const std::string& entry : scoring_functions(settings))
        functions.emplace_back(entry, reward_weight(settings, functions.size()));
    return functions;
}

void setFunctions(Settings& settings,
                  const std::vector<std::pair<std::string, double>>& functions) {
    settings.reward_funcs.clear();
    settings.reward_weights.clear();
    bool plain = true;
    for (const auto& [entry, weight] : functions) {
        settings.reward_funcs.push_back(entry);
        settings.reward_weights.push_back(weight);
        plain = plain && weight == 1.0;
    }
    if (plain) settings.reward_weights.clear();
}

}  // namespace

RewardList::RewardList(QWidget* parent) : QWidget(parent) {
    setObjectName("rewardList");
    setAcceptDrops(true);
    m_none = wrapped("rewardsNone", "muted", this);
    m_problem = wrapped("rewardsProblem", "error", this);
    m_hint = wrapped("rewardsHint", "small", this);
    m_own = new QWidget(this);
    m_timeout = new FieldRow(*find_field("reward_timeout"), m_own);
    auto* help = wrapped("timeoutHelp", "small", m_own);
    showText(help, toQString(m_timeout->field().help));
    auto* own = new QVBoxLayout(m_own);
    own->setContentsMargins(0, 0, 0, 0);
    own->setSpacing(3);
    own->addWidget(m_timeout);
    own->addWidget(help);
    m_list = new QVBoxLayout;
    m_list->setSpacing(0);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(makeHead());
    layout->addWidget(m_none);
    layout->addLayout(m_list);
    layout->addWidget(m_own);
    layout->addWidget(m_problem);
    layout->addWidget(m_hint);
    layout->addStretch();
    connect(m_timeout, &FieldRow::edited, this,
            [this](const QString& text) { takeField("reward_timeout", text); });
    m_checkTimer.setSingleShot(true);
    connect(&m_checkTimer, &QTimer::timeout, this, &RewardList::checkFunctions);
}

RewardList::~RewardList() { m_check.request_stop(); }

QWidget* RewardList::makeHead() {
    auto* head = new QWidget(this);
    auto* title = new QLabel("Reward functions", head);
    title->setProperty("role", "title");
    m_menu = new QMenu(head);
    m_menu->setObjectName("addRewardMenu");
    m_add = new QPushButton("Add", head);
    m_add->setObjectName("addReward");
    m_add->setAccessibleName("Add a reward function");
    m_add->setProperty("menu", true);
    m_add->setMenu(m_menu);
    auto* layout = new QHBoxLayout(head);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(title, 1);
    layout->addWidget(m_add);
    connect(m_menu, &QMenu::aboutToShow, this, &RewardList::fillMenu);
    return head;
}

void RewardList::showSettings(const Settings& settings, bool editable) {
    m_editable = editable;
    m_unreadable.clear();
    m_refused.clear();
    m_settings = settings;
    m_entries = scoring_functions(settings);
    makeRows();
    m_timeout->setValue(toQString(field_text(m_timeout->field(), settings)));
    m_timeout->setMode(editable ? FieldRow::Mode::editable : FieldRow::Mode::fixed);
    m_add->setVisible(editable);
    showText(m_hint, editable ? "Files of your own programs and plug-ins can be dropped here." : "");
    updateSettings(settings);
}

void RewardList::updateSettings(const Settings& settings) {
    std::erase_if(m_unreadable, [&](const auto& item) {
        const Field* field = find_field(item.first);
        return field && field_text(*field, settings) != field_text(*field, m_settings);
    });
    if (field_text(m_timeout->field(), settings) != field_text(m_timeout->field(), m_settings))
        m_timeout->setValue(toQString(field_text(m_timeout->field(), settings)));
    m_settings = settings;
    if (const auto entries = scoring_functions(settings); entries != m_entries) {
        m_entries = entries;
        makeRows();
    }
    const bool chosen = !settings.reward_funcs.empty();
    for (std::size_t k = 0; k < m_rows.size(); ++k) {
        m_rows[k]->showSettings(settings, k);
        m_rows[k]->setMode(m_editable, chosen);
    }
    m_own->setVisible(field_applies(m_timeout->field(), settings));
    showText(m_none, !m_rows.empty() ? ""
                                     : "No function is chosen. The run then compares completions "
                                       "with the reference answers of the rows, as numbers where "
                                       "all of them are numbers.");
    showProblems();
    m_checkTimer.start(0);
}

void RewardList::setRuns(const std::vector<RunRecord>& rewardModels) {
    m_rewardModels = rewardModels;
    for (RewardRow* row : m_rows) row->setRuns(rewardModels);
}

void RewardList::makeRows() {
    // A row may be in the middle of telling of its removal.
    for (RewardRow* row : m_rows) {
        row->setParent(nullptr);
        row->deleteLater();
    }
    m_rows.clear();
    std::erase_if(m_unreadable, [](const auto& item) { return !find_field(item.first); });
    for (std::size_t k = 0; k < m_entries.size(); ++k) {
        auto* row = new RewardRow(m_entries[k], this);
        row->setRuns(m_rewardModels);
        connect(row, &RewardRow::weightEdited, this,
                [this, k](const QString& text) { takeWeight(k, text); });
        connect(row, &RewardRow::fieldEdited, this,
                [this](const QString& key, const QString& text) { takeField(toStd(key), text); });
        connect(row, &RewardRow::removeRequested, this, [this, k] { remove(k); });
        m_list->addWidget(row);
        m_rows.push_back(row);
    }
}

void RewardList::fillMenu() {
    m_menu->clear();
    for (const RewardInfo& info : reward_infos()) {
        const QString name = toQString(info.name);
        QAction* action = m_menu->addAction(name + "\t" + toQString(info.help));
        action->setObjectName("addReward:" + name);
        const bool there = std::ranges::find(m_entries, info.name) != m_entries.end();
        action->setEnabled(!there && (info.name != "reviews" || m_settings.task == "reviews"));
        connect(action, &QAction::triggered, this, [this, name] { add({name}); });
    }
    m_menu->addSeparator();
    QAction* own = m_menu->addAction("Own file...\tA program in any language, or a plug-in (.so).");
    own->setObjectName("addRewardFile");
    connect(own, &QAction::triggered, this, &RewardList::chooseFiles);
}

void RewardList::chooseFiles() {
    auto* dialog = new QFileDialog(this, "Own reward functions");
    dialog->setObjectName("rewardFileDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    dialog->setNameFilters({"All files (*)", "Programs and plug-ins (*.py *.sh *.so)"});
    connect(dialog, &QFileDialog::filesSelected, this, &RewardList::add);
    dialog->open();
}

void RewardList::add(const QStringList& entries) {
    auto functions = weightedFunctions(m_settings);
    for (const QString& entry : entries)
        if (std::ranges::find(functions, toStd(entry), &std::pair<std::string, double>::first) ==
            functions.end())
            functions.emplace_back(toStd(entry), 1.0);
    Settings settings = m_settings;
    setFunctions(settings, functions);
    Q_EMIT edited(settings);
}

void RewardList::remove(std::size_t place) {
    auto functions = weightedFunctions(m_settings);
    functions.erase(functions.begin() + static_cast<std::ptrdiff_t>(place));
    Settings settings = m_settings;
    setFunctions(settings, functions);
    Q_EMIT edited(settings);
}

void RewardList::takeWeight(std::size_t place, const QString& text) {
    const auto weight = parse_double(toStd(text));
    Settings settings = m_settings;
    if (!weight) {
        m_unreadable[weightKey(place)] =
            QString("The weight of %1 is \"%2\"; a number is needed.")
                .arg(toQString(reward_shown_name(m_entries[place])), text);
    } else {
        m_unreadable.erase(weightKey(place));
        auto functions = weightedFunctions(m_settings);
        functions[place].second = *weight;
        setFunctions(settings, functions);
        // A run that names no function has a weight for the one that it takes by itself.
        if (m_settings.reward_funcs.empty()) settings.reward_funcs.clear();
    }
    Q_EMIT edited(settings);
}

void RewardList::takeField(const std::string& key, const QString& text) {
    Settings settings = m_settings;
    if (const Status set = set_field(key, settings, toStd(text)); !set)
        m_unreadable[key] = toQString(set.error().message);
    else
        m_unreadable.erase(key);
    Q_EMIT edited(settings);
}

bool RewardList::showsField(std::string_view key) {
    if (key == "reward_funcs" || key == "reward_weights" || key == "reward_timeout") return true;
    return std::ranges::any_of(reward_infos(), [&](const RewardInfo& info) {
        return std::ranges::find(info.settings, key) != info.settings.end();
    });
}

QString RewardList::unreadable() const {
    return m_unreadable.empty() ? QString() : m_unreadable.begin()->second;
}

void RewardList::showProblems() {
    for (RewardRow* row : m_rows) row->clearErrors();
    m_timeout->setError({});
    QStringList elsewhere;
    const auto show = [&](const std::string& key, const QString& message) {
        const auto row = std::ranges::find_if(
            m_rows, [&](const RewardRow* each) { return each->hasField(key); });
        if (key == m_timeout->field().key)
            m_timeout->setError(message);
        else if (row != m_rows.end())
            (*row)->setFieldError(key, message);
        else
            elsewhere << message;
    };
    for (const FieldProblem& problem : find_problems(m_settings))
        if (m_editable && showsField(problem.key) && !m_unreadable.contains(problem.key))
            show(problem.key, toQString(problem.message));
    for (const auto& [key, message] : m_unreadable) show(key, message);
    for (RewardRow* row : m_rows) {
        const auto refused = m_refused.find(row->entry());
        if (refused != m_refused.end() && !row->hasFieldError()) row->setProblem(refused->second);
    }
    showText(m_problem, elsewhere.join("\n"));
}

void RewardList::checkFunctions() {
    m_check.request_stop();
    if (!isVisible()) return;
    m_check = runInBackground(
        this,
        [entries = m_entries, settings = m_settings](std::stop_token) {
            std::map<std::string, QString> refused;
            for (const std::string& entry : entries)
                if (const std::string problem = reward_problem(entry, settings); !problem.empty())
                    refused[entry] = toQString(problem);
            return refused;
        },
        [this](std::map<std::string, QString> refused) {
            m_refused = std::move(refused);
            showProblems();
        });
}

bool RewardList::event(QEvent* event) {
    // A file may have been repaired in another program meanwhile.
    if (event->type() == QEvent::WindowActivate) m_checkTimer.start(0);
    return QWidget::event(event);
}

void RewardList::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    m_checkTimer.start(0);
}

void RewardList::dragEnterEvent(QDragEnterEvent* event) {
    if (m_editable && !droppedFiles(event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void RewardList::dropEvent(QDropEvent* event) {
    add(droppedFiles(event->mimeData()));
    event->acceptProposedAction();
}

}  // namespace plumb::ui
