// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/preference_rows.h"

#include <set>

#include "small_policy.h"

using namespace plumb;

namespace {

/// Six pairs without a prompt, whose sides are all different.
PreferenceSets six_pairs(bool sides_are_free) {
    PreferenceSets pairs;
    const char* good[] = {"good", "nice", "fun", "charming", "solid", "fresh"};
    const char* bad[] = {"bad", "dull", "weak", "slow", "messy", "boring"};
    for (int i = 0; i < 6; ++i) {
        Preference& pair = pairs.training.emplace_back();
        pair.chosen = std::string("the cast was ") + good[i];
        pair.rejected = std::string("the cast was ") + bad[i];
    }
    pairs.sides_are_free = sides_are_free;
    return pairs;
}

using Pair = std::pair<TokenIds, TokenIds>;

std::vector<Pair> taken(PreferenceRowSource& source, std::int64_t first, std::int64_t count) {
    std::vector<Pair> pairs;
    for (const PreferenceRow& row : source.take_rows(count, first))
        pairs.emplace_back(row.chosen, row.rejected);
    return pairs;
}

PreferenceRowSource source_of(const PreferenceSets& pairs, const Policy& policy,
                              const Settings& settings) {
    auto source = make_row_source(pairs, policy, settings, OverLength::drop);
    if (!source) qFatal("%s", source.error().message.c_str());
    return std::move(*source);
}

}  // namespace

class TestPreferenceRows : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void given_pairs_stay_together() {
        const Settings settings = small_reviews();
        const SmallTask small = small_task(settings);
        PreferenceRowSource source = source_of(six_pairs(false), small.policy, settings);
        std::set<Pair> together;
        for (const PreferenceRow& row : source.training) together.emplace(row.chosen, row.rejected);
        for (const Pair& pair : taken(source, 0, 18)) QVERIFY(together.contains(pair));
    }

    void free_sides_meet_anew_in_every_epoch() {
        const Settings settings = small_reviews();
        const SmallTask small = small_task(settings);
        PreferenceRowSource source = source_of(six_pairs(true), small.policy, settings);
        std::set<std::set<Pair>> epochs;
        for (std::int64_t epoch = 0; epoch < 4; ++epoch) {
            std::set<TokenIds> chosen, rejected;
            const auto pairs = taken(source, 6 * epoch, 6);
            for (const Pair& pair : pairs) {
                chosen.insert(pair.first);
                rejected.insert(pair.second);
                QVERIFY(!rejected.contains(pair.first));
            }
            QCOMPARE(chosen.size(), std::size_t{6});  // every text once
            QCOMPARE(rejected.size(), std::size_t{6});
            epochs.insert({pairs.begin(), pairs.end()});
        }
        QCOMPARE(epochs.size(), std::size_t{4});
    }

    void free_sides_depend_on_seed_and_place_alone() {
        Settings settings = small_reviews();
        const SmallTask small = small_task(settings);
        PreferenceRowSource whole = source_of(six_pairs(true), small.policy, settings);
        const auto all = taken(whole, 0, 30);
        // A run that goes on takes the same pairs, batches across the end of an epoch included.
        PreferenceRowSource resumed = source_of(six_pairs(true), small.policy, settings);
        QVERIFY(taken(resumed, 16, 14) == std::vector<Pair>(all.begin() + 16, all.end()));
        settings.seed = 4;
        PreferenceRowSource other = source_of(six_pairs(true), small.policy, settings);
        QVERIFY(taken(other, 0, 30) != all);
        settings.shuffle_dataset = false;
        PreferenceRowSource in_order = source_of(six_pairs(true), small.policy, settings);
        const auto first = taken(in_order, 0, 6);
        QVERIFY(taken(in_order, 6, 6) == first);
        for (std::size_t i = 0; i < 6; ++i)
            QVERIFY(first[i] == Pair(in_order.training[i].chosen, in_order.training[i].rejected));
    }
};

PLUMB_REGISTER_TEST(TestPreferenceRows)
#include "preference_rows_test.moc"
