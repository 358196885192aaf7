// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/presets.h"

#include <algorithm>
#include <filesystem>

#include "config/roles.h"
#include "config/validation.h"
#include "config/yaml.h"
#include "test_main.h"

using namespace plumb;

class TestPresets : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void every_preset_is_valid() {
        std::vector<std::string> names;
        for (const Preset& preset : presets()) {
            names.push_back(preset.name);
            const auto settings = preset_settings(preset.name);
            VERIFY_OK(settings);
            VERIFY_OK(validate(*settings));
            COMPARE_TEXT(settings->preset, preset.name);
            QVERIFY(!preset.title.empty() && !preset.title.ends_with("."));
            QVERIFY(preset.summary.size() > 60 && preset.summary.ends_with("."));
            QVERIFY(preset.summary.find('#') == std::string::npos);
        }
        const std::vector<std::string> expected = {"dpo-arithmetic",
                                                   "dpo-arithmetic-smoke",
                                                   "dpo-reviews",
                                                   "dpo-reviews-smoke",
                                                   "grpo-arithmetic",
                                                   "grpo-arithmetic-smoke",
                                                   "grpo-reviews",
                                                   "grpo-reviews-smoke",
                                                   "online-dpo-reviews",
                                                   "online-dpo-reviews-smoke",
                                                   "ppo-arithmetic",
                                                   "ppo-arithmetic-smoke",
                                                   "ppo-reviews",
                                                   "ppo-reviews-hacked",
                                                   "ppo-reviews-hacked-smoke",
                                                   "ppo-reviews-smoke",
                                                   "reward-reviews",
                                                   "reward-reviews-smoke",
                                                   "rloo-arithmetic",
                                                   "rloo-arithmetic-smoke",
                                                   "sft-arithmetic",
                                                   "sft-arithmetic-smoke",
                                                   "sft-reviews",
                                                   "sft-reviews-smoke"};
        QVERIFY(names == expected);
    }

    void the_smoke_size_changes_its_preset() {
        const auto full = preset_settings("grpo-arithmetic");
        const auto smoke = preset_settings("grpo-arithmetic-smoke");
        VERIFY_OK(full);
        VERIFY_OK(smoke);
        QCOMPARE(smoke->arithmetic_digits, std::int64_t{3});
        QCOMPARE(smoke->epsilon_high, full->epsilon_high);
        QCOMPARE(full->epsilon_high, std::optional<double>(0.28));
    }

    void every_preset_has_a_smoke_size() {
        std::size_t full_ones = 0;
        for (const Preset& preset : presets()) {
            if (preset.name.ends_with("-smoke")) continue;
            ++full_ones;
            auto full = preset_settings(preset.name);
            auto smoke = preset_settings(preset.name + "-smoke");
            VERIFY_OK(full);
            VERIFY_OK(smoke);
            COMPARE_TEXT(smoke->algorithm, full->algorithm);
            COMPARE_TEXT(smoke->task, full->task);
            QCOMPARE(smoke->online_dpo, full->online_dpo);
            QVERIFY(smoke->reward_funcs == full->reward_funcs);
            smoke->preset = full->preset;
            QVERIFY2(!(*smoke == *full), preset.name.c_str());
            // Smaller, and no copy of the full one under another name.
            const bool smaller = smoke->hidden_size < full->hidden_size ||
                                 smoke->arithmetic_digits < full->arithmetic_digits;
            QVERIFY2(smaller, preset.name.c_str());
            const auto title = [](const std::string& name) {
                return std::ranges::find(presets(), name, &Preset::name)->title;
            };
            QVERIFY(title(preset.name) != title(preset.name + "-smoke"));
        }
        QCOMPARE(2 * full_ones, presets().size());
    }

    void an_unknown_preset_names_the_nearest() {
        const auto settings = preset_settings("grpo-arithmetics");
        QVERIFY(!settings.ok());
        QCOMPARE(settings.error().code, ErrorCode::not_found);
        COMPARE_TEXT(settings.error().message,
                     "unknown preset 'grpo-arithmetics'; did you mean 'grpo-arithmetic'?");
        QVERIFY(preset_settings("zzz").error().message.find("sft-arithmetic-smoke") !=
                std::string::npos);
    }

    void every_example_is_valid() {
        const auto folder = std::filesystem::path(PLUMBLINE_SOURCE_DIR) / "resources/examples";
        int count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            const auto settings = read_settings(entry.path());
            VERIFY_OK(settings);
            VERIFY_OK(validate(*settings));
            const bool texts = reads_good_and_bad(*settings);
            const auto& files = texts ? settings->good_files : settings->train_files;
            QVERIFY(files.at(0).starts_with(folder.string()));
            ++count;
        }
        QCOMPARE(count, 8);
    }
};

PLUMB_REGISTER_TEST(TestPresets)
#include "presets_test.moc"
