// SPDX-License-Identifier: GPL-3.0-or-later
// Pages of completions against a list of all of them that was filtered and sorted by hand.
#include <algorithm>
#include <limits>

#include "base/random.h"
#include "store_test_data.h"

using namespace plumb;

namespace {

constexpr std::int64_t steps = 12, rows_a_step = 8, held_out_rows = 3;

/// Rewards with ties, missing ones and NaN; texts of few words.
CompletionRecord random_completion(Random& random, std::int64_t step, std::int64_t row) {
    const auto word = [&] {
        return std::string(1, static_cast<char>('a' + random.below(4))) + "0%"[random.below(2)];
    };
    CompletionRecord record;
    record.step = step;
    record.row = row;
    record.group = row < 0 ? row : row / 4;
    record.prompt = "say " + word();
    record.completion = word() + " " + word();
    if (random.chance(0.8)) record.reward = static_cast<double>(random.below(4)) / 2;
    if (random.chance(0.1)) record.reward = std::numeric_limits<double>::quiet_NaN();
    record.reward_parts["form"] = static_cast<double>(random.below(5)) - 2;
    if (random.chance(0.3)) record.reward_parts["form"] = std::nullopt;
    record.advantage = static_cast<double>(random.below(7)) - 3;
    record.length = static_cast<std::int64_t>(random.below(5));
    record.ended = random.chance(0.7);
    if (random.chance(0.8)) record.kl = random.normal();
    if (random.chance(0.1)) record.kl = std::numeric_limits<double>::quiet_NaN();
    return record;
}

std::optional<double> number_of(const CompletionRecord& row, const CompletionNumber& number) {
    switch (number.value) {
        case CompletionValue::step: return static_cast<double>(row.step);
        case CompletionValue::reward: return row.reward;
        case CompletionValue::part: {
            const auto part = row.reward_parts.find(number.part);
            return part == row.reward_parts.end() ? std::nullopt : part->second;
        }
        case CompletionValue::advantage: return row.advantage;
        case CompletionValue::advantage_size: return std::abs(row.advantage);
        case CompletionValue::kl: return row.kl;
        case CompletionValue::kl_size: return row.kl ? std::optional(std::abs(*row.kl)) : row.kl;
        case CompletionValue::length: return static_cast<double>(row.length);
    }
    return std::nullopt;
}

bool passes(const CompletionRecord& row, const CompletionFilter& filter) {
    const auto has = [&](const std::string& text) {
        return text.find(filter.search) != std::string::npos;
    };
    if (!has(row.prompt) && !has(row.completion)) return false;
    if (filter.first_step && row.step < *filter.first_step) return false;
    if (filter.last_step && row.step > *filter.last_step) return false;
    if (filter.group && row.group != *filter.group) return false;
    if (filter.prompt && row.prompt != *filter.prompt) return false;
    if (filter.ended && row.ended != *filter.ended) return false;
    if (filter.source == CompletionSource::training && row.held_out()) return false;
    if (filter.source == CompletionSource::held_out && !row.held_out()) return false;
    if (!filter.least && !filter.most) return true;
    const auto number = number_of(row, filter.number);
    return number && !std::isnan(*number) && !(filter.least && *number < *filter.least) &&
           !(filter.most && *number > *filter.most);
}

using Places = std::vector<std::pair<std::int64_t, std::int64_t>>;  // step, row

Places places_of(const std::vector<PlacedCompletion>& rows) {
    Places places;
    for (const auto& row : rows) places.emplace_back(row.record.step, row.record.row);
    return places;
}

}  // namespace

