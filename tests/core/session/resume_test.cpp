// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <fstream>

#include "base/random.h"
#include "small_run.h"

using namespace plumb;

namespace {

Settings small_sft(const std::filesystem::path& folder) {
    std::ofstream(folder / "rows.txt")
        << "the cast was good\nthe plot was dull\ni liked the music\nit felt slow\n"
           "a solid film\nnothing new here\nthe end was clever\ni saw it twice\n";
    Settings settings = small_grpo();
    settings.algorithm = "sft";
    settings.task = "data";
    settings.train_files = {(folder / "rows.txt").string()};
    settings.eval_prompts = 2;
    settings.per_device_train_batch_size = 2;
    settings.gradient_accumulation_steps = 2;
    settings.max_length = 32;
    return settings;
}

/// What starts from the run "base", a supervised one.
Settings on_base(Settings settings, const std::string& algorithm) {
    settings.algorithm = algorithm;
    settings.model_name_or_path = "base";
    return settings;
}

/// DPO on own prompts, whose pairs the rewards label; with a vocabulary of bytes, so that not all
/// that is written is UTF-8.
Settings small_dpo_on_own_prompts(const std::filesystem::path& folder) {
    Settings settings = on_base(small_sft(folder), "dpo");
    settings.reward_funcs = {"length_target", "ended"};
    settings.reward_weights = {1, 0.5};
    settings.reward_length = 3;
    settings.prompt_length = 8;
    settings.pairs_prompts = 10;
    settings.pairs_per_prompt = 4;
    settings.pairs_label_temperature = 0;
    return settings;
}

/// A reward model from good and bad texts, whose pairs are dealt anew in every epoch.
Settings small_reward_from_texts(const std::filesystem::path& folder) {
    Settings settings = on_base(small_sft(folder), "reward");
    settings.train_files.clear();
    std::ofstream(folder / "good.txt") << "i liked the plot\na clever end\nso good\na fine film\n";
    std::ofstream(folder / "bad.txt") << "it was dull\nnothing here\na slow film\n";
    settings.good_files = {(folder / "good.txt").string()};
    settings.bad_files = {(folder / "bad.txt").string()};
    settings.gradient_accumulation_steps = 1;
    settings.eval_prompts = 1;
    return settings;
}

/// What the kinds of resumed_run_is_the_same_run() mean.
Settings settings_of(const QString& kind, const std::filesystem::path& folder) {
    if (kind.endsWith(" lora")) {
        Settings settings = settings_of(kind.chopped(5), folder);
        if (settings.algorithm == "sft") settings.model_name_or_path = "base";
        settings.use_peft = true;
        settings.lora_r = 4;
        settings.lora_dropout = 0.1;
        settings.lora_target_modules = {"all-linear"};
        settings.lora_modules_to_save = {"norm"};
        settings.learning_rate = 3e-3;
        return settings;
    }
    if (kind.startsWith("sft")) {
        Settings settings = small_sft(folder);
        if (kind == "sft packed") {
            // Six rows make four packed ones: epochs end within steps.
            settings.packing = true;
            settings.per_device_train_batch_size = 1;
        }
        return settings;
    }
    Settings settings = small_grpo();
    if (kind == "grpo two iterations") settings.num_iterations = 2;
    if (kind == "grpo accumulation, reference") {
        settings.gradient_accumulation_steps = 2;
        settings.steps_per_generation = 4;
        settings.beta = 0.05;
    }
    if (kind == "grpo adaptive entropy") {
        settings.use_adaptive_entropy = true;
        settings.entropy_target = 3.0;  // above what there is
        settings.entropy_coef_delta = 0.01;
    }
    if (kind == "rloo") {
        settings.algorithm = "rloo";
        settings.beta = 0.05;
        settings.num_iterations = 2;
    }
    if (kind == "dpo on own prompts") return small_dpo_on_own_prompts(folder);
    if (kind == "reward from texts") return small_reward_from_texts(folder);
    if (kind == "reward") settings = small_reviews_run("reward");
    if (kind.startsWith("dpo")) settings = small_reviews_run("dpo");
    if (kind == "dpo reference followed") {
        settings.sync_ref_model = true;
        settings.ref_model_sync_steps = 2;
    }
    if (kind == "online dpo") {
        settings = small_reviews_run("dpo");
        settings.online_dpo = true;
    }
    if (kind == "ppo") {
        settings.algorithm = "ppo";
        settings.reward_funcs = {"arithmetic", "length_target"};
        settings.reward_length = 4;
        settings.per_device_train_batch_size = 4;
        settings.gradient_accumulation_steps = 2;
        settings.num_ppo_epochs = 2;
        settings.num_mini_batches = 2;
        settings.kl_target = 0.5;
        settings.kl_horizon = 100;
    }
    if (kind == "ppo with its reward model") settings = small_reviews_run("ppo");
    return settings;
}

std::vector<std::string> checkpoint_files(const QString& kind) {
    const std::string model =
        kind.endsWith(" lora") ? "adapter_model.safetensors" : "model.safetensors";
    std::vector<std::string> files{model, "trainer.safetensors", "trainer.json"};
    if (kind.startsWith("ppo")) files.push_back("value/" + model);
    if (kind == "dpo reference followed") files.push_back("reference/model.safetensors");
    return files;
}

void expect_same_run(SmallSession& session, RunId whole, RunId resumed,
                     const std::vector<std::string>& files = checkpoint_files("")) {
    auto reader = session.reader();
    const auto expected = lasting_metrics(*reader, whole);
    const auto actual = lasting_metrics(*reader, resumed);
    QVERIFY(expected.size() > 50);
    for (const auto& [key, value] : expected) {
        const auto found = actual.find(key);
        QVERIFY2(found != actual.end(), ("missing " + key.second).c_str());
        QVERIFY2(found->second == value || (found->second != found->second && value != value),
                 ("step " + std::to_string(key.first) + " " + key.second).c_str());
    }
    QCOMPARE(actual.size(), expected.size());
    QVERIFY(newest_checkpoint_bytes(*reader, whole, session->workspace(), files) ==
            newest_checkpoint_bytes(*reader, resumed, session->workspace(), files));
    const auto rows_expected = reader->completions(whole, {});
    const auto rows_actual = reader->completions(resumed, {});
    VERIFY_OK(rows_expected);
    VERIFY_OK(rows_actual);
    QCOMPARE(rows_actual->size(), rows_expected->size());
    for (std::size_t i = 0; i < rows_expected->size(); ++i) {
        COMPARE_TEXT((*rows_actual)[i].completion, (*rows_expected)[i].completion);
        QCOMPARE((*rows_actual)[i].step, (*rows_expected)[i].step);
        QCOMPARE((*rows_actual)[i].advantage, (*rows_expected)[i].advantage);
    }
}

}  // namespace

