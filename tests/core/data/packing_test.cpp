// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/packing.h"

#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "base/random.h"
#include "test_main.h"

using namespace plumb;
using Ids = std::vector<std::int64_t>;

namespace {

SupervisedRow row(Ids ids) { return {.ids = ids, .labels = std::move(ids)}; }

Ids ids(const QJsonValue& list) {
    Ids values;
    for (const auto& value : list.toArray()) values.push_back(value.toInteger());
    return values;
}

std::vector<Ids> lengths_of(const std::vector<PackedParts>& packed) {
    std::vector<Ids> lengths;
    for (const PackedParts& parts : packed) {
        lengths.emplace_back();
        for (const PackedPart& part : parts) lengths.back().push_back(part.length);
    }
    return lengths;
}

}  // namespace

class TestPacking : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void names() {
        QVERIFY(packing_strategy("bfd") == PackingStrategy::bfd);
        QVERIFY(packing_strategy("bfd_split") == PackingStrategy::bfd_split);
        QVERIFY(packing_strategy("wrapped") == PackingStrategy::wrapped);
        QVERIFY(!packing_strategy("best"));
    }

    void the_tightest_place_is_taken() {
        // 5 and 4 begin rows of 6; the first 2 fits behind the 4 alone, the 1 behind the 5.
        const Ids lengths = {2, 4, 5, 1, 2, 0};
        const auto packed = plan_packing(lengths, 6, PackingStrategy::bfd);
        QCOMPARE(lengths_of(packed), (std::vector<Ids>{{5, 1}, {4, 2}, {2}}));
        QCOMPARE(packed[1][1].row, 0);
        QCOMPARE(packed[2][0].row, 4);
    }

    void what_is_too_long_is_cut_or_split() {
        const std::vector<SupervisedRow> rows = {row({1, 2, 3, 4, 5, 6, 7}), row({8, 9})};
        const auto cut = pack_rows(rows, 3, PackingStrategy::bfd);
        QCOMPARE(cut.size(), std::size_t{2});
        QCOMPARE(cut[0].tokens.ids, (Ids{1, 2, 3}));
        const auto split = pack_rows(rows, 3, PackingStrategy::bfd_split);
        QCOMPARE(split.size(), std::size_t{3});
        QCOMPARE(split[1].tokens.ids, (Ids{4, 5, 6}));
        QCOMPARE(split[2].tokens.ids, (Ids{8, 9, 7}));
        QCOMPARE(split[2].seq_lengths, (Ids{2, 1}));
    }

    void wrapped_rows_are_strung_together_with_their_labels() {
        std::vector<SupervisedRow> rows = {row({1, 2, 3}), row({4, 5})};
        rows[0].labels[0] = ignored_label;
        const auto packed = pack_rows(rows, 4, PackingStrategy::wrapped);
        QCOMPARE(packed.size(), std::size_t{2});
        QCOMPARE(packed[0].tokens.ids, (Ids{1, 2, 3, 4}));
        QCOMPARE(packed[0].tokens.labels, (Ids{-100, 2, 3, 4}));
        QVERIFY(packed[0].seq_lengths.empty());
        QCOMPARE(packed[1].tokens.ids, (Ids{5}));
    }

    void equals_the_reference() {
        const auto folder = shared_folder("golden/data");
        if (folder.empty()) QSKIP("the reference data is not beside the project");
        QFile file(QString::fromStdString((folder / "packing.json").string()));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonObject data = QJsonDocument::fromJson(file.readAll()).object();
        std::vector<SupervisedRow> rows;
        for (const auto& item : data["input_ids"].toArray()) rows.push_back(row(ids(item)));
        for (const auto& item : data["cases"].toArray()) {
            const QJsonObject expected = item.toObject();
            const auto strategy = packing_strategy(expected["strategy"].toString().toStdString());
            const auto packed = pack_rows(rows, expected["seq_length"].toInteger(), *strategy);
            const QJsonArray want = expected["input_ids"].toArray();
            const QJsonArray want_lengths = expected["seq_lengths"].toArray();
            QCOMPARE(std::ssize(packed), want.size());
            for (qsizetype i = 0; i < want.size(); ++i) {
                QCOMPARE(packed[std::size_t(i)].tokens.ids, ids(want[i]));
                QCOMPARE(packed[std::size_t(i)].seq_lengths, ids(want_lengths[i]));
            }
        }
    }

    void their_number_does_not_depend_on_the_order() {
        Random random(3);
        Ids lengths;
        for (int i = 0; i < 500; ++i) lengths.push_back(1 + std::int64_t(random.below(40)));
        for (const auto strategy :
             {PackingStrategy::bfd, PackingStrategy::bfd_split, PackingStrategy::wrapped}) {
            const auto packed = plan_packing(lengths, 32, strategy);
            Ids shuffled;
            for (const auto i : random.permutation(std::ssize(lengths)))
                shuffled.push_back(lengths[std::size_t(i)]);
            const auto other = plan_packing(shuffled, 32, strategy);
            QCOMPARE(other.size(), packed.size());
            if (strategy != PackingStrategy::wrapped)
                QCOMPARE(lengths_of(other), lengths_of(packed));
        }
    }

    void a_million_rows_take_seconds_at_most() {
        Random random(4);
        Ids lengths;
        for (int i = 0; i < 1'000'000; ++i) lengths.push_back(1 + std::int64_t(random.below(1500)));
        QElapsedTimer timer;
        timer.start();
        const auto packed = plan_packing(lengths, 1024, PackingStrategy::bfd);
        QVERIFY(packed.size() > 500'000);
        QVERIFY2(timer.elapsed() < 10'000, qPrintable(QString::number(timer.elapsed())));
    }
};

PLUMB_REGISTER_TEST(TestPacking)
#include "packing_test.moc"
