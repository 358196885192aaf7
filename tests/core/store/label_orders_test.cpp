// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "store_test_data.h"

using namespace plumb;

namespace {

/// A queue of pairs "1", "2", ... in a workspace.
struct Workspace {
    TemporaryFolder folder;
    std::unique_ptr<Store> store = open_store(folder.path());
    std::unique_ptr<StoreReader> reader = open_reader(folder.path());
    LabelQueueId queue = 0;
    std::vector<LabelItemId> items;

    explicit Workspace(std::int64_t count) {
        std::int64_t made = 0;
        queue = store
                    ->import_labels("queue", "{}",
                                    [&]() -> Result<std::optional<NewLabel>> {
                                        if (made == count) return std::optional<NewLabel>();
                                        NewLabel label;
                                        label.item.prompt = std::to_string(++made);
                                        label.item.answer_a = "a";
                                        label.item.answer_b = "b";
                                        label.item.origin = "{}";
                                        return std::optional(label);
                                    })
                    .value()
                    .queue;
        items = reader->label_item_ids(queue).value();
    }
    VerdictId judge(LabelItemId item, const std::string& annotator = "ada",
                    Choice choice = Choice::a, std::int64_t round = 0) {
        Verdict verdict;
        verdict.item = item;
        verdict.choice = choice;
        verdict.annotator = annotator;
        verdict.round = round;
        return store->add_verdict(verdict).value();
    }
    std::vector<LabelItem> to_judge(const std::string& annotator = "ada", std::int64_t behind = 0,
                                    std::int64_t limit = 1000) {
        return reader->items_to_judge(queue, annotator, behind, limit).value();
    }
    std::vector<LabelItem> to_repeat(std::int64_t since, const std::string& annotator = "ada") {
        return reader->items_to_repeat(queue, annotator, since, 1000).value();
    }
    QStringList prompts(const std::vector<LabelItem>& all) {
        QStringList texts;
        for (const LabelItem& item : all) texts << QString::fromStdString(item.prompt);
        return texts;
    }
    std::int64_t left(const std::string& annotator = "ada") {
        return reader->label_progress(queue, annotator)->left;
    }
    std::int64_t judged(const std::string& annotator = "ada") {
        return reader->label_progress(queue, annotator)->judged;
    }
};

}  // namespace

