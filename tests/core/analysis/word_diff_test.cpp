// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/word_diff.h"
#include "base/random.h"
#include "test_main.h"

using namespace plumb;

namespace {

using Kind = DiffPiece::Kind;

std::string text_without(const std::vector<DiffPiece>& pieces, Kind kind) {
    std::string text;
    for (const DiffPiece& piece : pieces)
        if (piece.kind != kind) text += piece.text;
    return text;
}

}  // namespace

class TestWordDiff : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void words_are_kept_removed_and_added() {
        const auto pieces = diff_words("the film was dull", "the film was very good");
        const std::vector<DiffPiece> wanted = {
            {Kind::same, "the film was "}, {Kind::removed, "dull"}, {Kind::added, "very good"}};
        QVERIFY(pieces == wanted);
    }

    void blanks_between_changes_belong_to_them() {
        const std::vector<DiffPiece> wanted = {{Kind::same, "it "},
                                               {Kind::removed, "was dull"},
                                               {Kind::added, "felt warm"},
                                               {Kind::same, " again"}};
        QVERIFY(diff_words("it was dull again", "it felt warm again") == wanted);
    }

    void signs_are_words_of_their_own() {
        const std::vector<DiffPiece> wanted = {
            {Kind::same, "2,"}, {Kind::removed, "3"}, {Kind::added, "4"}, {Kind::same, "#3$"}};
        QVERIFY(diff_words("2,3#3$", "2,4#3$") == wanted);
    }

    void equal_and_empty_texts() {
        QVERIFY(diff_words("", "").empty());
        QVERIFY(diff_words("a b", "a b") == (std::vector<DiffPiece>{{Kind::same, "a b"}}));
        QVERIFY(diff_words("", "a") == (std::vector<DiffPiece>{{Kind::added, "a"}}));
        QVERIFY(diff_words("\u00e4\u00f6", "") ==
                (std::vector<DiffPiece>{{Kind::removed, "\u00e4\u00f6"}}));
    }

    void pieces_make_up_both_texts() {
        Random random(3);
        for (int i = 0; i < 300; ++i) {
            std::string texts[2];
            for (std::string& text : texts)
                for (std::uint64_t n = random.below(12); n > 0; --n)
                    text += std::string(1, "ab. "[random.below(4)]);
            const auto pieces = diff_words(texts[0], texts[1]);
            COMPARE_TEXT(text_without(pieces, Kind::added), texts[0]);
            COMPARE_TEXT(text_without(pieces, Kind::removed), texts[1]);
            for (std::size_t at = 1; at < pieces.size(); ++at)
                QVERIFY(pieces[at].kind != pieces[at - 1].kind);
        }
    }

    void very_long_texts_are_replaced_between_what_they_share() {
        std::string before = "begin ", after = "begin ";
        for (int i = 0; i < 9000; ++i) {
            before += "a" + std::to_string(i) + " ";
            after += "b" + std::to_string(i) + " ";
        }
        const auto pieces = diff_words(before + "end", after + "end");
        QCOMPARE(pieces.size(), std::size_t{4});
        COMPARE_TEXT(pieces.front().text, "begin ");
        COMPARE_TEXT(text_without(pieces, Kind::removed), after + "end");
    }
};

PLUMB_REGISTER_TEST(TestWordDiff)
#include "word_diff_test.moc"
