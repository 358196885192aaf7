// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/reward_tryout.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "common/background.h"
#include "common/elided_label.h"
#include "common/shortcuts.h"
#include "common/text.h"
#include "common/theme.h"
#include "config/roles.h"
#include "widgets/reward_results.h"
#include "widgets/trial_row_picker.h"

namespace plumb::ui {
namespace {

constexpr int clock_ms = 250, frame_height = 14, answer_width = 120;

QPlainTextEdit* textEdit(const QString& name, const QString& accessible, QWidget* parent) {
    auto* edit = new QPlainTextEdit(parent);
    edit->setObjectName(name);
    edit->setAccessibleName(accessible);
    edit->setProperty("role", "field");
    edit->setFont(monospacedFont());
    edit->setTabChangesFocus(true);
    edit->setMinimumHeight(2 * edit->fontMetrics().lineSpacing() + frame_height);
    edit->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Ignored);
    return edit;
}

QLabel* labelOf(const QString& text, QWidget* widget) {
    auto* label = new QLabel(text, widget->parentWidget());
    label->setProperty("role", "muted");
    label->setBuddy(widget);
    return label;
}

}  // namespace

RewardTryout::RewardTryout(QWidget* parent) : QWidget(parent) {
    setObjectName("rewardTryout");
    m_results = new RewardResults(this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(makeText(), 2);
    layout->addWidget(makeActions());
    layout->addWidget(m_results, 3);
    m_clock.setInterval(clock_ms);
    connect(&m_clock, &QTimer::timeout, this, &RewardTryout::showAsked);
    updateButtons();
}

RewardTryout::~RewardTryout() { m_asking.request_stop(); }

QWidget* RewardTryout::makeText() {
    auto* text = new QWidget(this);
    m_rows = new TrialRowPicker(text);
    m_prompt = textEdit("trialPrompt", "Prompt", text);
    setFocusProxy(m_prompt);
    m_completion = textEdit("trialCompletion", "Completion", text);
    m_ended = new QCheckBox("ended", text);
    m_ended->setObjectName("trialEnded");
    m_ended->setAccessibleName("The model came to an end by itself");
    m_ended->setToolTip("Whether the model came to an end by itself, or was cut");
    m_ended->setChecked(true);
    auto* grid = new QGridLayout(text);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(2);
    auto* left = new QHBoxLayout;
    left->addWidget(labelOf("prompt", m_prompt));
    left->addWidget(m_rows, 1);
    auto* right = new QHBoxLayout;
    right->addWidget(labelOf("completion", m_completion));
    right->addStretch();
    right->addWidget(m_ended);
    grid->addLayout(left, 0, 0);
    grid->addLayout(right, 0, 1);
    grid->addWidget(m_prompt, 1, 0);
    grid->addWidget(m_completion, 1, 1);
    grid->setRowStretch(1, 1);
    for (const int column : {0, 1}) grid->setColumnStretch(column, 1);
    for (QWidget* widget : {static_cast<QWidget*>(m_prompt), static_cast<QWidget*>(m_completion),
                            static_cast<QWidget*>(m_ended)})
        widget->installEventFilter(this);
    connect(m_rows, &TrialRowPicker::chosen, this, [this](const TrialRow& row) {
        m_prompt->setPlainText(toQString(row.prompt));
        m_answer->setText(toQString(row.answer));
    });
    connect(m_rows, &TrialRowPicker::failed, this,
            [this](const QString& message) { m_results->showProblem(message); });
    return text;
}

QWidget* RewardTryout::makeActions() {
    auto* actions = new QWidget(this);
    m_answer = new QLineEdit(actions);
    m_answer->setObjectName("trialAnswer");
    m_answer->setAccessibleName("Reference answer");
    m_answer->setPlaceholderText("none");
    m_answer->setFont(monospacedFont());
    m_answer->setFixedWidth(answer_width);
    m_try = new QPushButton("Try  " + keyText("tryReward"), actions);
    m_try->setObjectName("tryRewards");
    m_cancel = new QPushButton("Cancel  Esc", actions);
    m_cancel->setObjectName("cancelTrial");
    m_state = new ElidedLabel(actions);
    m_state->setObjectName("trialState");
    m_state->setProperty("role", "small");
    auto* layout = new QHBoxLayout(actions);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(labelOf("answer", m_answer));
    layout->addWidget(m_answer);
    layout->addWidget(m_try);
    layout->addWidget(m_cancel);
    layout->addWidget(m_state, 1);
    for (QWidget* widget : {static_cast<QWidget*>(m_answer), static_cast<QWidget*>(m_try),
                            static_cast<QWidget*>(m_cancel)})
        widget->installEventFilter(this);
    connect(m_try, &QPushButton::clicked, this, &RewardTryout::tryNow);
    connect(m_cancel, &QPushButton::clicked, this, &RewardTryout::cancel);
    return actions;
}

void RewardTryout::setSettings(const Settings& settings) {
    m_settings = settings;
    m_rows->setSettings(settings);
    if (scoring_functions(settings) != m_results->functions())
        forget();
    else
        m_results->setSettings(settings);
    updateButtons();
}

void RewardTryout::setPlace(const TrialPlace& place) {
    if (place.run_folder == m_place.run_folder && place.workspace == m_place.workspace) return;
    m_place = place;
    forget();
}

void RewardTryout::forget() {
    m_asking.request_stop();
    m_results->clear();
    end({});
}

void RewardTryout::tryNow() {
    const auto functions = scoring_functions(m_settings);
    if (isBusy() || functions.empty()) return;
    m_text = {toStd(m_prompt->toPlainText()), toStd(m_completion->toPlainText()),
              toStd(m_answer->text()), m_ended->isChecked()};
    m_length.clear();
    m_state->clear();
    m_results->begin(functions, m_settings);
    m_asked = 0;
    m_clock.start();
    askNext();
    updateButtons();
}

void RewardTryout::askNext() {
    m_since = std::chrono::steady_clock::now();
    showAsked();
    m_asking = runInBackground(
        this,
        [function = m_results->functions()[*m_asked], settings = m_settings, text = m_text,
         place = m_place](std::stop_token stop) {
            return try_reward(function, settings, text, place, stop);
        },
        [this](const Result<RewardTrial>& trial) { takeAnswer(trial); });
}

void RewardTryout::takeAnswer(const Result<RewardTrial>& trial) {
    m_results->setAnswer(*m_asked, trial);
    if (trial.ok())
        m_length = QString("length %1 %2")
                       .arg(trial->length)
                       .arg(trial->in_characters ? "characters" : "tokens");
    if (++*m_asked < m_results->functions().size())
        askNext();
    else
        end(m_length);
}

void RewardTryout::cancel() {
    if (!isBusy()) return;
    m_asking.request_stop();
    m_results->setCancelled();
    end("cancelled");
}

void RewardTryout::end(const QString& state) {
    m_asked.reset();
    m_clock.stop();
    m_state->setText(state);
    updateButtons();
}

void RewardTryout::showAsked() {
    if (!isBusy()) return;
    const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - m_since;
    QString duration = QString("%1 s").arg(static_cast<int>(waited.count()));
    if (is_own_reward(m_results->functions()[*m_asked]))
        duration += QString(", limit %1 s").arg(m_settings.reward_timeout);
    m_results->setAsked(*m_asked, duration);
}

void RewardTryout::updateButtons() {
    const bool busy = isBusy(), any = !scoring_functions(m_settings).empty();
    m_try->setVisible(!busy);
    m_try->setEnabled(any);
    m_try->setToolTip(any ? "" : "Add a reward function first");
    m_cancel->setVisible(busy);
}

bool RewardTryout::eventFilter(QObject* watched, QEvent* event) {
    // The form around this has the same keys; while the text is edited they belong to the try-out.
    if (event->type() != QEvent::ShortcutOverride && event->type() != QEvent::KeyPress)
        return QWidget::eventFilter(watched, event);
    const auto* key = static_cast<QKeyEvent*>(event);
    const bool cancels = isPressed(*key, "tryCancel") && isBusy();
    if (!isPressed(*key, "tryReward") && !cancels) return QWidget::eventFilter(watched, event);
    event->accept();
    if (event->type() == QEvent::KeyPress) cancels ? cancel() : tryNow();
    return true;
}

}  // namespace plumb::ui