class TestCompletionPages : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        folder_ = std::make_unique<TemporaryFolder>();
        store_ = open_store(folder_->path());
        reader_ = open_reader(folder_->path());
        store_->create_run(example_run("other")).value();
        run_ = store_->create_run(example_run()).value();
        Random random(5);
        for (std::int64_t step = 0; step <= steps; ++step) {
            std::vector<CompletionRecord> training, held_out;
            for (std::int64_t row = 0; step > 0 && row < rows_a_step; ++row)
                training.push_back(random_completion(random, step, row));
            for (std::int64_t row = 1; step % 6 == 0 && row <= held_out_rows; ++row)
                held_out.push_back(random_completion(random, step, -row));
            for (const auto& rows : {training, held_out}) {
                all_.insert(all_.end(), rows.begin(), rows.end());
                if (rows.empty()) continue;
                store_->add_completions(run_, step, rows);
                store_->add_completions(1, step, rows);
            }
        }
        VERIFY_OK(store_->flush());
    }
    void cleanupTestCase() {
        reader_.reset();
        store_.reset();
        folder_.reset();
    }

    void pages_equal_a_naive_query_data() {
        QTest::addColumn<CompletionFilter>("filter");
        CompletionFilter filter;
        QTest::newRow("all") << filter;
        filter.search = "a0";
        QTest::newRow("search") << filter;
        filter = {};
        filter.search = "%";
        filter.ended = false;
        QTest::newRow("search with a wildcard's sign, cut") << filter;
        filter = {};
        filter.first_step = 3;
        filter.last_step = 7;
        filter.source = CompletionSource::training;
        QTest::newRow("steps") << filter;
        filter = {};
        filter.source = CompletionSource::held_out;
        QTest::newRow("held out") << filter;
        filter = {};
        filter.first_step = filter.last_step = 5;
        filter.group = 1;
        QTest::newRow("group") << filter;
        filter = {};
        filter.prompt = "say b0";
        QTest::newRow("prompt") << filter;
        filter = {};
        filter.least = 0.5;
        filter.most = 1.0;
        QTest::newRow("rewards") << filter;
        filter.number = {CompletionValue::part, "form"};
        QTest::newRow("part of the reward") << filter;
        filter.number = {CompletionValue::advantage};
        filter.most.reset();
        QTest::newRow("advantages") << filter;
        filter.number = {CompletionValue::kl};
        filter.ended = true;
        QTest::newRow("kl") << filter;
        filter.number = {CompletionValue::kl_size};
        filter.least = 0;
        QTest::newRow("size of the kl") << filter;
        filter = {};
        filter.search = "nowhere";
        QTest::newRow("none") << filter;
    }

    void pages_equal_a_naive_query() {
        QFETCH(CompletionFilter, filter);
        for (const CompletionNumber& number : {CompletionNumber{CompletionValue::step},
                                               {CompletionValue::reward},
                                               {CompletionValue::part, "form"},
                                               {CompletionValue::advantage},
                                               {CompletionValue::advantage_size},
                                               {CompletionValue::kl},
                                               {CompletionValue::kl_size},
                                               {CompletionValue::length}})
            for (const bool descending : {false, true}) check(filter, {number, descending});
    }

    void pages_stay_as_they_are_while_rows_are_added() {
        const TemporaryFolder folder;
        const auto store = open_store(folder.path());
        const auto reader = open_reader(folder.path());
        const RunId run = store->create_run(example_run()).value();
        store->add_completions(run, 1, {example_completion(0, "a"), example_completion(1, "b")});
        VERIFY_OK(store->flush());
        CompletionFilter filter;
        filter.last_id = reader->last_completion().value();
        store->add_completions(run, 2, {example_completion(0, "c")});
        VERIFY_OK(store->flush());
        QCOMPARE(*reader->completion_count(run, filter), std::int64_t{2});
        QCOMPARE(*reader->completion_count(run, {}), std::int64_t{3});
        QVERIFY(places_of(*reader->completion_page(run, filter, {{}, true}, {})) ==
                (Places{{1, 1}, {1, 0}}));
    }

    void a_stop_ends_a_query() {
        std::stop_source stop;
        stop.request_stop();
        const CompletionOrder order{{CompletionValue::part, "form"}, true};
        const auto page = reader_->completion_page(run_, {}, order, {}, stop.get_token());
        QVERIFY(!page.ok() && page.error().code == ErrorCode::cancelled);
        const auto count = reader_->completion_count(run_, {}, stop.get_token());
        QVERIFY(count.ok() || count.error().code == ErrorCode::cancelled);
        VERIFY_OK(reader_->completion_page(run_, {}, order, {}));
    }

    void names_of_reward_functions_are_told() {
        QVERIFY(*reader_->reward_parts(run_) == std::vector<std::string>{"form"});
        QVERIFY(reader_->reward_parts(99)->empty());
    }

    void prompts_are_pinned() {
        VERIFY_OK(store_->pin_prompt("say b0"));
        VERIFY_OK(store_->pin_prompt("never asked"));
        VERIFY_OK(store_->pin_prompt("say b0"));
        auto pinned = *reader_->pinned_prompts(run_);
        QCOMPARE(pinned.size(), std::size_t{2});
        COMPARE_TEXT(pinned[0].prompt, "say b0");
        QCOMPARE(pinned[0].answers, std::ranges::count(all_, "say b0", &CompletionRecord::prompt));
        QCOMPARE(pinned[1].answers, std::int64_t{0});
        CompletionFilter filter;
        filter.pinned = true;
        QCOMPARE(*reader_->completion_count(run_, filter), pinned[0].answers);
        for (const auto& row : *reader_->completion_page(run_, filter, {}, {}))
            COMPARE_TEXT(row.record.prompt, "say b0");
        VERIFY_OK(store_->unpin_prompt("say b0"));
        VERIFY_OK(store_->unpin_prompt("never asked"));
        VERIFY_OK(store_->unpin_prompt("never asked"));
        QVERIFY(reader_->pinned_prompts(run_)->empty());
        QCOMPARE(*reader_->completion_count(run_, filter), std::int64_t{0});
    }

    void training_alone_is_what_a_step_shows() {
        QCOMPARE(reader_->completions(run_, {.step = 6})->size(), std::size_t(rows_a_step));
        QCOMPARE(reader_->completion_steps(run_)->front(), std::int64_t{1});
    }

