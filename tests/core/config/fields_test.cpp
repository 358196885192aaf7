// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/fields.h"

#include <algorithm>
#include <cstddef>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/strings.h"
#include "config/roles.h"
#include "test_main.h"
#include "test_values.h"

using namespace plumb;

namespace {

/// Names of the members of Settings in the order of their declarations, read from the header.
std::vector<std::string> declared_members() {
    const auto text =
        read_file(std::filesystem::path(PLUMBLINE_SOURCE_DIR) / "core/config/settings.h");
    if (!text.ok()) return {};
    const std::regex declaration(
        R"(^    (?:std::[a-z0-9_]+(?:<.*>)?|double|bool) ([a-z0-9_]+)(?: = [^;]*)?;)");
    std::vector<std::string> names;
    for (const std::string& line : split(*text, '\n')) {
        std::smatch match;
        if (std::regex_search(line, match, declaration)) names.push_back(match[1]);
    }
    return names;
}

std::ptrdiff_t offset_of(const Field& field, const Settings& settings) {
    const auto* start = reinterpret_cast<const char*>(&settings);
    return std::visit(
        [&](auto member) { return reinterpret_cast<const char*>(&(settings.*member)) - start; },
        field.member);
}

const Field& field_named(std::string_view key) {
    const Field* field = find_field(key);
    if (!field) qFatal("no such field");
    return *field;
}

std::string error_of(const Status& status) { return status.ok() ? "" : status.error().message; }

}  // namespace

