// SPDX-License-Identifier: GPL-3.0-or-later
#include <QScrollBar>

#include "common/text.h"
#include "window/labelling.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

/// As JSON.
std::string quoted(const QString& text) {
    QString json;
    for (const QChar c : text)
        json += c < QChar(0x20) || c == '"' || c == '\\'
                    ? QString("\\u%1").arg(int(c.unicode()), 4, 16, QChar('0'))
                    : QString(c);
    return toStd('"' + json + '"');
}

/// A workspace with a queue of one pair with these texts.
void makePair(const SessionOptions& options, const QString& a, const QString& b,
              const std::string& prompt = "\"p\"") {
    const auto file = options.workspace.parent_path() / "pair.jsonl";
    std::ofstream(file) << "{\"prompt\":" << prompt << ",\"completion_a\":" << quoted(a)
                        << ",\"completion_b\":" << quoted(b) << "}\n";
    importQueue(options, file);
}

struct Reading : Labelling {
    using Labelling::Labelling;

    /// The text of the answer that is not B.
    QTextEdit* first(const QString& beginsWith) {
        const bool left = shown("labelLeft").startsWith(beginsWith);
        return find<QTextEdit>(left ? "labelLeft" : "labelRight");
    }
    QStringList marked(QTextEdit* text) {
        QStringList all;
        for (const auto& selection : text->extraSelections())
            all << selection.cursor.selectedText();
        return all;
    }
};

int size(QTextEdit* text) { return text->document()->defaultFont().pixelSize(); }

}  // namespace

