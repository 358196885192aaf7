// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model_texts.h"

#include <QLineEdit>
#include <QPlainTextEdit>
#include <QVBoxLayout>

#include "common/background.h"
#include "common/text.h"
#include "common/theme.h"
#include "common/visible_text.h"
#include "widgets/number_label.h"
#include "widgets/tab_stack.h"

namespace plumb::ui {
namespace {

constexpr int delay_ms = 250;
constexpr const char* between_tokens = "\u2009|\u2009";
constexpr const char* first_text = "The quick brown fox: 17 + 25 = 42.";

}  // namespace

ModelTexts::ModelTexts(QWidget* parent) : QWidget(parent) {
    m_tabs = new TabStack(this);
    m_example = makeText("modelExample", "A conversation as the template writes it down");
    m_template = makeText("modelTemplate", "Chat template");
    m_tabs->addTab("modelExampleTab", "Example conversation", m_example);
    m_tabs->addTab("modelTemplateTab", "Chat template", m_template);
    m_tabs->addTab("modelTokensTab", "Try the tokenizer", makeTryout());
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_tabs);
    m_delay.setSingleShot(true);
    m_delay.setInterval(delay_ms);
    connect(&m_delay, &QTimer::timeout, this, &ModelTexts::cut);
    connect(m_text, &QLineEdit::textChanged, &m_delay, qOverload<>(&QTimer::start));
}

ModelTexts::~ModelTexts() { m_running.request_stop(); }

QPlainTextEdit* ModelTexts::makeText(const QString& name, const QString& title) {
    auto* text = new QPlainTextEdit(this);
    text->setObjectName(name);
    text->setAccessibleName(title);
    text->setReadOnly(true);
    text->setFont(monospacedFont());
    text->setTabChangesFocus(true);
    return text;
}

QWidget* ModelTexts::makeTryout() {
    auto* page = new QWidget(this);
    m_text = new QLineEdit(first_text, page);
    m_text->setObjectName("modelTokensText");
    m_text->setAccessibleName("Text for the tokenizer");
    m_text->setPlaceholderText("Any text");
    m_tokens = makeText("modelTokensShown", "The text as tokens");
    m_count = makeSmallLabel({}, "small", page);
    m_count->setObjectName("modelTokensCount");
    m_count->setWordWrap(true);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(10, 8, 10, 8);
    layout->setSpacing(6);
    layout->addWidget(m_text);
    layout->addWidget(m_count);
    layout->addWidget(m_tokens, 1);
    return page;
}

void ModelTexts::showInfo(const ModelInfo& info) {
    m_folder = info.folder;
    m_hasTokenizer = info.tokenizer_problem.empty();
    m_template->setPlainText(visibleText(toQString(info.chat_template)));
    m_template->setPlaceholderText("The folder has no chat template.");
    m_example->setPlainText(visibleText(toQString(info.chat_example)));
    m_example->setPlaceholderText(
        info.chat_problem.empty()
            ? "The folder has no chat template. The model goes on from plain text; conversations "
              "need a template in tokenizer_config.json or chat_template.jinja."
            : "The template cannot be used: " + toQString(info.chat_problem));
    cut();
}

void ModelTexts::cut() {
    m_running.request_stop();
    m_tokens->clear();
    m_count->setText(m_hasTokenizer ? QString() : "The folder has no tokenizer that can be used.");
    if (!m_hasTokenizer || m_text->text().isEmpty()) return;
    m_running = runInBackground(
        this,
        [folder = m_folder, text = toStd(m_text->text())](std::stop_token) {
            return cut_into_tokens(folder, text);
        },
        [this](const Result<std::vector<std::string>>& tokens) {
            if (!tokens.ok()) {
                m_count->setText(toQString(tokens.error().message));
                return;
            }
            QStringList shown;
            for (const std::string& token : *tokens) shown << visibleText(toQString(token));
            m_tokens->setPlainText(shown.join(between_tokens));
            m_count->setText(QString("%1 %2, special ones at the ends left out")
                                 .arg(shown.size())
                                 .arg(shown.size() == 1 ? "token" : "tokens"));
        });
}

}  // namespace plumb::ui
