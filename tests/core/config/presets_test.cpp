// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/presets.h"

#include <algorithm>

#include <filesystem>

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
        QVERIFY(std::ranges::is_sorted(names) && names.size() >= 6);
        for (const std::string& name : names)
            if (!name.ends_with("-smoke"))
                QVERIFY2(std::ranges::binary_search(names, name + "-smoke"), name.c_str());
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
            QVERIFY(settings->train_files.at(0).starts_with(folder.string()));
            ++count;
        }
        QCOMPARE(count, 4);
    }
};

PLUMB_REGISTER_TEST(TestPresets)
#include "presets_test.moc"
