// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/field_row.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QStyle>
#include <QVBoxLayout>
#include <QWheelEvent>

#include "common/elided_label.h"
#include "common/text.h"
#include "common/theme.h"

namespace plumb::ui {
namespace {

constexpr int editor_width = 112;

/// Scrolling the panel must not change the settings that pass below the mouse.
class ChoiceBox : public QComboBox {
public:
    using QComboBox::QComboBox;

protected:
    void wheelEvent(QWheelEvent* event) override { event->ignore(); }
};

QStringList choicesOf(const Field& field) {
    if (std::holds_alternative<bool Settings::*>(field.member)) return {"true", "false"};
    if (std::holds_alternative<std::optional<bool> Settings::*>(field.member))
        return {"null", "true", "false"};
    QStringList choices;
    if (std::holds_alternative<std::string Settings::*>(field.member))
        for (const std::string_view choice : field.choices) choices << toQString(choice);
    return choices;
}

QString choiceText(const QString& value) {
    if (value == "true") return "yes";
    if (value == "false") return "no";
    if (value == "null") return "automatic";
    return value;
}

bool isNumber(const Field& field) {
    return std::holds_alternative<std::int64_t Settings::*>(field.member) ||
           std::holds_alternative<double Settings::*>(field.member) ||
           std::holds_alternative<std::optional<double> Settings::*>(field.member);
}

void setFlag(QWidget* widget, const char* name, bool value) {
    if (widget->property(name).toBool() == value) return;
    widget->setProperty(name, value);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

}  // namespace

QString fieldHelp(const Field& field) {
    QString text =
        QString("<p><b>%1</b></p><p>%2</p><p>Takes %3.")
            .arg(toQString(field.key).toHtmlEscaped(), toQString(field.help).toHtmlEscaped(),
                 toQString(accepted_values(field)).toHtmlEscaped());
    if (!field.unit.empty()) text += " Unit: " + toQString(field.unit).toHtmlEscaped() + ".";
    if (!field.trl_name.empty())
        text += " In TRL: " + toQString(field.trl_name).toHtmlEscaped() + ".";
    const std::string preset = field_text(field, Settings{});
    if (!preset.empty()) text += " Default: " + choiceText(toQString(preset)).toHtmlEscaped() + ".";
    if (field.live) text += " May be edited while the run goes on.";
    return text + "</p>";
}

FieldRow::FieldRow(const Field& field, QWidget* parent) : QWidget(parent), m_field(field) {
    setObjectName("row:" + toQString(field.key));
    m_name = new ElidedLabel(toQString(field.key), this);
    m_name->setToolTip(fieldHelp(field));
    m_name->setProperty("role", "muted");
    QWidget* editor = makeEditor();
    editor->setObjectName("field:" + toQString(field.key));
    editor->setAccessibleName(toQString(field.label));
    editor->setToolTip(fieldHelp(field));
    editor->setFixedWidth(editor_width);
    m_name->setBuddy(editor);
    m_error = new QLabel(this);
    m_error->setObjectName("error:" + toQString(field.key));
    m_error->setProperty("role", "error");
    m_error->setWordWrap(true);
    m_error->setTextFormat(Qt::PlainText);
    m_error->hide();

    auto* line = new QHBoxLayout;
    line->setSpacing(8);
    line->addWidget(m_name, 1);
    line->addWidget(editor);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(line);
    layout->addWidget(m_error);
}

FieldRow::~FieldRow() {
    // An editor that loses the focus as it goes reports what was typed.
    if (m_line) m_line->disconnect(this);
}

QWidget* FieldRow::makeEditor() {
    const QStringList choices = choicesOf(m_field);
    if (choices.isEmpty()) {
        m_line = new QLineEdit(this);
        m_line->setFont(monospacedFont());
        if (isNumber(m_field)) m_line->setAlignment(Qt::AlignRight);
        if (is_list(m_field)) m_line->setPlaceholderText("a, b");
        connect(m_line, &QLineEdit::editingFinished, this, &FieldRow::finish);
        return m_line;
    }
    m_choice = new ChoiceBox(this);
    m_choice->setFocusPolicy(Qt::StrongFocus);
    for (const QString& choice : choices) m_choice->addItem(choiceText(choice), choice);
    connect(m_choice, &QComboBox::activated, this, &FieldRow::finish);
    return m_choice;
}

QString FieldRow::value() const {
    return m_line ? m_line->text().trimmed() : m_choice->currentData().toString();
}

void FieldRow::setValue(const QString& text) {
    m_shown = text;
    if (m_line) {
        const QSignalBlocker quiet(m_line);
        m_line->setText(text == "null" ? QString() : text);
        m_line->setCursorPosition(0);
        m_shown = value();
        return;
    }
    const QSignalBlocker quiet(m_choice);
    int index = m_choice->findData(text);
    if (index < 0) {
        // A value from a file that the table does not know: shown, and validation names it.
        m_choice->addItem(text, text);
        index = m_choice->count() - 1;
    }
    m_choice->setCurrentIndex(index);
}

bool FieldRow::isBeingEdited() const { return m_line && m_line->hasFocus() && value() != m_shown; }

void FieldRow::setMode(Mode mode) {
    const bool editable = mode != Mode::fixed;
    QWidget* editor = m_line ? static_cast<QWidget*>(m_line) : m_choice;
    if (m_line) {
        m_line->setReadOnly(!editable);
        m_line->setFrame(editable);
    }
    editor->setEnabled(editable);
    setFlag(editor, "live", mode == Mode::live);
}

void FieldRow::focusEditor() {
    QWidget* editor = m_line ? static_cast<QWidget*>(m_line) : m_choice;
    editor->setFocus(Qt::ShortcutFocusReason);
    if (m_line) m_line->selectAll();
}

void FieldRow::setBaseline(const std::optional<QString>& value, const QString& origin) {
    const QString role = value ? "changed" : "muted";
    if (m_name->property("role") != role) {
        m_name->setProperty("role", role);
        m_name->style()->unpolish(m_name);
        m_name->style()->polish(m_name);
    }
    QString tip = fieldHelp(m_field);
    if (value) tip += QString("<p>%1: %2</p>").arg(origin, choiceText(*value).toHtmlEscaped());
    m_name->setToolTip(tip);
}

void FieldRow::setError(const QString& message) {
    m_error->setText(message);
    m_error->setVisible(!message.isEmpty());
    setFlag(m_line ? static_cast<QWidget*>(m_line) : m_choice, "invalid", !message.isEmpty());
}

QString FieldRow::error() const { return m_error->text(); }

bool FieldRow::matches(const QString& text) const {
    for (const std::string_view part : {m_field.key, m_field.label, m_field.help, m_field.trl_name})
        if (toQString(part).contains(text, Qt::CaseInsensitive)) return true;
    return false;
}

void FieldRow::finish() {
    const QString now = value();
    if (now == m_shown) return;
    m_shown = now;
    Q_EMIT edited(now);
}

}  // namespace plumb::ui
