// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/token_panel.h"

#include <cstdlib>

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QVBoxLayout>

#include "common/text.h"
#include "common/theme.h"
#include "widgets/colour_legend.h"
#include "widgets/coloured_tokens.h"

namespace plumb::ui {
namespace {

constexpr const char* quantity_setting = "completions/tokenQuantity";

}  // namespace

TokenPanel::TokenPanel(SessionBridge& bridge, QWidget* parent) : QWidget(parent), m_bridge(bridge) {
    m_quantity = new QComboBox(this);
    m_quantity->setObjectName("tokenQuantity");
    m_quantity->setAccessibleName("What the tokens are coloured by");
    m_quantity->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_legend = new ColourLegend(this);
    m_text = new ColouredTokens(this);
    m_text->setObjectName("tokenText");
    m_text->setAccessibleName("Tokens of the completion");
    m_numbers = new QLabel(this);
    m_numbers->setObjectName("tokenNumbers");
    m_numbers->setFont(monospacedFont());
    m_numbers->setWordWrap(true);
    m_numbers->setTextFormat(Qt::PlainText);
    m_reason = new QLabel(this);
    m_reason->setObjectName("tokensEmpty");
    m_reason->setProperty("role", "muted");
    m_reason->setAlignment(Qt::AlignCenter);
    m_reason->setWordWrap(true);
    m_nearest = new QPushButton(this);
    m_nearest->setObjectName("tokensNearest");

    m_content = new QWidget(this);
    auto* head = new QHBoxLayout;
    head->setSpacing(12);
    head->addWidget(m_quantity);
    head->addWidget(m_legend, 1);
    auto* content = new QVBoxLayout(m_content);
    content->setContentsMargins(0, 0, 0, 0);
    content->setSpacing(6);
    content->addLayout(head);
    content->addWidget(m_text, 1);
    content->addWidget(m_numbers);
    m_empty = new QWidget(this);
    auto* empty = new QVBoxLayout(m_empty);
    empty->addStretch(1);
    empty->addWidget(m_reason);
    empty->addWidget(m_nearest, 0, Qt::AlignHCenter);
    empty->addStretch(1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_content);
    layout->addWidget(m_empty);

    connect(m_quantity, &QComboBox::activated, this, [this] {
        QSettings().setValue(quantity_setting, m_quantity->currentData());
        colour();
    });
    connect(m_text, &ColouredTokens::tokenChosen, this, &TokenPanel::showNumbers);
    connect(m_text, &ColouredTokens::tokenHovered, this, [this](std::optional<std::size_t> token) {
        showNumbers(token ? token : m_text->chosen());
    });
    connect(m_nearest, &QPushButton::clicked, this,
            [this] { Q_EMIT stepRequested(m_nearestStep); });
    clear();
}

void TokenPanel::clear() {
    ++m_asked;
    say("Choose a completion to see its tokens.");
}

void TokenPanel::focusTokens() {
    if (m_content->isVisible())
        m_text->setFocus();
    else if (m_nearest->isVisible())
        m_nearest->setFocus();
}

void TokenPanel::show(RunId run, const CompletionRecord& completion, std::int64_t limit_mb) {
    m_run = run;
    m_completion = completion;
    m_limit = limit_mb;
    m_bridge.query(
        this,
        [run, step = completion.step, row = completion.row](StoreReader& reader) {
            return reader.token_data(run, step, row);
        },
        [this, asked = ++m_asked, run](const Result<std::optional<TokenData>>& tokens) {
            if (asked != m_asked) return;
            if (!tokens.ok()) {
                say(toQString(tokens.error().message));
            } else if (*tokens && !(*tokens)->ids.empty()) {
                showTokens(**tokens);
            } else {
                m_bridge.query(
                    this, [run](StoreReader& reader) { return reader.token_bytes(run); },
                    [this, asked](const Result<std::map<std::int64_t, std::uint64_t>>& kept) {
                        if (asked != m_asked) return;
                        if (kept.ok())
                            explain(*kept);
                        else
                            say(toQString(kept.error().message));
                    });
            }
        });
}

void TokenPanel::showTokens(const TokenData& tokens) {
    m_tokens = tokens;
    m_empty->hide();
    m_content->show();
    listQuantities();
    m_text->show(m_completion.prompt, m_completion.completion, tokens);
    colour();
    showNumbers(m_text->chosen());
}

void TokenPanel::listQuantities() {
    const QString wanted = QSettings().value(quantity_setting, "logprob").toString();
    m_quantity->clear();
    for (const TokenQuantity quantity : token_quantities) {
        if (!is_measured(*m_tokens, quantity)) continue;
        const TokenQuantityInfo& info = token_quantity_info(quantity);
        m_quantity->addItem(toQString(info.title), toQString(info.key));
        m_quantity->setItemData(m_quantity->count() - 1, toQString(info.help), Qt::ToolTipRole);
    }
    m_quantity->setCurrentIndex(std::max(0, m_quantity->findData(wanted)));
}

void TokenPanel::colour() {
    const auto quantity = parse_token_quantity(toStd(m_quantity->currentData().toString()));
    if (!quantity || !m_tokens) return;
    m_quantity->setToolTip(toQString(token_quantity_info(*quantity).help));
    m_legend->show(*quantity, token_scale(*m_tokens, *quantity));
    m_text->colourBy(*quantity);
}

void TokenPanel::showNumbers(std::optional<std::size_t> token) {
    if (!m_tokens || !token || *token >= m_text->count()) {
        m_numbers->setText("Left and Right go from token to token.");
        return;
    }
    QStringList parts = {QString("token %1 of %2, id %3, \u201C%4\u201D")
                             .arg(*token + 1)
                             .arg(m_text->count())
                             .arg(m_tokens->ids[*token])
                             .arg(m_text->textOf(*token).remove('\n'))};
    for (const TokenQuantity quantity : token_quantities) {
        const auto value = token_value(*m_tokens, quantity, *token);
        if (!value) continue;
        const QString name = toQString(token_quantity_info(quantity).name);
        if (quantity == TokenQuantity::clipped)
            parts << (*value > 0 ? "clipped above" : *value < 0 ? "clipped below" : "not clipped");
        else
            parts << name + " " + QString::number(*value, 'f', 3);
    }
    m_numbers->setText(parts.join("   "));
    m_numbers->setAccessibleName(m_numbers->text());
}

void TokenPanel::explain(const std::map<std::int64_t, std::uint64_t>& kept) {
    const QString setting = QString("token_data_mb (%1)").arg(m_limit);
    if (m_completion.held_out()) {
        say("Numbers of tokens are kept of what training samples. This is an answer of an "
            "evaluation.");
    } else if (kept.empty() && m_limit == 0) {
        say("This run keeps no numbers of tokens, since the setting token_data_mb is 0. Set it "
            "above 0 before the next run, in the advanced settings.");
    } else if (kept.empty()) {
        say("This run has no numbers of tokens: it was made by a program that did not keep them, "
            "its first update is not done yet, or one step takes more than " +
            setting + " allows. Raise that setting for the next run.");
    } else {
        std::int64_t nearest = kept.begin()->first;
        for (const auto& [step, bytes] : kept)
            if (std::abs(step - m_completion.step) < std::abs(nearest - m_completion.step))
                nearest = step;
        if (nearest == m_completion.step)
            say("Nothing was measured of this completion's tokens.");
        else
            say(QString("Step %1 has no numbers of tokens. The run has reached the limit %2 and "
                        "keeps those of some steps, or the step's update is not done yet. Raise "
                        "the setting to keep more.")
                    .arg(m_completion.step)
                    .arg(setting),
                nearest);
    }
}

void TokenPanel::say(const QString& reason, std::optional<std::int64_t> step) {
    m_tokens.reset();
    m_content->hide();
    m_empty->show();
    m_reason->setText(reason);
    m_nearest->setVisible(step.has_value());
    if (!step) return;
    m_nearestStep = *step;
    m_nearest->setText(QString("Show step %1, which has them").arg(*step));
}

}  // namespace plumb::ui
