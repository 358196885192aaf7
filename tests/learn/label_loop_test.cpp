// SPDX-License-Identifier: GPL-3.0-or-later
// The loop that labels close: a policy that exploits its reward model is stopped, its own samples
// are judged, the reward model is refreshed, and the run goes on.

#include "session/label_sampling.h"
#include "session/label_training.h"
#include "smoke_run.h"

using namespace plumb;

namespace {

constexpr std::int64_t refreshed_after = 30, updates_behind = 30, labels = 100;

/// The gold reward at the end of a run of the preset that is stopped, refreshed where it is to be,
/// and goes on.
double gold_at_the_end(int seed, bool refresh) {
    SmallSession session(shared_cache());
    Settings settings = preset_settings("ppo-reviews-hacked-smoke").value();
    settings.seed = seed;
    settings.threads = 2;
    settings.max_steps = refreshed_after + updates_behind;
    const auto run = session->start(settings, "policy");
    if (!run) qFatal("%s", run.error().message.c_str());
    session->stop_at(refreshed_after);
    if (session.until_end().state != RunState::interrupted) qFatal("the run was not stopped");
    auto reader = session.reader();
    if (refresh) {
        const auto queue =
            queue_samples(session->store(), *reader, "samples",
                          {.run = *run, .first_step = refreshed_after - 14, .most = labels});
        if (!queue) qFatal("%s", queue.error().message.c_str());
        if (!judge_by_gold(session->store(), *reader, queue->queue, "gold", 0)) qFatal("judge");
        const auto training = refresh_from_labels(*session, *run, {.queue = queue->queue});
        if (!training) qFatal("%s", training.error().message.c_str());
    } else if (!session->resume(*run)) {
        qFatal("resume");
    }
    const auto ended = session.until_end();
    if (ended.state != RunState::finished) qFatal("%s", ended.message.c_str());
    return reader->metric(*run, "eval/gold_reward")->back().value;
}

}  // namespace

class TestLabelLoop : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_refresh_from_its_own_samples_brings_the_gold_reward_up_data() { add_seeds(2); }
    void a_refresh_from_its_own_samples_brings_the_gold_reward_up() {
        QFETCH(int, seed);
        const double without = gold_at_the_end(seed, false), with = gold_at_the_end(seed, true);
        qInfo("seed %d: gold reward %.3f without a refresh, %.3f with it", seed, without, with);
        QVERIFY(with > without);
    }
};

PLUMB_REGISTER_TEST(TestLabelLoop)
#include "label_loop_test.moc"