class TestLabelOrders : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void items_come_in_the_order_of_the_queue() {
        Workspace workspace(5);
        QCOMPARE(workspace.prompts(workspace.to_judge()), QStringList({"1", "2", "3", "4", "5"}));
        auto reversed = workspace.items;
        std::ranges::reverse(reversed);
        const LabelOrder order{LabelOrder::uncertain, 0, "run"};
        VERIFY_OK(workspace.store->order_label_queue(workspace.queue, order, reversed));
        const auto first = workspace.to_judge("ada", 0, 2);
        QCOMPARE(workspace.prompts(first), QStringList({"5", "4"}));
        QCOMPARE(workspace.prompts(workspace.to_judge("ada", first.back().rank)),
                 QStringList({"3", "2", "1"}));
        workspace.judge(workspace.items[3]);
        QCOMPARE(workspace.prompts(workspace.to_judge()), QStringList({"5", "3", "2", "1"}));
        const LabelQueue queue = workspace.reader->label_queue(workspace.queue).value();
        QCOMPARE(queue.order.kind, LabelOrder::uncertain);
        COMPARE_TEXT(queue.order.source, "run");
        // Another order takes its place; verdicts stay.
        VERIFY_OK(workspace.store->order_label_queue(workspace.queue, {}, {}));
        QCOMPARE(workspace.prompts(workspace.to_judge()), QStringList({"1", "2", "3", "5"}));
        QCOMPARE(workspace.store->order_label_queue(99, {}, {}).error().code, ErrorCode::not_found);
    }

    void shares_outside_of_0_and_1_are_refused() {
        Workspace workspace(1);
        for (const LabelShares& shares :
             {LabelShares{-0.1, 1}, LabelShares{0, 1.5}, LabelShares{std::nan(""), 1}})
            QCOMPARE(workspace.store->set_label_shares(workspace.queue, shares).error().code,
                     ErrorCode::invalid_input);
    }

    void a_share_is_repeated_and_lies_evenly() {
        Workspace workspace(1000);
        VERIFY_OK(workspace.store->set_label_shares(workspace.queue, {0.1, 0.5}));
        const auto all = workspace.to_judge();
        const auto count = [&](std::size_t from, std::size_t to) {
            return std::count_if(all.begin() + static_cast<std::ptrdiff_t>(from),
                                 all.begin() + static_cast<std::ptrdiff_t>(to),
                                 [](const LabelItem& item) { return item.is_repeated; });
        };
        QVERIFY2(std::abs(count(0, 1000) - 100) <= 2, qPrintable(QString::number(count(0, 1000))));
        for (std::size_t from = 0; from < 1000; from += 100)
            QVERIFY(std::abs(count(from, from + 100) - 10) <= 3);
        // The same ones when they are asked for again, by whomever.
        const auto again = workspace.to_judge("bob");
        for (std::size_t i = 0; i < all.size(); ++i)
            QCOMPARE(again[i].is_repeated, all[i].is_repeated);
        // Repeated items are doubled as often as others are.
        for (const LabelItemId item : workspace.items) workspace.judge(item, "eve");
        const auto doubled = workspace.to_judge("bob");
        QVERIFY(std::abs(std::ssize(doubled) - 500) <= 5);
        QVERIFY(std::abs(std::ranges::count_if(doubled, &LabelItem::is_repeated) - 50) <= 10);
    }

    void items_that_are_not_doubled_go_to_whoever_comes_first() {
        Workspace workspace(100);
        VERIFY_OK(workspace.store->set_label_shares(workspace.queue, {0, 0}));
        workspace.judge(workspace.items[0], "bob");
        workspace.judge(workspace.items[1], "bob", Choice::skip);
        const VerdictId undone = workspace.judge(workspace.items[2], "bob");
        VERIFY_OK(workspace.store->undo_verdict(undone));
        QCOMPARE(workspace.to_judge()[0].prompt, std::string("2"));
        QCOMPARE(workspace.left(), 99);
        QCOMPARE(workspace.left("bob"), 98);
        QCOMPARE(workspace.judged("bob"), 2);
        VERIFY_OK(workspace.store->set_label_shares(workspace.queue, {0, 0.5}));
        for (const LabelItemId item : workspace.items) workspace.judge(item, "bob");
        const auto mine = workspace.to_judge();
        QVERIFY(std::abs(std::ssize(mine) - 50) <= 2);
        QCOMPARE(workspace.left(), std::ssize(mine));
        VERIFY_OK(workspace.store->set_label_shares(workspace.queue, {}));
        QCOMPARE(workspace.left(), 100);
    }

    void an_item_comes_again_when_twenty_others_have_been_judged() {
        Workspace workspace(60);
        VERIFY_OK(workspace.store->set_label_shares(workspace.queue, {1, 1}));
        QVERIFY(workspace.to_repeat(0).empty());
        workspace.judge(workspace.items[0]);
        workspace.judge(workspace.items[1], "ada", Choice::skip);
        for (std::size_t i = 2; i < 20; ++i) workspace.judge(workspace.items[i]);
        QVERIFY(workspace.to_repeat(verdicts_until_repeat).empty());
        // What others judge does not count.
        workspace.judge(workspace.items[30], "bob");
        QVERIFY(workspace.to_repeat(verdicts_until_repeat).empty());
        workspace.judge(workspace.items[20]);
        QCOMPARE(workspace.prompts(workspace.to_repeat(verdicts_until_repeat)), QStringList("1"));
        QCOMPARE(workspace.to_repeat(0).size(), std::size_t{20});
        const VerdictId again = workspace.judge(workspace.items[0], "ada", Choice::b, 1);
        // Item 2 was skipped.
        QVERIFY(workspace.to_repeat(verdicts_until_repeat).empty());
        workspace.judge(workspace.items[21]);
        QCOMPARE(workspace.prompts(workspace.to_repeat(verdicts_until_repeat)), QStringList("3"));
        VERIFY_OK(workspace.store->undo_verdict(again));
        QCOMPARE(workspace.to_repeat(0).size(), std::size_t{22 - 1});
        // What is shown again does not come back as something new.
        QCOMPARE(workspace.to_judge()[0].prompt, std::string("23"));
    }

    void repeats_count_among_what_is_left() {
        Workspace workspace(100);
        VERIFY_OK(workspace.store->set_label_shares(workspace.queue, {0.25, 1}));
        const auto repeated = std::ranges::count_if(workspace.to_judge(), &LabelItem::is_repeated);
        QCOMPARE(workspace.left(), 100 + repeated);
        const auto all = workspace.to_judge();
        const auto first = std::ranges::find_if(all, &LabelItem::is_repeated);
        const auto second = std::find_if(first + 1, all.end(),
                                         [](const LabelItem& item) { return item.is_repeated; });
        workspace.judge(first->id);
        QCOMPARE(workspace.left(), 99 + repeated);
        workspace.judge(first->id, "ada", Choice::a, 1);
        QCOMPARE(workspace.left(), 98 + repeated);
        workspace.judge(second->id, "ada", Choice::skip);
        QCOMPARE(workspace.left(), 96 + repeated);
        QCOMPARE(workspace.judged(), 3);
        QCOMPARE(workspace.left("bob"), 100 + repeated);
        // Everything: nothing is left, in whatever order it was judged.
        for (const LabelItem& item : all) {
            if (item.id == first->id || item.id == second->id) continue;
            workspace.judge(item.id);
            if (item.is_repeated) workspace.judge(item.id, "ada", Choice::tie, 1);
        }
        QCOMPARE(workspace.left(), 0);
    }

    void repeats_of_items_that_another_has_judged_are_not_awaited() {
        Workspace workspace(100);
        VERIFY_OK(workspace.store->set_label_shares(workspace.queue, {0.5, 0.5}));
        for (const LabelItemId item : workspace.items) workspace.judge(item, "bob");
        std::int64_t left = 0;
        for (const LabelItem& item : workspace.to_judge()) left += item.is_repeated ? 2 : 1;
        QCOMPARE(workspace.left(), left);
    }

    void scores_of_reward_models_are_kept_and_replaced() {
        Workspace workspace(3);
        const auto unscored = [&](bool again) {
            return workspace.prompts(
                workspace.reader->items_to_score(workspace.queue, "rm/1@5", again, 0, 10).value());
        };
        QCOMPARE(unscored(false), QStringList({"1", "2", "3"}));
        const auto& items = workspace.items;
        VERIFY_OK(
            workspace.store->add_label_scores("rm/1@5", {{items[0], 1, 2.0}, {items[2], 3, 0.5}}));
        VERIFY_OK(workspace.store->add_label_scores("other", {{items[0], 0, 0.0}}));
        QCOMPARE(unscored(false), QStringList("2"));
        QCOMPARE(unscored(true), QStringList({"1", "2", "3"}));
        VERIFY_OK(workspace.store->add_label_scores("rm/1@5", {{items[0], 5, 6.0}}));
        QVERIFY(workspace.reader->label_rewards(workspace.queue).value().empty());
        const auto rewards = workspace.reader->label_rewards(workspace.queue, false).value();
        QCOMPARE(rewards.size(), std::size_t{3});
        COMPARE_TEXT(rewards[1].source, "rm/1@5");
        QCOMPARE(rewards[1].reward_b, 6.0);
        QCOMPARE(rewards[2].item, items[2]);
        workspace.judge(items[2]);
        QCOMPARE(workspace.reader->label_rewards(workspace.queue).value().size(), std::size_t{1});
        // All or none: an item that is not there.
        QVERIFY(!workspace.store->add_label_scores("rm/1@5", {{items[1], 1, 1.0}, {999, 1, 1.0}}));
        QCOMPARE(unscored(false), QStringList("2"));
    }
};

PLUMB_REGISTER_TEST(TestLabelOrders)
#include "label_orders_test.moc"
