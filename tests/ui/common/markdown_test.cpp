// SPDX-License-Identifier: GPL-3.0-or-later
#include <QRegularExpression>

#include "base/random.h"
#include "common/markdown.h"
#include "common/visible_text.h"
#include "test_main.h"

using namespace plumb::ui;
using Kind = MarkdownBlock::Kind;

namespace {

std::vector<Kind> kinds(const QString& text) {
    std::vector<Kind> all;
    for (const MarkdownBlock& block : markdownBlocks(text)) all.push_back(block.kind);
    return all;
}

/// All characters of the blocks that are no marks, in order.
QString contentOf(const QString& text) {
    QString all;
    for (const MarkdownBlock& block : markdownBlocks(text)) {
        all += block.mark;
        for (const MarkdownSpan& span : markdownSpans(block.text)) all += span.text;
        for (const QStringList& row : block.cells)
            for (const QString& cell : row)
                for (const MarkdownSpan& span : markdownSpans(cell)) all += span.text;
    }
    return all;
}

QString withoutMarks(QString text) {
    static const QRegularExpression marks("[\\s#`~>*_|:\\\\+-]");
    return text.remove(marks);
}

}  // namespace

class TestMarkdown : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void blocks_are_recognised() {
        QCOMPARE(kinds("# One\ntext\n\n- a\n  1. b\n> q\n---\n***"),
                 std::vector<Kind>({Kind::heading, Kind::line, Kind::bullet, Kind::bullet,
                                    Kind::quote, Kind::rule, Kind::rule}));
        const auto list = markdownBlocks("- a\n    1) b");
        QCOMPARE(list[0].level, 0);
        QCOMPARE(list[1].level, 2);
        QCOMPARE(list[1].mark, QString("1)"));
        QCOMPARE(list[1].text, QString("b"));
        const auto heading = markdownBlocks("### Deep #hash");
        QCOMPARE(heading[0].level, 3);
        QCOMPARE(heading[0].text, QString("Deep #hash"));
        QCOMPARE(kinds("#no heading\n-no bullet\n2020. May"),
                 std::vector<Kind>({Kind::line, Kind::line, Kind::bullet}));
        QVERIFY(markdownBlocks("a\n\nb")[1].gap);
    }

    void code_stays_as_it_is() {
        const auto blocks = markdownBlocks("```python\n# x\n  y = *z\n```\nafter");
        QCOMPARE(blocks.size(), std::size_t{4});
        QCOMPARE(blocks[0].kind, Kind::fence);
        QCOMPARE(blocks[0].text, QString("python"));
        QCOMPARE(blocks[2].kind, Kind::code);
        QCOMPARE(blocks[2].text, QString("  y = *z"));
        QCOMPARE(blocks[3].kind, Kind::line);
        // A fence within a longer one is code; one that is never closed goes on to the end.
        QCOMPARE(kinds("````\n```\nx\n````"), std::vector<Kind>({Kind::code, Kind::code}));
        QCOMPARE(kinds("~~~\nx"), std::vector<Kind>({Kind::code}));
    }

    void tables_have_their_cells() {
        const auto blocks =
            markdownBlocks("| a | b |\n|:--|--:|\n| 1 | x \\| y |\n| 2 | 3 | 4 |\nend");
        QCOMPARE(blocks.size(), std::size_t{2});
        QCOMPARE(blocks[0].kind, Kind::table);
        QCOMPARE(blocks[0].cells,
                 (std::vector<QStringList>{{"a", "b"}, {"1", "x | y"}, {"2", "3", "4"}}));
        QCOMPARE(kinds("a | b\nc | d"), std::vector<Kind>({Kind::line, Kind::line}));
    }

    void emphasis_needs_both_ends() {
        const auto spans = markdownSpans("a **b *c* d** `e*f` ~~g~~ h*i*j \\*k* snake_case_name");
        std::vector<MarkdownSpan> expected = {
            {.text = "a "},
            {.text = "b ", .bold = true},
            {.text = "c", .bold = true, .italic = true},
            {.text = " d", .bold = true},
            {.text = " "},
            {.text = "e*f", .code = true},
            {.text = " "},
            {.text = "g", .struck = true},
            {.text = " h*i*j *k* snake_case_name"},
        };
        QCOMPARE(spans, expected);
        QCOMPARE(markdownSpans("2 * 3 * 4"), (std::vector<MarkdownSpan>{{.text = "2 * 3 * 4"}}));
        QCOMPARE(markdownSpans("**open"), (std::vector<MarkdownSpan>{{.text = "**open"}}));
        QCOMPARE(markdownSpans("``a`b``"),
                 (std::vector<MarkdownSpan>{{.text = "a`b", .code = true}}));
    }

    void nothing_but_marks_is_ever_left_out() {
        const QStringList parts = {"a",  "B1",  " ",    "\n",  "*",       "**",     "_",
                                   "`",  "```", "#",    "# ",  "- ",      "1. ",    "> ",
                                   "|",  "|-|", "\n\n", "<b>", "![x](y)", "[r]: z", "\\",
                                   "~~", "\t",  "---",  "    "};
        plumb::Random random(3);
        for (int i = 0; i < 3000; ++i) {
            QString text;
            for (std::uint64_t part = random.below(30); part-- > 0;)
                text += parts[qsizetype(random.below(std::uint64_t(parts.size())))];
            QVERIFY2(withoutMarks(contentOf(text)) == withoutMarks(text), qPrintable(text));
        }
    }

    void hard_texts_end() {
        for (const char* part : {"*a ", "**a", "`", "a|", "> ", "_a_", "[", "\\", "- ", "~~a "})
            QVERIFY(!markdownBlocks(QString(part).repeated(50'000)).empty());
        for (const char* part : {"*a ", "**a", "`", "a|", "*a* ", "`a``b```"})
            QVERIFY(!markdownSpans(QString(part).repeated(600)).empty());
    }

    void hidden_characters_are_shown() {
        QCOMPARE(visibleText("plain\ttext\nline"), QString("plain\ttext\nline"));
        QCOMPARE(visibleText("a\r\nb\rc"), QString("a\nb\u240Dc"));
        QCOMPARE(visibleText(QString("a") + QChar(0x1B) + "[31m"), QString("a\u241B[31m"));
        QCOMPARE(visibleText("x\u202Ey\uFEFFz\u00AD"), QString("x[U+202E]y[U+FEFF]z[U+00AD]"));
        QCOMPARE(visibleText(QString(QChar(0xFDD0))), QString("[U+FDD0]"));
        const QString family = "\U0001F469\u200D\U0001F469", hello = "\u05E9\u05DC\u05D5\u05DD";
        QCOMPARE(visibleText(family + hello), family + hello);
    }
};

PLUMB_REGISTER_TEST(TestMarkdown)
#include "markdown_test.moc"
