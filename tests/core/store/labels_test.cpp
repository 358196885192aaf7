// SPDX-License-Identifier: GPL-3.0-or-later
#include <deque>

#include "store/database.h"
#include "store_test_data.h"
#include "test_main.h"

using namespace plumb;

namespace {

NewLabel pair_of(const std::string& prompt, const std::string& a, const std::string& b,
                 std::optional<Choice> choice = {}) {
    NewLabel label;
    label.item.prompt = prompt;
    label.item.answer_a = a;
    label.item.answer_b = b;
    label.item.origin = "{\"line\":1}";
    if (choice) {
        label.verdict = Verdict{};
        label.verdict->annotator = "file";
        label.verdict->choice = *choice;
    }
    return label;
}

/// Gives the labels one after another.
auto stream(std::deque<NewLabel> labels) {
    return [labels = std::move(labels)]() mutable -> Result<std::optional<NewLabel>> {
        if (labels.empty()) return std::optional<NewLabel>();
        NewLabel first = std::move(labels.front());
        labels.pop_front();
        return std::optional(std::move(first));
    };
}

struct Workspace {
    TemporaryFolder folder;
    std::unique_ptr<Store> store = Store::open(folder.path(), Access::read_write).value();
    std::unique_ptr<StoreReader> reader = StoreReader::open(folder.path()).value();

    LabelQueueId add(std::deque<NewLabel> labels, const std::string& name = "first") {
        return store->import_labels(name, "{}", stream(std::move(labels))).value().queue;
    }
    VerdictId judge(LabelItemId item, Choice choice, const std::string& annotator = "ada",
                    std::int64_t round = 0) {
        Verdict verdict;
        verdict.item = item;
        verdict.choice = choice;
        verdict.annotator = annotator;
        verdict.round = round;
        return store->add_verdict(verdict).value();
    }
    /// "ada: b" of the verdicts that stand.
    QStringList standing(LabelQueueId queue) {
        QStringList all;
        for (const Verdict& verdict : reader->standing_verdicts(queue).value())
            all << QString::fromStdString(verdict.annotator + ": " +
                                          std::string(to_string(verdict.choice)));
        return all;
    }
};

}  // namespace