class TestFields : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void every_member_has_its_row() {
        // Members of a class stand in memory in the order of their declarations.
        const Settings settings;
        std::vector<const Field*> by_offset;
        for (const Field& field : fields()) by_offset.push_back(&field);
        std::ranges::sort(by_offset, {}, [&](const Field* f) { return offset_of(*f, settings); });
        std::vector<std::string> keys;
        for (const Field* field : by_offset) keys.emplace_back(field->key);
        const std::vector<std::string> declared = declared_members();
        QVERIFY(declared.size() > 80);
        COMPARE_TEXT(join(keys, "\n"), join(declared, "\n"));
    }

    void every_field_can_be_set_and_read_back() {
        Settings other;
        for (const Field& field : fields()) {
            const std::string text = other_value(field);
            VERIFY_OK(set_field(field, other, text));
            QVERIFY2(field_text(field, other) != field_text(field, Settings()), field.key.data());
            Settings back;
            VERIFY_OK(set_field(field, back, field_text(field, other)));
            COMPARE_TEXT(field_text(field, back), field_text(field, other));
        }
        Settings copy;
        for (const Field& field : fields())
            VERIFY_OK(set_field(field, copy, field_text(field, other)));
        QVERIFY(copy == other);
    }

    void every_row_is_complete() {
        std::set<std::string_view> labels;
        for (const Field& field : fields()) {
            const std::string help(field.help);
            QVERIFY2(!field.label.empty(), field.key.data());
            QVERIFY2(help.size() > 30 && help.ends_with("."), field.key.data());
            QVERIFY2(help.find('!') == std::string::npos, field.key.data());
            QVERIFY2(!value_problem(field, Settings()), field.key.data());
            QVERIFY2(field.minimum <= field.maximum, field.key.data());
            QVERIFY(!section_title(field.section).empty());
        }
    }

    void live_fields_are_those_that_may_be_edited() {
        std::set<std::string> live;
        for (const Field& field : fields())
            if (field.live) live.emplace(field.key);
        const std::set<std::string> expected = {"learning_rate",
                                                "beta",
                                                "epsilon",
                                                "epsilon_high",
                                                "delta",
                                                "temperature",
                                                "top_p",
                                                "top_k",
                                                "min_p",
                                                "entropy_coef",
                                                "num_generations",
                                                "max_completion_length",
                                                "max_grad_norm",
                                                "eval_steps",
                                                "save_steps",
                                                "max_steps",
                                                "budget_flops",
                                                "budget_seconds",
                                                "budget_tokens",
                                                "dpo_beta",
                                                "kl_coef",
                                                "cliprange",
                                                "cliprange_value",
                                                "vf_coef",
                                                "missing_eos_penalty",
                                                "reward_refresh_file",
                                                "reward_refresh_epochs",
                                                "reward_refresh_learning_rate",
                                                "reward_refresh_mix"};
        QVERIFY(live == expected);
    }

    void numbers_are_read_exactly() {
        Settings s;
        VERIFY_OK(set_field("learning_rate", s, "1e-4"));
        QCOMPARE(s.learning_rate, 1e-4);
        VERIFY_OK(set_field("seed", s, "9223372036854775807"));
        QCOMPARE(s.seed, std::int64_t{9223372036854775807});
        VERIFY_OK(set_field("max_steps", s, "1e3"));
        QCOMPARE(s.max_steps, std::int64_t{1000});
        VERIFY_OK(set_field("max_steps", s, " 12 "));
        QCOMPARE(s.max_steps, std::int64_t{12});
        QVERIFY(!set_field("max_steps", s, "1.5").ok());
        QVERIFY(!set_field("max_steps", s, "1e300").ok());
        QVERIFY(!set_field("learning_rate", s, "nan").ok());
        QVERIFY(!set_field("max_grad_norm", s, "inf").ok());
        QVERIFY(!set_field("learning_rate", s, "0,1").ok());
        QCOMPARE(s.max_steps, std::int64_t{12});
    }

    void ranges_hold_at_their_ends() {
        Settings s;
        VERIFY_OK(set_field("top_p", s, "1"));
        QVERIFY(!set_field("top_p", s, "0").ok());
        QVERIFY(!set_field("top_p", s, "1.0001").ok());
        VERIFY_OK(set_field("adam_beta1", s, "0"));
        QVERIFY(!set_field("adam_beta1", s, "1").ok());
        VERIFY_OK(set_field("num_generations", s, "2"));
        QVERIFY(!set_field("num_generations", s, "1").ok());
        QCOMPARE(s.top_p, 1.0);
        QCOMPARE(s.num_generations, std::int64_t{2});
    }

    void optional_values_can_be_empty() {
        Settings s;
        VERIFY_OK(set_field("epsilon_high", s, "0.28"));
        QCOMPARE(s.epsilon_high, std::optional<double>(0.28));
        for (const char* nothing : {"null", "none", "~", ""}) {
            s.epsilon_high = 1;
            VERIFY_OK(set_field("epsilon_high", s, nothing));
            QVERIFY(!s.epsilon_high);
        }
        COMPARE_TEXT(field_text(field_named("epsilon_high"), s), "null");
        QVERIFY(!set_field("seed", s, "null").ok());
        VERIFY_OK(set_field("completion_only_loss", s, "No"));
        QCOMPARE(s.completion_only_loss, std::optional<bool>(false));
    }

    void lists_take_both_forms() {
        using Names = std::vector<std::string>;
        Settings s;
        VERIFY_OK(set_field("train_files", s, "a b.txt, c.txt"));
        QVERIFY((s.train_files == Names{"a b.txt", "c.txt"}));
        VERIFY_OK(set_field("train_files", s, R"(["a, b.txt", c.txt])"));
        QVERIFY((s.train_files == Names{"a, b.txt", "c.txt"}));
        COMPARE_TEXT(field_text(field_named("train_files"), s), R"(["a, b.txt", c.txt])");
        VERIFY_OK(set_field("train_files", s, "[]"));
        QVERIFY(s.train_files.empty());
        VERIFY_OK(set_field("reward_weights", s, "[1, -0.5]"));
        QVERIFY((s.reward_weights == std::vector<double>{1, -0.5}));
        QVERIFY(!set_field("reward_weights", s, "[1, x]").ok());
        QVERIFY(!set_field("reward_weights", s, "[1, [2]]").ok());
        QVERIFY(!set_field("train_files", s, "[a, b").ok());
        QVERIFY(!set_field("reward_funcs", s, "[ended, no_such]").ok());
        QVERIFY((s.reward_weights == std::vector<double>{1, -0.5}));
    }

    void rewards_may_be_files() {
        Settings s;
        for (const char* own : {"./mine", "mine.py", "mine.so", "mine.sh", "/rewards/mine"})
            VERIFY_OK(set_field("reward_funcs", s, own));
        QVERIFY(!set_field("reward_funcs", s, "mine").ok());
        QVERIFY(!set_field("reward_funcs", s, "mine.txt").ok());
        VERIFY_OK(set_field("reward_funcs", s, "[ended, ./a/polite.v2.py]"));
        QVERIFY(!is_own_reward("ended") && is_own_reward(s.reward_funcs[1]));
        COMPARE_TEXT(reward_shown_name(s.reward_funcs[0]), "ended");
        COMPARE_TEXT(reward_shown_name(s.reward_funcs[1]), "polite.v2");
        resolve_own_rewards(s, "/files");
        QVERIFY((s.reward_funcs == std::vector<std::string>{"ended", "/files/a/polite.v2.py"}));

        QVERIFY(field_applies(field_named("reward_timeout"), s));
        s.reward_funcs = {"ended"};
        QVERIFY(!field_applies(field_named("reward_timeout"), s));
        QVERIFY(!set_field("reward_timeout", s, "0").ok());
        QVERIFY(accepted_values(field_named("reward_funcs")).find("paths of your own") !=
                std::string::npos);
    }

    void a_text_keeps_its_blanks() {
        Settings s;
        VERIFY_OK(set_field("reward_pattern", s, " a "));
        COMPARE_TEXT(s.reward_pattern, " a ");
    }

    void errors_say_what_to_give() {
        Settings s;
        COMPARE_TEXT(error_of(set_field("algorithm", s, "grop")),
                     "algorithm cannot be 'grop'; give sft, reward, dpo, ppo, grpo or rloo");
        COMPARE_TEXT(error_of(set_field("temperature", s, "0")),
                     "temperature cannot be '0'; give a number greater than 0 and at most 100");
        COMPARE_TEXT(error_of(set_field("min_p", s, "2")),
                     "min_p cannot be '2'; give a number from 0 to 1, or null");
        COMPARE_TEXT(error_of(set_field("seed", s, "x")),
                     "seed cannot be 'x'; give an integer of at least 0");
        COMPARE_TEXT(error_of(set_field("learning_rat", s, "1")),
                     "unknown setting 'learning_rat'; did you mean 'learning_rate'?");
    }

    void fields_apply_where_they_have_an_effect() {
        Settings s;
        const auto applies = [&](const char* key) { return field_applies(field_named(key), s); };
        QVERIFY(applies("num_generations") && applies("start_batch_size"));
        QVERIFY(applies("arithmetic_digits") && !applies("train_files") && !applies("tokenizer"));
        QVERIFY(!applies("use_bias_correction_kl") && !applies("sapo_temperature_pos"));
        s.beta = 0.1;
        s.loss_type = "sapo";
        QVERIFY(applies("use_bias_correction_kl") && applies("sapo_temperature_pos"));
        QVERIFY(!applies("epsilon") && !applies("vespo_k_pos"));
        s.model_name_or_path = "run";
        QVERIFY(!applies("hidden_size") && !applies("start_batch_size"));
        s.task = "data";
        s.reward_funcs = {"keywords"};
        QVERIFY(applies("train_files") && applies("reward_keywords") && !applies("reward_pattern"));
        s.algorithm = "sft";
        QVERIFY(!applies("num_generations") && !applies("reward_funcs") && applies("max_length"));
        QVERIFY(applies("packing") && !applies("packing_strategy") && !applies("chosen_column"));
    }

    void each_algorithm_shows_its_own_settings() {
        Settings s;
        const auto applies = [&](const char* key) { return field_applies(field_named(key), s); };
        s.algorithm = "ppo";
        s.task = "reviews";
        // No reward is named: the run makes a reward model from pairs that it samples itself.
        QVERIFY(applies("kl_coef") && applies("pairs_prompts") && applies("reward_model"));
        QVERIFY(applies("reward_model_epochs") && applies("start_batch_size"));
        QVERIFY(!applies("num_generations") && !applies("beta") && !applies("kl_horizon"));
        QVERIFY(!applies("start_sloppy_steps") && !applies("arithmetic_digits"));
        s.kl_target = 6;
        QVERIFY(applies("kl_horizon"));
        s.reward_model = "rewards";
        QVERIFY(!applies("pairs_prompts") && !applies("reward_model_epochs"));
        s.reward_funcs = {"reviews"};
        QVERIFY(!applies("reward_model"));
        s.algorithm = "dpo";
        QVERIFY(applies("dpo_beta") && applies("pairs_prompts") && !applies("reward_funcs"));
        QVERIFY(!applies("label_smoothing") && !applies("loss_weights") && !applies("kl_coef"));
        QVERIFY(applies("precompute_ref_log_probs") && !applies("ref_model_sync_steps"));
        s.dpo_loss_type = {"robust", "sft"};
        QVERIFY(applies("label_smoothing") && applies("loss_weights"));
        s.online_dpo = true;
        QVERIFY(applies("num_generations") && applies("reward_funcs") && !applies("pairs_prompts"));
        s.algorithm = "rloo";
        QVERIFY(applies("beta") && applies("normalize_advantages") && !applies("loss_type"));
        s.algorithm = "reward";
        s.task = "data";
        QVERIFY(applies("chosen_column") && applies("max_length") && !applies("prompt_length"));
        QVERIFY(applies("center_rewards_coefficient") && !applies("reward_model"));
        QVERIFY(applies("good_files") && applies("train_files") && !applies("preference_files"));
        s.good_files = {"good.txt"};
        QVERIFY(applies("bad_files") && applies("dataset_text_field") && applies("max_length"));
        QVERIFY(!applies("train_files") && !applies("chosen_column") && !applies("prompt_column"));
        s.algorithm = "ppo";
        s.reward_model.clear();
        s.reward_funcs.clear();
        QVERIFY(applies("train_files") && applies("bad_files") && applies("prompt_length"));
        QVERIFY(!applies("preference_files") && !applies("chosen_column"));
        s.good_files.clear();
        QVERIFY(applies("preference_files") && applies("chosen_column") && applies("bad_files"));
    }

    void dpo_on_own_prompts_shows_what_labels_its_pairs() {
        Settings s;
        const auto applies = [&](const char* key) { return field_applies(field_named(key), s); };
        s.algorithm = "dpo";
        s.task = "data";
        s.model_name_or_path = "base";
        QVERIFY(applies("reward_funcs") && applies("chosen_column") && !applies("pairs_prompts"));
        QVERIFY(!applies("reward_weights") && !applies("prompt_length"));
        QVERIFY(applies("max_completion_length"));  // of what evaluations sample
        s.reward_funcs = {"reward_model"};
        QVERIFY(applies("pairs_prompts") && applies("pairs_label_temperature"));
        QVERIFY(applies("reward_weights") && applies("reward_model") && applies("prompt_length"));
        QVERIFY(applies("good_files") && applies("reward_model_epochs"));
        QVERIFY(!applies("num_generations"));
        s.reward_model = "taste";
        QVERIFY(!applies("chosen_column") && !applies("good_files"));
    }
};

PLUMB_REGISTER_TEST(TestFields)
#include "fields_test.moc"