/// How prompts and answers can be read on the Label page.
class TestLabelTexts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        QSettings().clear();
        QSettings().setValue("labels/annotator", "ada");
    }

    void differences_are_marked_on_both_sides() {
        const TemporaryFolder folder;
        makePair(optionsBelow(folder.path()), "one two three four", "one zwei three vier");
        Reading page(optionsBelow(folder.path()));
        page.waitForPrompt("p");
        QTextEdit* a = page.first("one two");
        QTextEdit* b = page.first("one zwei");
        QVERIFY(page.marked(a).isEmpty());
        page.press(Qt::Key_D);
        QTRY_COMPARE(page.marked(a), QStringList({"two", "four"}));
        QCOMPARE(page.marked(b), QStringList({"zwei", "vier"}));
        QVERIFY(a->extraSelections()[0].format.background().color() !=
                b->extraSelections()[0].format.background().color());
        QVERIFY(page.button("labelDifferences")->isChecked());
        QVERIFY(QSettings().value("labels/differences").toBool());
        page.press(Qt::Key_D);
        QVERIFY(page.marked(a).isEmpty());
    }

    void markdown_is_formatted_and_its_html_is_text() {
        const TemporaryFolder folder;
        makePair(
            optionsBelow(folder.path()),
            "# Title\n\nSome **bold** <img src=\"file:///etc/passwd\"> text\n```cpp\nint "
            "**x;\n```\n"
            "| a | b |\n|---|---|\n| 1 | 2 |\n![alt](http://example.org/x.png) <!-- hidden -->",
            "plain");
        Reading page(optionsBelow(folder.path()));
        page.waitForPrompt("p");
        QTextEdit* text = page.first("# Title");
        page.press(Qt::Key_F);
        const QString shown = text->toPlainText();
        QVERIFY2(shown.startsWith("Title\nSome bold <img src"), qPrintable(shown));
        for (const char* part : {"int **x;", "<!-- hidden -->", "![alt](http://example.org/x.png)"})
            QVERIFY2(shown.contains(part), part);
        QTextCursor bold(text->document()->find("bold"));
        QVERIFY(bold.charFormat().fontWeight() >= QFont::Bold);
        QTextCursor code(text->document()->find("int"));
        QVERIFY(code.blockFormat().background() != QBrush());
        QVERIFY(text->document()->find("1").currentTable());
        // Differences count in what is shown.
        page.press(Qt::Key_D);
        QTRY_VERIFY(!page.marked(text).isEmpty());
        page.press(Qt::Key_F);
        QVERIFY(text->toPlainText().startsWith("# Title"));
    }

    void what_would_hide_text_can_be_seen() {
        const TemporaryFolder folder;
        makePair(optionsBelow(folder.path()), QString("a\u202Eb\u200Bc") + QChar(7) + "d", "plain");
        Reading page(optionsBelow(folder.path()));
        page.waitForPrompt("p");
        QCOMPARE(page.first("a")->toPlainText(), QString("a[U+202E]b[U+200B]c\u2407d"));
    }

    void chat_turns_have_their_roles() {
        const TemporaryFolder folder;
        makePair(optionsBelow(folder.path()), "x", "y",
                 R"([{"role":"system","content":"be kind"},{"role":"user","content":"hi\nyou"}])");
        Reading page(optionsBelow(folder.path()));
        page.waitForPrompt("SYSTEM\nbe kind\nUSER\nhi\nyou");
        auto* prompt = page.find<QTextEdit>("labelPrompt");
        QVERIFY(prompt->document()->find("USER").blockFormat().background() !=
                prompt->document()->find("you").blockFormat().background());
    }

    void the_size_of_texts_is_changed_by_keys_and_remembered() {
        const TemporaryFolder folder;
        makePair(optionsBelow(folder.path()), "x", "y");
        int larger = 0;
        {
            Reading page(optionsBelow(folder.path()));
            page.waitForPrompt("p");
            auto* text = page.find<QTextEdit>("labelLeft");
            const int usual = size(text);
            page.press(Qt::Key_Plus, Qt::ControlModifier);
            page.press(Qt::Key_Equal, Qt::ControlModifier);
            larger = usual + 2;
            QCOMPARE(size(text), larger);
            page.press(Qt::Key_0, Qt::ControlModifier);
            QCOMPARE(size(text), usual);
            page.press(Qt::Key_Plus, Qt::ControlModifier);
            page.press(Qt::Key_Plus, Qt::ControlModifier);
            page.press(Qt::Key_Plus, Qt::ControlModifier);
            page.press(Qt::Key_Minus, Qt::ControlModifier);
        }
        Reading again(optionsBelow(folder.path()));
        again.waitForPrompt("p");
        QCOMPARE(size(again.find<QTextEdit>("labelLeft")), larger);
    }

    void long_answers_scroll_together_to_their_ends() {
        const TemporaryFolder folder;
        makePair(optionsBelow(folder.path()), QString("line\n").repeated(1500),
                 "s" + QString("line\n").repeated(300));
        Reading page(optionsBelow(folder.path()));
        page.waitForPrompt("p");
        QScrollBar* a = page.first("line")->verticalScrollBar();
        QScrollBar* b = page.first("sline")->verticalScrollBar();
        QTRY_VERIFY(a->maximum() > 3 * b->maximum() && b->maximum() > 0);
        b->setValue(b->maximum());
        QCOMPARE(a->value(), a->maximum());
        b->setValue(b->maximum() / 2);
        QVERIFY(std::abs(a->value() - a->maximum() / 2) < a->maximum() / 50);
        QCOMPARE(b->value(), b->maximum() / 2);
        a->setValue(0);
        QCOMPARE(b->value(), 0);
        page.press(Qt::Key_PageDown);
        QVERIFY(a->value() > 0 && b->value() > 0);
        page.press(Qt::Key_PageUp);
        QCOMPARE(a->value(), 0);
    }

    void of_a_text_of_some_megabytes_the_beginning_is_shown() {
        const TemporaryFolder folder;
        makePair(optionsBelow(folder.path()), QString("word ").repeated(600'000), "short");
        Reading page(optionsBelow(folder.path()));
        page.waitForPrompt("p");
        QTextEdit* text = page.first("word");
        QCOMPARE(text->toPlainText().size(), qsizetype{50'000});
        const QString name = text->objectName();
        QVERIFY2(page.text(name + "Notice").contains("the first 50,000 characters of 3.0 MB"),
                 qPrintable(page.text(name + "Notice")));
        page.press(Qt::Key_D);
        page.button(name + "More")->click();
        QCOMPARE(text->toPlainText().size(), qsizetype{100'000});
        page.press(Qt::Key_Down);
        QTRY_VERIFY(page.text("labelEmpty").contains("judged"));
    }

    void a_conversation_of_some_megabytes_comes_a_moment_later() {
        const TemporaryFolder folder;
        makePair(
            optionsBelow(folder.path()), "x", "y",
            "[{\"role\":\"user\",\"content\":" + quoted(QString("word ").repeated(600'000)) + "}]");
        Reading page(optionsBelow(folder.path()));
        QTRY_VERIFY_WITH_TIMEOUT(page.shown("labelPrompt").startsWith("USER\nword word"),
                                 patience_ms);
        QVERIFY(page.text("labelPromptNotice").contains("3.0 MB"));
    }
};

PLUMB_REGISTER_TEST(TestLabelTexts)
#include "label_texts_test.moc"
