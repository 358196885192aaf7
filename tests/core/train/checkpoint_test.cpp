// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/checkpoint.h"

#include <QJsonDocument>
#include <QJsonObject>

#include "base/files.h"
#include "small_policy.h"

using namespace plumb;
namespace fs = std::filesystem;

namespace {

/// Everything that a run trains, drawn from the seed.
struct Models {
    Policy policy;
    Decoder value;
    AdamW optimizer, value_optimizer;

    explicit Models(std::uint64_t seed)
        : policy(small_task(settings_of(seed)).policy),
          value(policy.model.with_score_head(seed)),
          optimizer((policy.model.enable_training(), policy.model), {}),
          value_optimizer((value.enable_training(), value), {}) {}

    static Settings settings_of(std::uint64_t seed) {
        Settings settings = small_reviews();
        settings.seed = static_cast<std::int64_t>(seed);
        return settings;
    }
    void update(float gradient) {
        policy.model.flat_gradients().fill_(gradient);
        value.flat_gradients().fill_(-2 * gradient);
        apply_update({{policy.model, optimizer}, {value, value_optimizer}}, 0.01, 0);
    }
    Trained trained(Reference* reference = nullptr) {
        return {policy, optimizer, &value, &value_optimizer, reference};
    }
};

bool same_tensors(const TensorMap& a, const TensorMap& b) {
    if (a.size() != b.size()) return false;
    for (const auto& [name, tensor] : a)
        if (!at::equal(tensor, b.at(name))) return false;
    return true;
}

TrainerState some_state() {
    TrainerState state;
    state.step = 7;
    state.next_row = 56;
    state.rollouts = 9;
    state.num_tokens = 1234;
    state.best_score = 0.1;
    state.kl_coef = {0.05, 0.0625};
    state.entropy_coef = {0.1, 1.0 / 3.0};
    return state;
}

void change_json(const fs::path& file, const std::function<void(QJsonObject&)>& change) {
    const auto text = read_file(file);
    VERIFY_OK(text);
    QJsonObject object = QJsonDocument::fromJson(QByteArray::fromStdString(*text)).object();
    QVERIFY(!object.isEmpty());
    change(object);
    VERIFY_OK(write_file_atomic(file, QJsonDocument(object).toJson().toStdString()));
}

}  // namespace

class TestTrainerCheckpoint : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everything_comes_back() {
        Models saved(1);
        saved.update(0.5f);
        saved.update(-0.25f);
        const TemporaryFolder folder;
        VERIFY_OK(write_checkpoint(folder.path(), saved.trained(), some_state()));