class TestResume : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void resumed_run_is_the_same_run_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<int>("stop_after");
        // Where it is stopped is drawn anew by every build of this table, from a fixed seed.
        Random random(20);
        for (const char* kind : {"grpo",
                                 "grpo two iterations",
                                 "grpo accumulation, reference",
                                 "sft",
                                 "sft packed",
                                 "grpo adaptive entropy",
                                 "rloo",
                                 "reward",
                                 "dpo",
                                 "dpo reference followed",
                                 "online dpo",
                                 "ppo",
                                 "ppo with its reward model",
                                 "dpo on own prompts",
                                 "reward from texts",
                                 "sft lora",
                                 "grpo two iterations lora",
                                 "grpo accumulation, reference lora",
                                 "rloo lora",
                                 "reward lora",
                                 "dpo lora",
                                 "online dpo lora",
                                 "ppo lora",
                                 "ppo with its reward model lora"})
            for (int i = 0; i < 2; ++i) {
                const int stop = 1 + static_cast<int>(random.below(7));
                QTest::addRow("%s after step %d (%d)", kind, stop, i) << kind << stop;
            }
    }
    void resumed_run_is_the_same_run() {
        QFETCH(QString, kind);
        QFETCH(int, stop_after);
        SmallSession session;
        const Settings settings = settings_of(kind, session.folder());
        if (settings.model_name_or_path == "base") {
            Settings base = small_sft(session.folder());
            base.tokenizer = "bpe";
            base.vocab_size = 300;
            session.run(base, "base");
        }
        const RunId whole = session.run(settings, "whole");

        const auto id = session->start(settings, "resumed");
        VERIFY_OK(id);
        const auto kept = session.until_end([&](const Event& event) {
            const auto* step = std::get_if<StepDone>(&event);
            if (step && step->step >= stop_after && step->metrics.contains("loss"))
                session->stop_and_keep();
        });
        if (kept.state == RunState::interrupted) {
            session.close();
            session.open();
            VERIFY_OK(session->resume(*id));
            QCOMPARE(static_cast<int>(session.until_end().state),
                     static_cast<int>(RunState::finished));
        }
        expect_same_run(session, whole, *id, checkpoint_files(kind));
    }

    // What the rows above compare must have moved in the first place.
    void coefficients_move() {
        SmallSession session;
        const auto values = [&](const QString& kind, const std::string& key) {
            const RunId run = session.run(settings_of(kind, session.folder()), kind.toStdString());
            const auto points = session.reader()->metric(run, key);
            if (!points || points->size() != 8) qFatal("no %s", key.c_str());
            return std::pair(points->front().value, points->back().value);
        };
        const auto [first_kl, last_kl] = values("ppo", "objective/kl_coef");
        QCOMPARE(first_kl, 0.05);
        QVERIFY(std::abs(last_kl - first_kl) > 0.001);
        const auto [first_entropy, last_entropy] = values("grpo adaptive entropy", "entropy_coef");
        QVERIFY(std::abs(last_entropy - first_entropy) > 0.05);
    }

    void edits_are_replayed() {
        SmallSession session;
        Settings settings = small_grpo();
        settings.max_steps = 12;
        settings.save_steps = 4;
        settings.eval_steps = 0;
        const auto edited = [&](const std::string& name, bool interrupt) {
            const auto id = session->start(settings, name);
            if (!id) qFatal("%s", id.error().message.c_str());
            session->pause();
            bool asked = false;
            const auto look = [&](const Event& event) {
                if (std::holds_alternative<RunPaused>(event)) {
                    // Paused at some early step: the edit belongs to that step.
                    const auto status = session->edit("learning_rate", "0.01", "test");
                    if (!status) qFatal("%s", status.error().message.c_str());
                }
                if (std::holds_alternative<SettingEdited>(event) && !asked) {
                    asked = true;
                    session->go_on();
                }
                const auto* step = std::get_if<StepDone>(&event);
                if (interrupt && step && step->step == 6 && step->metrics.contains("loss"))
                    session->stop_and_keep();
            };
            const auto ended = session.until_end(look);
            if (ended.state == RunState::interrupted) {
                if (!session->resume(*id)) qFatal("resume");
                session.until_end();
            }
            return *id;
        };
        const RunId whole = edited("whole", false);
        const RunId resumed = edited("resumed", true);
        auto reader = session.reader();
        const auto edits = reader->edits(whole), edits_of_resumed = reader->edits(resumed);
        VERIFY_OK(edits);
        VERIFY_OK(edits_of_resumed);
        QCOMPARE(edits->size(), std::size_t{1});
        QCOMPARE(edits_of_resumed->size(), std::size_t{1});
        COMPARE_TEXT(edits->front().new_value, "0.01");
        COMPARE_TEXT(edits->front().reason, "test");
        if (edits->front().step == edits_of_resumed->front().step)
            expect_same_run(session, whole, resumed);
        const auto rates = reader->metric(resumed, "learning_rate");
        VERIFY_OK(rates);
        QCOMPARE(rates->back().value, 0.01);
    }
};

PLUMB_REGISTER_TEST(TestResume)
#include "resume_test.moc"
