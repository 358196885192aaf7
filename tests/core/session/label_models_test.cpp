// SPDX-License-Identifier: GPL-3.0-or-later
// What models do for label queues: answers to be judged, and scores that put items into an order.
#include <algorithm>
#include <fstream>

#include <nlohmann/json.hpp>

#include "session/label_order.h"
#include "session/label_sampling.h"
#include "small_run.h"

using namespace plumb;
using Json = nlohmann::json;

namespace {

std::set<LabelItemId> ids_of(const std::vector<LabelItem>& items) {
    std::set<LabelItemId> ids;
    for (const LabelItem& item : items) ids.insert(item.id);
    return ids;
}

}  // namespace

class TestLabelModels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        run_ = session_.run(small_ppo(), "policy");
        samples_ = queue_samples(session_->store(), *session_.reader(), "samples", {.run = run_})
                       .value()
                       .queue;
    }

    void two_checkpoints_answer_the_same_prompts() {
        CompareModelsRequest request = compare("policy@2", "policy@4", "steps");
        request.prompts = 6;
        request.max_tokens = 5;
        request.seed = 3;
        std::vector<std::pair<std::int64_t, std::int64_t>> told;
        request.on_progress = [&](std::int64_t done, std::int64_t total) {
            told.emplace_back(done, total);
        };
        const auto reply = session_->compare_models(request).get();
        VERIFY_OK(reply);
        COMPARE_TEXT(reply->name, "steps");
        QCOMPARE(reply->done.items + reply->equal + std::ssize(reply->done.duplicates), 6);
        QCOMPARE(told.back(), (std::pair<std::int64_t, std::int64_t>(12, 12)));
        const auto items = items_of(reply->done.queue);
        QVERIFY(!items.empty());
        std::set<std::string> models;
        for (const LabelItem& item : items) {
            QVERIFY(item.answer_a != item.answer_b);
            const Json origin = Json::parse(item.origin);
            QCOMPARE(origin["sampling"]["max_tokens"].get<int>(), 5);
            QCOMPARE(origin["sampling"]["seed"].get<int>(), 3);
            COMPARE_TEXT(origin["prompt"]["task"].get<std::string>(), "reviews");
            for (const char* side : {"a", "b"}) {
                QVERIFY(origin[side]["gold"].is_number());
                QVERIFY(origin[side]["ended"].is_boolean());
                QCOMPARE(origin[side]["run"].get<std::int64_t>(), run_);
            }
            QVERIFY(origin["a"]["step"] != origin["b"]["step"]);
            models.insert(origin["a"]["model"].get<std::string>());
        }
        // Which one is A was drawn for each item: with this seed not always the same.
        QCOMPARE(models, std::set<std::string>({"policy/1@2", "policy/1@4"}));
        QVERIFY(judge_by_gold(session_->store(), *session_.reader(), reply->done.queue, "gold", 0)
                    .value() > 0);
        // Equal seeds give equal answers.
        request.name = "steps again";
        const auto again = session_->compare_models(request).get();
        VERIFY_OK(again);
        const auto same = items_of(again->done.queue);
        QCOMPARE(same.size(), items.size());
        for (std::size_t i = 0; i < items.size(); ++i) {
            COMPARE_TEXT(same[i].answer_a, items[i].answer_a);
            COMPARE_TEXT(same[i].answer_b.value(), items[i].answer_b.value());
        }
    }

    void one_policy_gives_two_draws() {
        const auto drawn = session_->compare_models(compare("policy", "policy", "draws")).get();
        VERIFY_OK(drawn);
        QVERIFY(drawn->done.items > 0);
        // Greedily there is one answer alone.
        CompareModelsRequest greedy = compare("policy", "policy", "greedy");
        greedy.temperature = 0;
        const auto none = session_->compare_models(greedy).get();
        QVERIFY(!none.ok());
        QVERIFY2(none.error().message.find("equal answers") != std::string::npos,
                 none.error().message.c_str());
        QVERIFY(!session_.reader()->find_label_queue("greedy").ok());
    }

    void prompts_come_from_a_file() {
        const auto file = session_.folder() / "prompts.jsonl";
        std::ofstream(file) << "{\"prompt\":\"the movie\"}\n{\"prompt\":\"the food\"}\n";
        const auto folder =
            session_->workspace() / session_.reader()->checkpoints(run_)->front().folder;
        CompareModelsRequest request = compare(folder.string(), folder.string(), "");
        const auto missing = session_->compare_models(request).get();
        QVERIFY2(missing.error().message.find("name a file") != std::string::npos,
                 missing.error().message.c_str());
        request.file = file.string();
        request.max_tokens = 8;
        const auto reply = session_->compare_models(request).get();
        VERIFY_OK(reply);
        const std::string base = folder.filename().string();
        COMPARE_TEXT(reply->name, base + " and " + base);
        const auto items = items_of(reply->done.queue);
        QVERIFY(!items.empty());
        const Json origin = Json::parse(items[0].origin);
        QVERIFY2(
            origin["prompt"].get<std::string>().find("prompts.jsonl, line") != std::string::npos,
            items[0].origin.c_str());
        QVERIFY(!origin["a"].contains("gold") && !origin["a"].contains("run"));
        request.name = "other";
        request.file = (session_.folder() / "none.jsonl").string();
        const auto none = session_->compare_models(request).get();
        QVERIFY(none.error().message.find("none.jsonl") != std::string::npos);
    }

    void a_comparison_that_cannot_be_made_is_told_before_anything_is_sampled() {
        const auto taken = session_->compare_models(compare("policy", "policy", "samples")).get();
        QVERIFY(taken.error().message.find("another name") != std::string::npos);
        const auto unknown = session_->compare_models(compare("policy", "polisy", "x")).get();
        QVERIFY2(unknown.error().message.find("polisy") != std::string::npos,
                 unknown.error().message.c_str());
        CompareModelsRequest long_answers = compare("policy", "policy", "x");
        long_answers.max_tokens = 1000;
        const auto room = session_->compare_models(long_answers).get();
        QVERIFY2(room.error().message.find("positions") != std::string::npos,
                 room.error().message.c_str());
    }

    void a_stop_leaves_nothing() {
        CompareModelsRequest request = compare("policy", "policy@2", "stopped");
        std::stop_source stop;
        request.stop = stop.get_token();
        request.on_progress = [&](std::int64_t, std::int64_t) { stop.request_stop(); };
        QCOMPARE(session_->compare_models(request).get().error().code, ErrorCode::cancelled);
        QVERIFY(!session_.reader()->find_label_queue("stopped").ok());
        ScoreLabelsRequest score{.queue = samples_, .model = "policy"};
        score.stop = stop.get_token();
        QCOMPARE(session_->score_labels(score).get().error().code, ErrorCode::cancelled);
        QVERIFY(sources(samples_) == std::set<std::string>({gold_source, run_source}));
    }

    void the_reward_model_of_a_run_scores_a_queue() {
        const auto reply = session_->score_labels({.queue = samples_, .model = "policy"}).get();
        VERIFY_OK(reply);
        const auto items = items_of(samples_);
        QCOMPARE(reply->scored, std::ssize(items));
        COMPARE_TEXT(reply->source, "policy/1@4");
        QCOMPARE(sources(samples_), std::set<std::string>({gold_source, run_source, "policy/1@4"}));
        // The run sampled these answers under the same reward model: it says the same of them.
        std::map<LabelItemId, std::pair<double, double>> by_run;
        const auto rewards = session_.reader()->label_rewards(samples_, false).value();
        for (const ItemReward& reward : rewards)
            if (reward.source == run_source)
                by_run[reward.item] = {reward.reward_a, reward.reward_b};
        for (const ItemReward& reward : rewards) {
            if (reward.source != reply->source) continue;
            QVERIFY(std::abs(reward.reward_a - by_run[reward.item].first) < 1e-4);
            QVERIFY(std::abs(reward.reward_b - by_run[reward.item].second) < 1e-4);
        }
        // Nothing is scored twice unless that is asked for.
        QCOMPARE(session_->score_labels({.queue = samples_, .model = "policy"}).get()->scored, 0);
        QCOMPARE(session_->score_labels({.queue = samples_, .model = "policy", .again = true})
                     .get()
                     ->scored,
                 std::ssize(items));
        const auto policy = session_->score_labels({.queue = samples_, .model = "policy@4"}).get();
        QVERIFY2(policy.error().message.find("without a score head") != std::string::npos,
                 policy.error().message.c_str());
    }

    void the_most_uncertain_items_come_first() {
        const auto reader = session_.reader();
        Store& store = session_->store();
        const LabelOrder uncertain{LabelOrder::uncertain, 0, run_source};
        QCOMPARE(order_queue(store, *reader, samples_, uncertain).value(), 0);
        std::map<LabelItemId, double> margins;
        for (const ItemReward& reward : reader->label_rewards(samples_, false).value())
            if (reward.source == run_source)
                margins[reward.item] = std::abs(reward.reward_a - reward.reward_b);
        const auto shown = reader->items_to_judge(samples_, "ada", 0, 1000).value();
        QCOMPARE(shown.size(), margins.size());
        QVERIFY(std::ranges::is_sorted(shown, {},
                                       [&](const LabelItem& item) { return margins.at(item.id); }));

        const auto ids = ids_of(items_of(samples_));
        const auto drawn = [&](std::int64_t seed) {
            if (!order_queue(store, *reader, samples_, {LabelOrder::random, seed, ""}).ok())
                qFatal("no order");
            return reader->items_to_judge(samples_, "ada", 0, 1000).value();
        };
        const auto first = drawn(1), second = drawn(2), again = drawn(1);
        QCOMPARE(ids_of(first), ids);
        QVERIFY(!std::ranges::equal(first, second, {}, &LabelItem::id, &LabelItem::id));
        QVERIFY(std::ranges::equal(first, again, {}, &LabelItem::id, &LabelItem::id));

        QVERIFY(order_queue(store, *reader, samples_, {}).ok());
        QVERIFY(std::ranges::is_sorted(reader->items_to_judge(samples_, "ada", 0, 1000).value(), {},
                                       &LabelItem::place));
        const auto none =
            order_queue(store, *reader, samples_, {LabelOrder::uncertain, 0, "nobody/7@1"});
        QVERIFY2(none.error().message.find("nobody/7@1") != std::string::npos,
                 none.error().message.c_str());
    }

    void conversations_cannot_be_scored() {
        bool given = false;
        const auto done =
            session_->store().import_labels("chat", "{}", [&]() -> Result<std::optional<NewLabel>> {
                if (std::exchange(given, true)) return std::optional<NewLabel>();
                NewLabel label;
                label.item.prompt = "[{\"role\":\"user\",\"content\":\"hi\"}]";
                label.item.prompt_is_chat = true;
                label.item.answer_a = "a";
                label.item.answer_b = "b";
                label.item.origin = "{}";
                return std::optional(label);
            });
        const auto reply = session_->score_labels({.queue = done->queue, .model = "policy"}).get();
        QVERIFY2(reply.error().message.find("item 1") != std::string::npos,
                 reply.error().message.c_str());
        const auto order = order_queue(session_->store(), *session_.reader(), done->queue,
                                       {LabelOrder::uncertain, 0, run_source});
        QVERIFY2(order.error().message.find("reward model") != std::string::npos,
                 order.error().message.c_str());
    }

private:
    static CompareModelsRequest compare(const std::string& a, const std::string& b,
                                        const std::string& name) {
        CompareModelsRequest request;
        request.model_a = a;
        request.model_b = b;
        request.name = name;
        request.prompts = 8;
        request.threads = 1;
        return request;
    }
    std::vector<LabelItem> items_of(LabelQueueId queue) {
        return session_.reader()->label_items(queue, 0, 1000).value();
    }
    /// Whose rewards are known.
    std::set<std::string> sources(LabelQueueId queue) {
        std::set<std::string> all;
        for (const ItemReward& reward : session_.reader()->label_rewards(queue, false).value())
            all.insert(reward.source);
        return all;
    }

    SmallSession session_;
    RunId run_ = 0;
    LabelQueueId samples_ = 0;
};

PLUMB_REGISTER_TEST(TestLabelModels)
#include "label_models_test.moc"