private:
    Places expected(const CompletionFilter& filter, const CompletionOrder& order) const {
        std::vector<CompletionRecord> rows;
        for (const auto& row : all_)
            if (passes(row, filter)) rows.push_back(row);
        const auto key = [&](const CompletionRecord& row) {
            const double infinity = std::numeric_limits<double>::infinity();
            const double number = number_of(row, order.number).value_or(-infinity);
            return std::tuple(std::isnan(number) ? infinity : number, row.step, row.row);
        };
        std::ranges::sort(rows, [&](const auto& a, const auto& b) { return key(a) < key(b); });
        if (order.descending) std::ranges::reverse(rows);
        Places places;
        for (const auto& row : rows) places.emplace_back(row.step, row.row);
        return places;
    }

    void check(const CompletionFilter& filter, const CompletionOrder& order) {
        const Places wanted = expected(filter, order);
        const auto count = static_cast<std::int64_t>(wanted.size());
        QCOMPARE(reader_->completion_count(run_, filter).value(), count);
        for (const bool backward : {false, true}) {
            Places pages;
            CompletionPage page{.backward = backward, .limit = 7};
            while (true) {
                const auto rows = reader_->completion_page(run_, filter, order, page);
                VERIFY_OK(rows);
                if (rows->empty()) break;
                const Places places = places_of(*rows);
                pages.insert(backward ? pages.begin() : pages.end(), places.begin(), places.end());
                page.from = backward ? rows->front().place : rows->back().place;
            }
            QVERIFY(pages == wanted);
        }
        // A stretch in the middle, from the front and from the end.
        if (count < 10) return;
        const auto middle = reader_->completion_page(run_, filter, order, {.skip = 4, .limit = 3});
        QVERIFY(places_of(*middle) == Places(wanted.begin() + 4, wanted.begin() + 7));
        const auto end = reader_->completion_page(run_, filter, order,
                                                  {.backward = true, .skip = 2, .limit = 3});
        QVERIFY(places_of(*end) == Places(wanted.end() - 5, wanted.end() - 2));
        const auto behind = reader_->completion_page(
            run_, filter, order, {.from = middle->front().place, .skip = 1, .limit = 2});
        QVERIFY(places_of(*behind) == Places(wanted.begin() + 6, wanted.begin() + 8));
    }

    std::unique_ptr<TemporaryFolder> folder_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<StoreReader> reader_;
    RunId run_ = 0;
    std::vector<CompletionRecord> all_;
};

PLUMB_REGISTER_TEST(TestCompletionPages)
#include "completion_pages_test.moc"
