// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/sft_rows.h"

#include <fstream>
#include <map>

#include "test_main.h"
#include "train/new_model.h"

using namespace plumb;

namespace {

/// Rows "a" to "aa...a" (with the end 2 to count + 1 tokens) and what a run on them needs.
struct Fixture {
    explicit Fixture(int count) {
        std::string text;
        for (int i = 1; i <= count; ++i) text += std::string(std::size_t(i), 'a') + "\n";
        make("rows.txt", text);
    }
    explicit Fixture(const std::string& jsonl) { make("rows.jsonl", jsonl); }

    void make(const std::string& name, const std::string& text) {
        std::ofstream(folder.path() / name) << text;
        settings.algorithm = "sft";
        settings.task = "data";
        settings.train_files = {(folder.path() / name).string()};
        settings.eval_prompts = 0;
        settings.packing = true;
        settings.max_length = 8;
        settings.hidden_size = 16;
        settings.intermediate_size = 16;
        settings.num_hidden_layers = 1;
        settings.num_attention_heads = 2;
        settings.num_key_value_heads = 2;
        task = std::move(*make_task(settings, true));
    }
    std::unique_ptr<SftRows> rows() {
        if (!policy) policy.emplace(*new_policy(settings, task->tokenizer(), at::kCPU));
        auto made = make_sft_rows(*task, *policy, settings);
        if (!made) qFatal("%s", made.error().message.c_str());
        return std::move(*made);
    }

    TemporaryFolder folder;
    Settings settings;
    std::unique_ptr<Task> task;
    std::optional<Policy> policy;
};

std::int64_t tokens_of(const std::vector<LabelledBatch>& batches) {
    std::int64_t tokens = 0;
    for (const LabelledBatch& batch : batches) tokens += batch.tokens.tokens();
    return tokens;
}

bool same(const std::vector<LabelledBatch>& a, const std::vector<LabelledBatch>& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!a[i].tokens.ids.equal(b[i].tokens.ids) || !a[i].labels.equal(b[i].labels))
            return false;
    return true;
}

}  // namespace

class TestSftRows : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void an_epoch_holds_every_token_once() {
        Fixture fixture(10);
        // Rows of 2 to 11 tokens; bfd cuts the last three to 8. A single token that is left over
        // predicts nothing.
        for (const auto& [strategy, tokens] :
             {std::pair{"bfd", 59}, {"bfd_split", 64}, {"wrapped", 64}}) {
            fixture.settings.packing_strategy = strategy;
            const auto rows = fixture.rows();
            for (int epoch = 0; epoch < 3; ++epoch)
                QCOMPARE(tokens_of(rows->take(epoch * rows->count(), rows->count())), tokens);
            QCOMPARE(rows->epoch(2 * rows->count()), 2.0);
        }
    }

    void a_position_gives_the_same_rows_whatever_was_taken_before() {
        Fixture fixture(10);
        const auto whole = fixture.rows(), resumed = fixture.rows();
        const std::int64_t count = whole->count();
        std::vector<std::vector<LabelledBatch>> taken;
        for (std::int64_t i = 0; i < 3 * count; i += 2) taken.push_back(whole->take(i, 2));
        for (const std::int64_t i : {2 * count, count - count % 2, std::int64_t{0}})
            QVERIFY(same(resumed->take(i, 2), taken[static_cast<std::size_t>(i / 2)]));
        bool same_order = true;
        for (std::int64_t i = 0; i < count; ++i)
            same_order = same_order && same(whole->take(i, 1), whole->take(count + i, 1));
        QVERIFY(!same_order);
    }

    void pieces_of_a_prompt_alone_are_left_out() {
        // 17 tokens of prompt, 3 of completion with its end: of three pieces the last is trained
        // on.
        Fixture fixture(R"({"prompt": ")" + std::string(17, 'a') +
                        R"(", "completion": "bb"})"
                        "\n");
        fixture.settings.packing_strategy = "bfd_split";
        const auto rows = fixture.rows();
        QCOMPARE(rows->count(), 1);
        const auto batches = rows->take(0, 1);
        QCOMPARE(batches[0].tokens.tokens(), 4);
        QCOMPARE(batches[0].labels.numel(), 3);
    }

    void rows_without_packing_are_the_demonstrations() {
        Fixture fixture(5);
        fixture.settings.packing = false;
        const auto rows = fixture.rows();
        QCOMPARE(rows->count(), 5);
        const auto batches = rows->take(0, 5);
        QCOMPARE(batches.size(), std::size_t{1});
        QCOMPARE(batches[0].tokens.count(), 5);
        QCOMPARE(batches[0].tokens.tokens(), 20);
    }

    void documents_of_a_length_share_a_batch() {
        std::vector<SupervisedRow> documents;
        for (const std::size_t length : {2, 8, 2, 3, 2}) {
            const std::vector<std::int64_t> ids(length, 5);
            documents.push_back({.ids = ids, .labels = ids});
        }
        const auto batches = batch_documents(documents, 10);
        QCOMPARE(batches.size(), std::size_t{3});
        QCOMPARE(batches[0].tokens.count(), 1);
        QCOMPARE(batches[1].tokens.count(), 3);
        QCOMPARE(batches[2].tokens.count(), 1);
        QCOMPARE(tokens_of(batches), 17);
        QVERIFY(batch_documents({}, 10).empty());
    }

    void rows_without_end_are_refused() {
        Fixture fixture(5);
        Settings settings = fixture.settings;
        settings.task = "arithmetic";
        const auto endless = make_task(settings, true);
        fixture.rows();
        const auto rows = make_sft_rows(**endless, *fixture.policy, settings);
        QVERIFY(!rows.ok());
        QVERIFY(rows.error().message.find("without end") != std::string::npos);
    }
};

PLUMB_REGISTER_TEST(TestSftRows)
#include "sft_rows_test.moc"
