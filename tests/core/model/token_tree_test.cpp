// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/token_tree.h"

#include "test_main.h"

using namespace plumb;

class TestTokenTree : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void positions_go_on_from_what_is_shared() {
        TokenTreeBuilder builder;
        const std::vector<std::int64_t> prompt = {5, 6, 7}, one = {8}, two = {9, 10},
                                        alone = {4, 4};
        const std::int64_t root = builder.add(prompt);
        builder.add(one, root);
        QCOMPARE(builder.first(builder.add(alone)), std::int64_t{4});
        builder.add(two, root);
        const TokenTree tree = builder.finish();
        const auto numbers = [](const std::vector<std::int64_t>& values) {
            return at::tensor(values, at::kLong);
        };
        QVERIFY(at::equal(tree.ids, numbers({5, 6, 7, 8, 4, 4, 9, 10})));
        QVERIFY(at::equal(tree.positions(), numbers({0, 1, 2, 3, 0, 1, 3, 4})));
        QCOMPARE(tree.longest(), std::int64_t{5});
        const auto families = families_of(tree.segments);
        QCOMPARE(families.size(), std::size_t{2});
        QCOMPARE(families[0].branches.size(), std::size_t{2});
        QCOMPARE(families[0].branches[1].first, std::int64_t{6});
        QVERIFY(families[1].branches.empty());
    }

    void rows_of_one_length_follow_each_other() {
        const TokenTree tree = TokenTree::of_rows(at::arange(6, at::kLong).view({2, 3}));
        QCOMPARE(tree.count(), std::int64_t{2});
        QVERIFY(
            at::equal(tree.positions(), at::tensor(std::vector<std::int64_t>{0, 1, 2, 0, 1, 2})));
    }
};

PLUMB_REGISTER_TEST(TestTokenTree)
#include "token_tree_test.moc"
