// SPDX-License-Identifier: GPL-3.0-or-later
// The loop that labels close: a policy that exploits its reward model is stopped, its own samples
// are judged, the reward model is refreshed, and the run goes on.

#include "session/label_sampling.h"
#include "session/label_training.h"
#include "smoke_run.h"

using namespace plumb;

namespace {

constexpr std::int64_t refreshed_after = 30, updates_behind = 10, labels = 100;

double last(StoreReader& reader, RunId run, const std::string& key) {
    const auto points = reader.metric(run, key);
    if (!points || points->empty()) qFatal("there is no %s", key.c_str());
    return points->back().value;
}

}  // namespace

/// What the refresh is worth to the policy is too noisy for a size that a test can afford:
/// bench/label_loop.py measures it.
class TestLabelLoop : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_reward_model_learns_from_samples_of_the_policy_that_exploits_it_data() { add_seeds(2); }
    void a_reward_model_learns_from_samples_of_the_policy_that_exploits_it() {
        QFETCH(int, seed);
        SmallSession session(shared_cache());
        Settings settings = preset_settings("ppo-reviews-hacked-smoke").value();
        settings.seed = seed;
        settings.threads = 2;
        settings.max_steps = refreshed_after + updates_behind;
        const auto run = session->start(settings, "policy");
        VERIFY_OK(run);
        session->stop_at(refreshed_after);
        QCOMPARE(session.until_end().state, RunState::interrupted);
        auto reader = session.reader();
        const auto queue = queue_samples(session->store(), *reader, "samples",
                                         {.run = *run, .first_step = 16, .most = labels});
        VERIFY_OK(queue);
        VERIFY_OK(judge_by_gold(session->store(), *reader, queue->queue, "gold", 0));
        VERIFY_OK(refresh_from_labels(*session, *run, {.queue = queue->queue}));
        const RunEnded ended = session.until_end();
        QVERIFY2(ended.state == RunState::finished, ended.message.c_str());
        const double before = last(*reader, *run, "reward_refresh/accuracy_before"),
                     after = last(*reader, *run, "reward_refresh/accuracy_after"),
                     kept = last(*reader, *run, "reward_refresh/held_out_after");
        qInfo("seed %d: labels agreed with %.3f -> %.3f, earlier held-out pairs %.3f -> %.3f", seed,
              before, after, last(*reader, *run, "reward_refresh/held_out_before"), kept);
        QVERIFY(after > before + 0.05);
        // And has not forgotten what it knew.
        QVERIFY(kept > 0.55);
    }
};

PLUMB_REGISTER_TEST(TestLabelLoop)
#include "label_loop_test.moc"
