// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/playground_pane.h"

#include <cmath>

#include <QHeaderView>
#include <QLabel>
#include <QStyle>
#include <QTableWidget>
#include <QVBoxLayout>

#include "base/strings.h"
#include "common/text.h"
#include "common/theme.h"
#include "widgets/checkpoint_chooser.h"
#include "widgets/generated_text.h"

namespace plumb::ui {
namespace {

constexpr std::int64_t alternatives = 5;
constexpr int row_height = 22;

QTableWidgetItem* makeItem(const QString& text, Qt::Alignment alignment) {
    auto* item = new QTableWidgetItem(text);
    item->setTextAlignment(alignment | Qt::AlignVCenter);
    item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable);
    item->setFont(monospacedFont());
    return item;
}

/// Blanks and line ends that can be seen.
QString visible(const std::string& token) {
    QString text = toQString(token);
    return text.replace(' ', "\u00B7").replace("\n", "\u21B5");
}

}  // namespace

PlaygroundPane::PlaygroundPane(const QString& name, SessionBridge& bridge, QWidget* parent)
    : QFrame(parent), m_feed(bridge) {
    setObjectName(name);
    setProperty("role", "panel");
    m_chooser = new CheckpointChooser(name, bridge, this);
    m_text = new GeneratedText(this);
    m_text->setObjectName(name + "Text");
    m_text->setAccessibleName("Answer");
    m_text->setPlaceholderText("The answer appears here.");
    m_alternatives = new QTableWidget(0, 3, this);
    m_alternatives->setObjectName(name + "Alternatives");
    m_alternatives->setAccessibleName("Most probable tokens");
    m_alternatives->setHorizontalHeaderLabels({"most probable here", "probability", "log-prob"});
    m_alternatives->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_alternatives->horizontalHeader()->setHighlightSections(false);
    m_alternatives->horizontalHeaderItem(0)->setTextAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_alternatives->verticalHeader()->hide();
    m_alternatives->verticalHeader()->setDefaultSectionSize(row_height);
    m_alternatives->setShowGrid(false);
    m_alternatives->setSelectionMode(QAbstractItemView::NoSelection);
    m_alternatives->setFocusPolicy(Qt::NoFocus);
    m_alternatives->setFixedHeight(static_cast<int>(alternatives + 1) * row_height + 8);
    m_state = new QLabel(this);
    m_state->setObjectName(name + "State");
    m_state->setWordWrap(true);
    m_state->setTextFormat(Qt::PlainText);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 10, 8);
    layout->setSpacing(6);
    layout->addWidget(m_chooser);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_state);
    layout->addWidget(m_alternatives);

    connect(m_chooser, &CheckpointChooser::changed, this, &PlaygroundPane::modelChanged);
    connect(m_text, &GeneratedText::tokenChosen, this, &PlaygroundPane::showToken);
    connect(&m_feed, &GenerationFeed::tokensArrived, m_text, &GeneratedText::append);
    connect(&m_feed, &GenerationFeed::finished, this, [this](const GenerateReply& reply) {
        showState(QString("%1 tokens in %2 s, %3")
                      .arg(reply.tokens)
                      .arg(reply.seconds, 0, 'f', 2)
                      .arg(reply.ended ? "ended" : "cut at the longest length"));
        m_text->chooseFirst();
        Q_EMIT done();
    });
    connect(&m_feed, &GenerationFeed::failed, this, [this](const QString& message) {
        if (message.isEmpty())
            showState(QString("Stopped after %1 tokens.").arg(m_text->tokens().size()));
        else
            showState(message, true);
        Q_EMIT done();
    });
    showState(
        "Shade: the less probable a token, the darker. Click one to see what else could "
        "have come.");
    showToken(std::nullopt);
}

bool PlaygroundPane::hasModel() const { return !m_chooser->model().isEmpty(); }

void PlaygroundPane::ask(GenerateRequest request) {
    request.model = toStd(m_chooser->model());
    request.alternatives = alternatives;
    m_text->begin(toQString(request.prompt));
    showToken(std::nullopt);
    showState("Writing ...");
    m_feed.ask(std::move(request));
}

void PlaygroundPane::showToken(std::optional<std::size_t> index) {
    m_alternatives->clearContents();
    const auto* token = index ? &m_text->tokens()[*index] : nullptr;
    m_alternatives->setRowCount(token ? static_cast<int>(token->alternatives.size()) : 0);
    if (!token) return;
    int row = 0;
    for (const TokenChoice& choice : token->alternatives) {
        auto* text = makeItem(visible(choice.text), Qt::AlignLeft);
        if (choice.text == token->text) {
            QFont font = text->font();
            font.setBold(true);
            text->setFont(font);
            text->setToolTip("This one was drawn");
        }
        m_alternatives->setItem(row, 0, text);
        m_alternatives->setItem(
            row, 1, makeItem(toQString(format_fixed(choice.probability, 4)), Qt::AlignRight));
        m_alternatives->setItem(
            row, 2,
            makeItem(toQString(format_fixed(std::log(choice.probability), 3)), Qt::AlignRight));
        ++row;
    }
}

void PlaygroundPane::showState(const QString& text, bool isError) {
    m_state->setText(text);
    m_state->setProperty("role", isError ? "error" : "small");
    m_state->style()->unpolish(m_state);
    m_state->style()->polish(m_state);
}

}  // namespace plumb::ui
