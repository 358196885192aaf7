// SPDX-License-Identifier: GPL-3.0-or-later
// Token data in the workspace: they belong to their completions and go with them.
#include "store_test_data.h"

using namespace plumb;

namespace {

TokenRecord tokens_of(std::int64_t row, std::int64_t id) {
    TokenData tokens;
    tokens.ids = {id};
    tokens.bytes = {1};
    return {row, encode_token_data(tokens)};
}

}  // namespace

class TestTokenRows : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<TemporaryFolder>();
        store_ = open_store(folder_->path());
        reader_ = open_reader(folder_->path());
        run_ = store_->create_run(example_run()).value();
        for (std::int64_t step = 1; step <= 6; ++step) {
            store_->add_completions(run_, step,
                                    {example_completion(0, "a"), example_completion(1, "b")});
            store_->add_token_data(run_, step, {tokens_of(0, 10 * step), tokens_of(1, 11 * step)});
        }
        VERIFY_OK(store_->flush());
    }
    void cleanup() {
        reader_.reset();
        store_.reset();
        folder_.reset();
    }

    void they_come_back() {
        const auto tokens = reader_->token_data(run_, 3, 1);
        VERIFY_OK(tokens);
        QVERIFY(tokens->has_value());
        QCOMPARE((*tokens)->ids.front(), std::int64_t{33});
        QVERIFY(!reader_->token_data(run_, 3, 2)->has_value());
        QVERIFY(!reader_->token_data(99, 3, 1)->has_value());
        const auto bytes = *reader_->token_bytes(run_);
        QCOMPARE(bytes.size(), std::size_t{6});
        QCOMPARE(bytes.at(2), std::uint64_t{2 * tokens_of(0, 20).data.size()});
    }

    void a_later_update_replaces_them() {
        store_->add_token_data(run_, 2, {tokens_of(1, 5)});
        VERIFY_OK(store_->flush());
        QCOMPARE((*reader_->token_data(run_, 2, 1))->ids.front(), std::int64_t{5});
        QCOMPARE((*reader_->token_data(run_, 2, 0))->ids.front(), std::int64_t{20});
    }

    void they_go_with_their_completions() {
        store_->add_completions(run_, 4, {example_completion(0, "again")});
        VERIFY_OK(store_->flush());
        QVERIFY(!reader_->token_data(run_, 4, 0)->has_value());
        VERIFY_OK(store_->remove_rows_after(run_, 2));
        QCOMPARE(reader_->token_bytes(run_)->rbegin()->first, std::int64_t{2});
        // A completion that was not stored takes its token data along.
        store_->add_token_data(run_, 5, {tokens_of(0, 1)});
        VERIFY_OK(store_->flush());
        QVERIFY(!reader_->token_bytes(run_)->contains(5));
    }

    void every_nth_step_is_kept() {
        store_->thin_token_data(run_, 2);
        VERIFY_OK(store_->flush());
        std::vector<std::int64_t> steps;
        for (const auto& [step, bytes] : *reader_->token_bytes(run_)) steps.push_back(step);
        QCOMPARE(steps, (std::vector<std::int64_t>{1, 3, 5}));
        QCOMPARE(reader_->completions(run_, {})->size(), std::size_t{12});
    }

    void damaged_ones_name_their_place() {
        store_->add_token_data(run_, 2, {{1, std::string("\x01\x05\x01", 3)}});
        VERIFY_OK(store_->flush());
        const auto tokens = reader_->token_data(run_, 2, 1);
        QVERIFY(!tokens.ok());
        for (const char* part : {"workspace.db", "run 1", "step 2", "row 1"})
            QVERIFY2(tokens.error().message.find(part) != std::string::npos,
                     tokens.error().message.c_str());
    }

    void an_evaluation_s_answers_stand_beside_the_step_s() {
        CompletionRecord held_out = example_completion(-1, "held out");
        held_out.kl = 0.5;
        store_->add_completions(run_, 2, {held_out});
        VERIFY_OK(store_->flush());
        QCOMPARE(reader_->completions(run_, {.step = 2})->size(), std::size_t{2});
        QVERIFY(reader_->token_data(run_, 2, 0)->has_value());
        CompletionFilter filter;
        filter.source = CompletionSource::held_out;
        const auto rows = reader_->completion_page(run_, filter, {}, {});
        VERIFY_OK(rows);
        QCOMPARE(rows->size(), std::size_t{1});
        QVERIFY(rows->front().record.held_out());
        QCOMPARE(rows->front().record.kl, std::optional(0.5));
        // Done again, they replace themselves alone.
        store_->add_completions(run_, 2, {held_out});
        VERIFY_OK(store_->flush());
        QCOMPARE(*reader_->completion_count(run_, filter), std::int64_t{1});
        QCOMPARE(reader_->completions(run_, {.step = 2})->size(), std::size_t{2});
    }

private:
    std::unique_ptr<TemporaryFolder> folder_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<StoreReader> reader_;
    RunId run_ = 0;
};

PLUMB_REGISTER_TEST(TestTokenRows)
#include "token_rows_test.moc"
