// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/good_and_bad.h"

#include "test_main.h"

using namespace plumb;

namespace {

std::vector<Row> rows_of(const std::string& file, const std::vector<std::string>& texts,
                         const std::string& column = "text") {
    std::vector<Row> rows;
    const auto name = std::make_shared<const std::string>(file);
    for (const std::string& text : texts) {
        Row& row = rows.emplace_back();
        row.columns[column] = {text, true};
        row.file = name;
        row.line = std::ssize(rows);
    }
    return rows;
}

std::string error_of(const Result<GoodAndBad>& texts) {
    return texts.ok() ? "no error" : texts.error().message;
}

}  // namespace

class TestGoodAndBad : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void texts_keep_their_order_and_place() {
        const auto texts =
            to_good_and_bad(rows_of("g.txt", {"one", "two"}), rows_of("b.txt", {"three"}), {});
        VERIFY_OK(texts);
        QCOMPARE(texts->good.size(), std::size_t{2});
        COMPARE_TEXT(texts->good[1].text, "two");
        COMPARE_TEXT(texts->good[1].source, "g.txt, line 2");
        COMPARE_TEXT(texts->bad[0].text, "three");
    }

    void a_text_that_comes_again_counts_once() {
        const auto texts = to_good_and_bad(rows_of("g.txt", {"one", "two", "one ", "one"}),
                                           rows_of("b.txt", {" three", "three"}), {});
        VERIFY_OK(texts);
        QCOMPARE(texts->good.size(), std::size_t{2});
        QCOMPARE(texts->bad.size(), std::size_t{1});
        COMPARE_TEXT(texts->bad[0].text, " three");  // as it stands there
    }

    void a_text_of_both_kinds_is_an_error_with_both_places() {
        COMPARE_TEXT(error_of(to_good_and_bad(rows_of("g.txt", {"one", "two"}),
                                              rows_of("b.txt", {"three", "four", "two "}), {})),
                     "g.txt, line 2 and b.txt, line 3 hold the same text, as a good one and as a "
                     "bad one. Remove it from one of the files.");
    }

    void the_column_is_that_of_the_settings() {
        Settings settings;
        const auto good = rows_of("g.jsonl", {"one"}, "review");
        const auto bad = rows_of("b.jsonl", {"two"}, "review");
        const std::string error = error_of(to_good_and_bad(good, bad, settings));
        QVERIFY2(error.find("g.jsonl, line 1 has no column text") != std::string::npos &&
                     error.find("dataset_text_field") != std::string::npos,
                 error.c_str());
        settings.dataset_text_field = "review";
        VERIFY_OK(to_good_and_bad(good, bad, settings));
    }

    void the_smaller_kind_begins_again() {
        const auto texts = to_good_and_bad(rows_of("g.txt", {"one", "two"}),
                                           rows_of("b.txt", {"a", "b", "c", "d", "e"}), {});
        VERIFY_OK(texts);
        const auto pairs = pair_in_order(*texts);
        QCOMPARE(pairs.size(), std::size_t{5});
        std::string sides;
        for (const Preference& pair : pairs) {
            QVERIFY(pair.prompt.empty() && pair.chosen_ended && pair.rejected_ended);
            sides += pair.chosen + pair.rejected + " ";
        }
        COMPARE_TEXT(sides, "onea twob onec twod onee ");
        QCOMPARE(pair_in_order({texts->bad, texts->good}).size(), std::size_t{5});
    }
};

PLUMB_REGISTER_TEST(TestGoodAndBad)
#include "good_and_bad_test.moc"