class TestLabels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void items_come_back_as_they_were_given() {
        Workspace workspace;
        NewLabel single = pair_of("[{\"role\":\"user\",\"content\":\"hi\"}]", "hello", "");
        single.item.answer_b.reset();
        single.item.prompt_is_chat = true;
        const auto queue = workspace.add({pair_of("2+2=", "4", "5", Choice::a), single});
        const auto items = workspace.reader->label_items(queue, 0, 10).value();
        QCOMPARE(items.size(), std::size_t{2});
        COMPARE_TEXT(items[0].prompt, "2+2=");
        COMPARE_TEXT(items[0].answer_a, "4");
        COMPARE_TEXT(items[0].answer_b.value(), "5");
        COMPARE_TEXT(items[0].origin, "{\"line\":1}");
        QVERIFY(!items[0].prompt_is_chat);
        QVERIFY(items[1].prompt_is_chat && !items[1].answer_b);
        QCOMPARE(items[1].place, 2);
        QCOMPARE(workspace.reader->label_items(queue, 1, 10).value().size(), std::size_t{1});
        QCOMPARE(workspace.standing(queue), QStringList({"file: a"}));
        const LabelQueue read = workspace.reader->find_label_queue("first").value();
        QCOMPARE(read.items, 2);
        QCOMPARE(workspace.reader->items_judged(queue).value(), 1);
    }

    void duplicates_are_told_and_a_new_annotator_is_heard() {
        Workspace workspace;
        NewLabel other = pair_of("p", "x", "y", Choice::b);
        other.verdict->annotator = "second";
        const auto done =
            workspace.store
                ->import_labels("q", "{}",
                                stream({pair_of("p", "x", "y", Choice::a), pair_of("p", "x", "z"),
                                        pair_of("p", "x", "y", Choice::b), other}))
                .value();
        QCOMPARE(done.items, 2);
        QCOMPARE(done.verdicts, 2);
        QCOMPARE(done.duplicates, std::vector<std::int64_t>({3, 4}));
        QCOMPARE(workspace.standing(done.queue), QStringList({"file: a", "second: b"}));
    }

    void an_import_that_fails_leaves_nothing() {
        Workspace workspace;
        int given = 0;
        const auto failing = [&]() -> Result<std::optional<NewLabel>> {
            if (++given == 3) return Error{ErrorCode::cancelled, "stopped"};
            return std::optional(pair_of("p", "a", std::to_string(given)));
        };
        QCOMPARE(workspace.store->import_labels("q", "{}", failing).error().code,
                 ErrorCode::cancelled);
        QVERIFY(workspace.reader->label_queues().value().empty());
        QVERIFY(!workspace.store->import_labels("q", "{}", stream({})).ok());
        QVERIFY(!workspace.store->import_labels(" ", "{}", stream({pair_of("p", "a", "b")})).ok());
        workspace.add({pair_of("p", "a", "b")}, "q");
        const auto taken = workspace.store->import_labels("q", "{}", stream({pair_of("", "", "")}));
        QVERIFY(taken.error().message.find("choose another name") != std::string::npos);
    }

    void the_newest_verdict_counts_and_undo_brings_the_earlier_back() {
        Workspace workspace;
        const auto queue = workspace.add({pair_of("p", "a", "b")});
        const auto item = workspace.reader->label_items(queue, 0, 1).value()[0].id;
        workspace.judge(item, Choice::a);
        const VerdictId second = workspace.judge(item, Choice::b);
        workspace.judge(item, Choice::tie, "bob");
        QCOMPARE(workspace.standing(queue), QStringList({"ada: b", "bob: tie"}));
        QVERIFY(workspace.store->undo_verdict(second).ok());
        QCOMPARE(workspace.standing(queue), QStringList({"ada: a", "bob: tie"}));
        QVERIFY(!workspace.store->undo_verdict(second).ok());
        QVERIFY(!workspace.store->undo_verdict(999).ok());
        workspace.judge(item, Choice::both_bad);
        // Shown again on purpose: it stands beside the first.
        workspace.judge(item, Choice::a, "ada", 1);
        QCOMPARE(workspace.standing(queue), QStringList({"ada: both_bad", "ada: a", "bob: tie"}));
    }

    void skips_do_not_count_as_judged() {
        Workspace workspace;
        const auto queue = workspace.add({pair_of("p", "a", "b"), pair_of("q", "a", "b")});
        const auto items = workspace.reader->label_items(queue, 0, 2).value();
        workspace.judge(items[0].id, Choice::skip);
        workspace.judge(items[1].id, Choice::tie);
        QCOMPARE(workspace.reader->items_judged(queue).value(), 1);
    }

    void what_an_annotator_said_comes_back_whole() {
        Workspace workspace;
        const auto queue = workspace.add({pair_of("p", "a", "b")});
        Verdict verdict;
        verdict.item = workspace.reader->label_items(queue, 0, 1).value()[0].id;
        verdict.annotator = "ada";
        verdict.choice = Choice::a;
        verdict.strength = 3;
        verdict.note = "b invents a number";
        verdict.seconds = 4.5;
        verdict.a_left = false;
        verdict.time_ms = 1234;
        QVERIFY(workspace.store->add_verdict(verdict).ok());
        const Verdict read = workspace.reader->standing_verdicts(queue).value()[0];
        QCOMPARE(read.strength, std::optional<std::int64_t>(3));
        COMPARE_TEXT(read.note, "b invents a number");
        QCOMPARE(read.seconds, std::optional(4.5));
        QCOMPARE(read.a_left, std::optional(false));
        QCOMPARE(read.time_ms, 1234);
    }

    void verdicts_that_do_not_fit_are_refused() {
        Workspace workspace;
        NewLabel single = pair_of("p", "a", "");
        single.item.answer_b.reset();
        const auto queue = workspace.add({pair_of("p", "a", "b"), single});
        const auto items = workspace.reader->label_items(queue, 0, 2).value();
        Verdict verdict;
        verdict.item = items[0].id;
        verdict.annotator = "ada";
        verdict.choice = Choice::good;
        QCOMPARE(workspace.store->add_verdict(verdict).error().code, ErrorCode::invalid_input);
        verdict.item = items[1].id;
        QVERIFY(workspace.store->add_verdict(verdict).ok());
        verdict.choice = Choice::tie;
        QVERIFY(!workspace.store->add_verdict(verdict).ok());
        verdict.choice = Choice::skip;
        QVERIFY(workspace.store->add_verdict(verdict).ok());
        verdict.item = 999;
        QCOMPARE(workspace.store->add_verdict(verdict).error().code, ErrorCode::not_found);
        verdict.item = items[0].id;
        verdict.annotator = "";
        QVERIFY(!workspace.store->add_verdict(verdict).ok());
    }

    void verdicts_are_never_changed_or_deleted() {
        Workspace workspace;
        const auto queue = workspace.add({pair_of("p", "a", "b", Choice::a)});
        SQLite::Database db((workspace.folder.path() / "workspace.db").string(),
                            SQLite::OPEN_READWRITE);
        QVERIFY_THROWS_EXCEPTION(SQLite::Exception, db.exec("DELETE FROM verdicts"));
        QVERIFY_THROWS_EXCEPTION(SQLite::Exception, db.exec("UPDATE verdicts SET choice = 'b'"));
        QCOMPARE(workspace.standing(queue), QStringList({"file: a"}));
    }

    void verdicts_are_listed_newest_first_as_they_were_seen() {
        Workspace workspace;
        std::deque<NewLabel> pairs;
        for (int i = 1; i <= 5; ++i)
            pairs.push_back(pair_of("prompt " + std::to_string(i), "x", i == 4 ? "100%" : "y"));
        const auto queue = workspace.add(pairs);
        const auto other = workspace.add({pair_of("p", "x", "y")}, "other");
        const auto items = workspace.reader->label_items(queue, 0, 9).value();
        const auto judge = [&](std::size_t item, Choice choice, bool a_left,
                               const std::string& note = {}) {
            Verdict verdict;
            verdict.item = items[item].id;
            verdict.annotator = "ada";
            verdict.choice = choice;
            verdict.a_left = a_left;
            verdict.note = note;
            return workspace.store->add_verdict(verdict).value();
        };
        judge(0, Choice::a, true);
        judge(1, Choice::b, true, "b is 100_0 long");
        judge(2, Choice::a, false);
        judge(3, Choice::tie, true);
        judge(0, Choice::b, false);  // in place of the first
        workspace.judge(items[4].id, Choice::a, "bob");
        workspace.judge(workspace.reader->label_items(other, 0, 1).value()[0].id, Choice::a);
        const auto places = [&](VerdictFilter filter, std::optional<VerdictId> before = {},
                                std::int64_t limit = 100) {
            filter.queue = queue;
            filter.annotator = "ada";
            std::vector<std::int64_t> found;
            for (const PlacedVerdict& row :
                 workspace.reader->verdict_page(filter, before, limit).value())
                found.push_back(row.place);
            return found;
        };
        using Places = std::vector<std::int64_t>;
        QCOMPARE(places({}), Places({1, 4, 3, 2}));
        QCOMPARE(places({}, {}, 2), Places({1, 4}));
        QCOMPARE(places({}, 4), Places({3, 2}));
        QCOMPARE(places({.choice = SeenChoice::left}), Places({1}));
        QCOMPARE(places({.choice = SeenChoice::right}), Places({3, 2}));
        QCOMPARE(places({.choice = SeenChoice::tie}), Places({4}));
        QCOMPARE(places({.choice = SeenChoice::skip}), Places());
        QCOMPARE(places({.search = "100_"}), Places({2}));
        QCOMPARE(places({.search = "100%"}), Places({4}));
        QCOMPARE(places({.search = "PROMPT 3"}), Places({3}));
        QCOMPARE(places({.item = items[0].id}), Places({1}));
        const auto annotators = workspace.reader->label_annotators(queue).value();
        QCOMPARE(annotators.size(), std::size_t{2});
        COMPARE_TEXT(annotators[0].name, "ada");
        QCOMPARE(annotators[0].verdicts, 4);
        QCOMPARE(workspace.reader->verdicts_on(items[0].id).value().size(), std::size_t{1});
        QCOMPARE(workspace.reader->label_item(items[3].id).value().place, 4);
        QCOMPARE(workspace.reader->label_item(999).error().code, ErrorCode::not_found);
    }

    void an_unknown_queue_is_told_with_the_nearest_name() {
        Workspace workspace;
        workspace.add({pair_of("p", "a", "b")}, "alpaca");
        const auto found = workspace.reader->find_label_queue("alpca");
        QVERIFY(found.error().message.find("\"alpaca\"") != std::string::npos);
        QVERIFY(workspace.reader->find_label_queue("1").ok());
    }
};

PLUMB_REGISTER_TEST(TestLabels)
#include "labels_test.moc"
