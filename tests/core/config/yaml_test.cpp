// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/yaml.h"

#include <fstream>

#include "base/strings.h"
#include "config/fields.h"
#include "config/presets.h"
#include "test_main.h"
#include "test_values.h"

using namespace plumb;

namespace {

std::string error_of(std::string_view yaml) {
    const auto settings = parse_settings(yaml, "run.yaml", {});
    return settings.ok() ? "" : settings.error().message;
}

void write(const std::filesystem::path& file, std::string_view text) {
    std::ofstream(file, std::ios::binary) << text;
}

}  // namespace

class TestYaml : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void every_setting_survives_writing() {
        Settings other;
        for (const Field& field : fields()) VERIFY_OK(set_field(field, other, other_value(field)));
        for (const bool comments : {false, true}) {
            const auto back = parse_settings(write_settings(other, comments), "run.yaml", {});
            VERIFY_OK(back);
            QVERIFY(*back == other);
        }
        const auto defaults = parse_settings(write_settings(Settings()), "run.yaml", {});
        VERIFY_OK(defaults);
        QVERIFY(*defaults == Settings());
    }

    void texts_that_look_like_something_else_survive() {
        for (const char* text :
             {"null", "true",   "1e3", "0x10", "- a", "a: b", "# c", "",  "[x]", "~", "'",
              "\"",   "a\r\nb", "-",   "+5",   "no",  "*a",   "&a",  "%", "@x",  "`"}) {
            Settings settings;
            settings.reward_pattern = text;
            settings.reward_keywords = {text, text};
            const auto back = parse_settings(write_differences(settings), "run.yaml", {});
            VERIFY_OK(back);
            QVERIFY2(*back == settings, text);
        }
    }

    void differences_hold_nothing_else() {
        Settings settings;
        COMPARE_TEXT(write_differences(settings), "");
        settings.seed = 7;
        settings.epsilon_high = 0.28;
        COMPARE_TEXT(write_differences(settings), "seed: 7\nepsilon_high: 0.28\n");
    }

    void differences_are_those_from_the_preset() {
        auto settings = preset_settings("grpo-arithmetic-smoke");
        VERIFY_OK(settings);
        COMPARE_TEXT(write_differences(*settings), "preset: grpo-arithmetic-smoke\n");
        // Back at the default, which the preset changes.
        settings->arithmetic_digits = Settings().arithmetic_digits;
        const auto back = parse_settings(write_differences(*settings), "run.yaml", {});
        VERIFY_OK(back);
        QVERIFY(*back == *settings);
    }

    void a_preset_is_the_base_wherever_it_stands() {
        const auto settings = parse_settings("seed: 3\npreset: grpo-arithmetic\n", "run.yaml", {});
        VERIFY_OK(settings);
        auto expected = preset_settings("grpo-arithmetic");
        VERIFY_OK(expected);
        expected->seed = 3;
        QVERIFY(*settings == *expected);
        COMPARE_TEXT(settings->preset, "grpo-arithmetic");
    }

    void stored_settings_outlive_their_preset() {
        Settings settings;
        settings.preset = "gone";
        const std::string stored = write_settings(settings);
        const auto back = parse_settings(stored, "run 3", {});
        VERIFY_OK(back);
        QVERIFY(*back == settings);
        COMPARE_TEXT(error_of("seed: 1\npreset: grpo-arithmetik\n"),
                     "run.yaml:2: unknown preset 'grpo-arithmetik'; did you mean "
                     "'grpo-arithmetic'?");
    }

    void nothing_is_an_empty_value() {
        const auto settings = parse_settings(
            "model_name_or_path:\nmin_p: null\ntrain_files: ~\neval_files: one file.txt\n",
            "run.yaml", {});
        VERIFY_OK(settings);
        Settings expected;
        expected.eval_files = {"one file.txt"};
        QVERIFY(*settings == expected);
    }

    void every_wrong_line_is_told() {
        COMPARE_TEXT(error_of("seed: 1\nlearning_rat: 2\n"),
                     "run.yaml:2: unknown setting 'learning_rat'; did you mean 'learning_rate'?");
        COMPARE_TEXT(error_of("seed: 1\n\nseed: 2\n"),
                     "run.yaml:3: seed is given twice; keep one of them");
        COMPARE_TEXT(error_of("seed: [1]\n"),
                     "run.yaml:1: seed takes one value and no list; give an integer of at least 0");
        COMPARE_TEXT(error_of("seed: {a: 1}\n"),
                     "run.yaml:1: seed cannot hold other settings; give an integer of at least 0");
        COMPARE_TEXT(error_of("train_files:\n  - [a]\n"),
                     "run.yaml:1: train_files takes a flat list; give a list of text");
        COMPARE_TEXT(error_of("seed: x\ntask:\n"),
                     "run.yaml:1: seed cannot be 'x'; give an integer of at least 0\n"
                     "run.yaml:2: task cannot be 'null'; give arithmetic, reviews or data");
    }

    void what_is_no_mapping_is_named() {
        QVERIFY(error_of("").starts_with("run.yaml: is empty; write settings"));
        QVERIFY(error_of("# nothing\n").starts_with("run.yaml: is empty"));
        QVERIFY(error_of("- a\n- b\n").starts_with("run.yaml:1: settings are expected"));
        QVERIFY(error_of("just text").starts_with("run.yaml:1: settings are expected"));
        QVERIFY(error_of("seed: 1\nx: [1\n").find("this is no YAML") != std::string::npos);
        QVERIFY(error_of("seed: 1\n\tbeta: 2\n").starts_with("run.yaml:2: this is no YAML"));
        QVERIFY(error_of("seed: 1\n---\nseed: 2\n").find("several") != std::string::npos);
        QVERIFY(error_of("seed: \xff\n").find("byte 7 is no UTF-8") != std::string::npos);
    }

    void paths_are_seen_from_the_file() {
        const TemporaryFolder folder;
        std::filesystem::create_directories(folder.path() / "models/base");
        write(folder.path() / "run.yaml",
              "train_files: [data/a.txt, ../b.txt]\neval_files: /abs/c.txt\ngood_files: good.txt\n"
              "model_name_or_path: models/base\n");
        auto settings = read_settings(folder.path() / "run.yaml");
        VERIFY_OK(settings);
        COMPARE_TEXT(settings->train_files.at(0), (folder.path() / "data/a.txt").string());
        COMPARE_TEXT(settings->train_files.at(1), (folder.path().parent_path() / "b.txt").string());
        COMPARE_TEXT(settings->eval_files.at(0), "/abs/c.txt");
        COMPARE_TEXT(settings->good_files.at(0), (folder.path() / "good.txt").string());
        COMPARE_TEXT(settings->model_name_or_path, (folder.path() / "models/base").string());
        write(folder.path() / "run.yaml", "model_name_or_path: reviews@200\n");
        settings = read_settings(folder.path() / "run.yaml");
        VERIFY_OK(settings);
        COMPARE_TEXT(settings->model_name_or_path, "reviews@200");
    }

    void own_rewards_are_looked_for_from_the_files_folder() {
        const TemporaryFolder folder;
        write(folder.path() / "polite", "");
        write(folder.path() / "keywords", "");
        write(folder.path() / "run.yaml", "reward_funcs: [polite, ../b/short.py, keywords]\n");
        const auto settings = read_settings(folder.path() / "run.yaml");
        VERIFY_OK(settings);
        QVERIFY((settings->reward_funcs ==
                 std::vector<std::string>{(folder.path() / "polite").string(),
                                          (folder.path().parent_path() / "b/short.py").string(),
                                          "keywords"}));
    }

    void a_missing_file_is_named() {
        const TemporaryFolder folder;
        const auto settings = read_settings(folder.path() / "none.yaml");
        QVERIFY(!settings.ok());
        QCOMPARE(settings.error().code, ErrorCode::not_found);
        QVERIFY(settings.error().message.find("none.yaml") != std::string::npos);
    }

    void comments_hold_the_help() {
        const std::string text = write_settings(Settings(), true);
        QVERIFY(text.find("# Supervised start\n") != std::string::npos);
        QVERIFY(text.find("# Decides every random draw") != std::string::npos);
        for (const std::string& line : split(text, '\n')) QVERIFY(line.size() <= 100);
    }
};

PLUMB_REGISTER_TEST(TestYaml)
#include "yaml_test.moc"