        Models fresh(2);
        const auto policy = load_policy(folder.path(), at::kCPU);
        VERIFY_OK(policy);
        QVERIFY(at::equal(policy->model.flat_parameters(),
                          saved.policy.model.flat_parameters().detach()));
        const auto state = read_checkpoint(folder.path(), fresh.trained());
        VERIFY_OK(state);
        QVERIFY(at::equal(fresh.value.flat_parameters().detach(),
                          saved.value.flat_parameters().detach()));
        QVERIFY(same_tensors(fresh.optimizer.state(), saved.optimizer.state()));
        QVERIFY(same_tensors(fresh.value_optimizer.state(), saved.value_optimizer.state()));
        QVERIFY(!same_tensors(fresh.optimizer.state(), saved.value_optimizer.state()));
        QCOMPARE(fresh.optimizer.steps(), std::int64_t{2});
        QCOMPARE(fresh.value_optimizer.steps(), std::int64_t{2});
        QCOMPARE(state->step, std::int64_t{7});
        QCOMPARE(state->next_row, std::int64_t{56});
        QCOMPARE(state->rollouts, std::int64_t{9});
        QCOMPARE(state->num_tokens, 1234.0);
        QCOMPARE(state->best_score, std::optional(0.1));
        QCOMPARE(state->kl_coef.setting, 0.05);
        QCOMPARE(state->kl_coef.value, 0.0625);
        QVERIFY(state->entropy_coef.value == 1.0 / 3.0);
        QVERIFY(state->rollout.used_up());
    }

    void the_value_model_is_a_model_folder() {
        Models saved(1);
        const TemporaryFolder folder;
        VERIFY_OK(write_checkpoint(folder.path(), saved.trained(), {}));
        const auto value = Decoder::load(folder.path() / "value", at::kCPU);
        VERIFY_OK(value);
        QVERIFY(value->config().score_head);
        QVERIFY(!fs::exists(folder.path() / "reference"));
    }

    void a_reference_that_followed_comes_back() {
        Models saved(1);
        const TemporaryFolder start, folder;
        VERIFY_OK(save_policy(start.path(), Models(3).policy));
        Settings settings;
        settings.sync_ref_model = true;
        settings.ref_model_sync_steps = 1;
        Reference reference(start.path(), saved.policy.model);
        VERIFY_OK(reference.follow(saved.policy.model, settings, 1));
        VERIFY_OK(write_checkpoint(folder.path(), saved.trained(&reference), {}));
        Models fresh(2);
        Reference later(start.path(), fresh.policy.model);
        VERIFY_OK(read_checkpoint(folder.path(), fresh.trained(&later)));
        QVERIFY(later.in_memory());
        QVERIFY(
            at::equal((*later.get())->flat_parameters(), (*reference.get())->flat_parameters()));
    }

    void a_checkpoint_from_before_these_algorithms_is_read() {
        Models saved(1);
        saved.update(0.5f);
        const Trained alone{saved.policy, saved.optimizer};
        const TemporaryFolder folder;
        VERIFY_OK(write_checkpoint(folder.path(), alone, some_state()));
        QVERIFY(!fs::exists(folder.path() / "value"));
        change_json(folder.path() / "trainer.json", [](QJsonObject& json) {
            for (const char* key : {"kl_coef", "entropy_coef", "best_score"}) {
                QVERIFY(json.contains(key));
                json.remove(key);
            }
        });
        Models fresh(2);
        const Trained fresh_alone{fresh.policy, fresh.optimizer};
        auto state = read_checkpoint(folder.path(), fresh_alone);
        VERIFY_OK(state);
        QCOMPARE(state->step, std::int64_t{7});
        QVERIFY(!state->best_score);
        QVERIFY(same_tensors(fresh.optimizer.state(), saved.optimizer.state()));
        QCOMPARE(state->kl_coef.follow(0.3), 0.3);  // starts where the settings say
    }

    void what_is_missing_is_named() {
        const auto message = [](const std::function<void(const fs::path&)>& damage) {
            Models saved(1);
            const TemporaryFolder folder;
            if (!write_checkpoint(folder.path(), saved.trained(), some_state())) qFatal("write");
            damage(folder.path());
            Models fresh(2);
            const auto state = read_checkpoint(folder.path(), fresh.trained());
            return state ? std::string() : state.error().message;
        };
        const auto verify = [&](const std::string& part,
                                const std::function<void(const fs::path&)>& damage) {
            const std::string said = message(damage);
            QVERIFY2(said.find(part) != std::string::npos, (part + " in: " + said).c_str());
        };
        verify("value", [](const fs::path& folder) { fs::remove_all(folder / "value"); });
        verify("value_adam.", [](const fs::path& folder) {
            Models other(1);
            const Trained alone{other.policy, other.optimizer};
            const TemporaryFolder copy;
            if (!write_checkpoint(copy.path(), alone, {})) qFatal("write");
            fs::copy_file(copy.path() / "trainer.safetensors", folder / "trainer.safetensors",
                          fs::copy_options::overwrite_existing);
        });
        verify("trainer.json", [](const fs::path& folder) {
            change_json(folder / "trainer.json", [](QJsonObject& json) { json["kl_coef"] = 1; });
        });
        verify("newer version", [](const fs::path& folder) {
            change_json(folder / "trainer.json", [](QJsonObject& json) { json["format"] = 2; });
        });
    }

    void an_edit_starts_a_coefficient_anew() {
        MovingCoefficient coefficient;
        QCOMPARE(coefficient.follow(0.05), 0.05);
        coefficient.value = 0.07;
        QCOMPARE(coefficient.follow(0.05), 0.07);
        QCOMPARE(coefficient.follow(0.1), 0.1);
        QCOMPARE(coefficient.setting, 0.1);
    }
};

PLUMB_REGISTER_TEST(TestTrainerCheckpoint)
#include "checkpoint_test.moc"
