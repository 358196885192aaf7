// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/reference.h"

#include "small_policy.h"

using namespace plumb;
namespace fs = std::filesystem;

namespace {

Settings following(std::int64_t every) {
    Settings settings;
    settings.sync_ref_model = true;
    settings.ref_model_sync_steps = every;
    settings.ref_model_mixup_alpha = 0.6;
    return settings;
}

at::Tensor parameters(const Result<const Decoder*>& model) {
    if (!model) qFatal("%s", model.error().message.c_str());
    return (*model)->flat_parameters();
}

}  // namespace

class TestReference : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        start_ = std::make_unique<TemporaryFolder>();
        VERIFY_OK(first_.save(start_->path()));
    }

    void it_is_the_start_model_from_its_first_use_on() {
        Reference reference(start_->path(), policy_);
        QVERIFY(!reference.in_memory());
        QVERIFY(at::equal(parameters(reference.get()), first_.flat_parameters()));
        QVERIFY(reference.in_memory());
        fs::remove_all(start_->path());
        QVERIFY(reference.get().ok());
        QVERIFY(!Reference(start_->path(), policy_).get().ok());
    }

    void it_follows_by_alpha() {
        Reference reference(start_->path(), policy_);
        VERIFY_OK(reference.follow(policy_, following(2), 1));
        QVERIFY(!reference.in_memory());
        VERIFY_OK(reference.follow(policy_, following(2), 2));
        const at::Tensor once = 0.6 * policy_.flat_parameters() + 0.4 * first_.flat_parameters();
        QVERIFY(at::allclose(parameters(reference.get()), once, 1e-5, 1e-7));
        VERIFY_OK(reference.follow(policy_, following(2), 3));
        QVERIFY(at::allclose(parameters(reference.get()), once, 1e-5, 1e-7));
        VERIFY_OK(reference.follow(policy_, following(2), 4));
        const at::Tensor twice = 0.6 * policy_.flat_parameters() + 0.4 * once;
        QVERIFY(at::allclose(parameters(reference.get()), twice, 1e-5, 1e-7));
        QVERIFY(!at::allclose(twice, once, 1e-5, 1e-7));
    }

    void it_stays_where_nothing_asks_it_to_follow() {
        Reference reference(start_->path(), policy_);
        Settings settings = following(1);
        settings.sync_ref_model = false;
        VERIFY_OK(reference.follow(policy_, settings, 1));
        QVERIFY(at::equal(parameters(reference.get()), first_.flat_parameters()));
        const TemporaryFolder checkpoint;
        VERIFY_OK(reference.save(checkpoint.path()));
        QVERIFY(fs::is_empty(checkpoint.path()));
    }

    void one_that_followed_is_found_in_the_checkpoint() {
        Reference reference(start_->path(), policy_);
        VERIFY_OK(reference.follow(policy_, following(1), 1));
        const TemporaryFolder checkpoint;
        VERIFY_OK(reference.save(checkpoint.path()));
        Reference later(start_->path(), policy_);
        VERIFY_OK(later.restore(checkpoint.path()));
        QVERIFY(at::equal(parameters(later.get()), parameters(reference.get())));
        QVERIFY(!at::equal(parameters(later.get()), first_.flat_parameters()));
    }

    void a_checkpoint_without_one_means_the_start_model() {
        const TemporaryFolder checkpoint;
        Reference reference(start_->path(), policy_);
        VERIFY_OK(reference.restore(checkpoint.path()));
        QVERIFY(!reference.in_memory());
        QVERIFY(at::equal(parameters(reference.get()), first_.flat_parameters()));
    }

    // Between its resumption and its next checkpoint a run need not have used the reference once,
    // and older checkpoints are deleted.
    void it_outlives_the_checkpoint_that_it_came_from() {
        Reference reference(start_->path(), policy_);
        VERIFY_OK(reference.follow(policy_, following(1), 1));
        auto checkpoint = std::make_unique<TemporaryFolder>();
        VERIFY_OK(reference.save(checkpoint->path()));
        Reference later(start_->path(), policy_);
        VERIFY_OK(later.restore(checkpoint->path()));
        checkpoint.reset();
        const TemporaryFolder next;
        VERIFY_OK(later.save(next.path()));
        Reference latest(start_->path(), policy_);
        VERIFY_OK(latest.restore(next.path()));
        QVERIFY(at::equal(parameters(latest.get()), parameters(reference.get())));
    }

private:
    std::unique_ptr<TemporaryFolder> start_;
    const Decoder first_ = tiny_model(1), policy_ = tiny_model(2);
};

PLUMB_REGISTER_TEST(TestReference)
#include "reference_test.moc"
