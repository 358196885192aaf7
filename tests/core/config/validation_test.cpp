// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/validation.h"

#include <algorithm>
#include <functional>

#include "test_main.h"

using namespace plumb;

namespace {

/// The only problem that the change to valid settings makes, as "key: message"; else all of them.
std::string problem(const std::function<void(Settings&)>& change) {
    Settings settings;
    change(settings);
    std::string all;
    for (const FieldProblem& found : find_problems(settings)) {
        if (!all.empty()) all += "\n";
        all += found.key + ": " + found.message;
    }
    return all;
}

bool has_problem(const std::string& key, const std::function<void(Settings&)>& change) {
    const std::string all = problem(change);
    return all.starts_with(key + ": ") && all.find('\n') == std::string::npos;
}

void make_data(Settings& s) {
    s.task = "data";
    s.train_files = {"a.txt"};
    s.model_name_or_path = "base";
}

}  // namespace

class TestValidation : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void defaults_are_valid() {
        VERIFY_OK(validate(Settings()));
        COMPARE_TEXT(problem([](Settings& s) { s.algorithm = "sft"; }), "");
        COMPARE_TEXT(problem(make_data), "");
        COMPARE_TEXT(problem([](Settings& s) {
                         make_data(s);
                         s.algorithm = "sft";
                         s.model_name_or_path.clear();
                     }),
                     "");
    }

    void ranges_and_choices_are_checked() {
        QVERIFY(has_problem("temperature", [](Settings& s) { s.temperature = 0; }));
        QVERIFY(has_problem("learning_rate", [](Settings& s) { s.learning_rate = NAN; }));
        QVERIFY(has_problem("epsilon_high", [](Settings& s) { s.epsilon_high = -0.1; }));
        QVERIFY(has_problem("min_p", [](Settings& s) { s.min_p = 1.5; }));
        QVERIFY(has_problem("loss_type", [](Settings& s) { s.loss_type = "dpo"; }));
        QVERIFY(has_problem("reward_funcs", [](Settings& s) { s.reward_funcs = {"nice"}; }));
        QVERIFY(has_problem("num_generations", [](Settings& s) { s.num_generations = 1; }));
        // A divisor of 0 is a range problem and must not be divided by.
        QVERIFY(has_problem("num_attention_heads", [](Settings& s) { s.num_attention_heads = 0; }));
    }

    void adapters_need_a_trained_model_and_clear_targets() {
        const auto with = [](const std::function<void(Settings&)>& change) {
            return [change](Settings& s) {
                s.use_peft = true;
                change(s);
            };
        };
        COMPARE_TEXT(problem(with([](Settings&) {})), "");
        QVERIFY(has_problem("use_peft", with([](Settings& s) { s.algorithm = "sft"; })));
        QVERIFY(has_problem("sync_ref_model", with([](Settings& s) {
                                s.algorithm = "dpo";
                                s.sync_ref_model = true;
                            })));
        for (const char* whole : {"all-linear", ".*_proj"})
            QVERIFY(has_problem("lora_target_modules", with([&](Settings& s) {
                                    s.lora_target_modules = {"q_proj", whole};
                                })));
        QVERIFY(has_problem("lora_modules_to_save",
                            with([](Settings& s) { s.lora_modules_to_save = {""}; })));
        QVERIFY(has_problem("lora_dropout", with([](Settings& s) { s.lora_dropout = 1; })));
        // Without it the others say nothing.
        COMPARE_TEXT(problem([](Settings& s) {
                         s.lora_target_modules = {"q_proj", "all-linear"};
                     }),
                     "");
    }

    void devices_have_a_form() {
        for (const char* device : {"cpu", "cuda", "cuda:0", "cuda:12"})
            COMPARE_TEXT(problem([&](Settings& s) { s.device = device; }), "");
        for (const char* device : {"", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:+1", "cuda:1 "})
            QVERIFY(has_problem("device", [&](Settings& s) { s.device = device; }));
    }

    void rows_without_end_are_not_packed() {
        const auto packed = [](Settings& s) {
            s.algorithm = "sft";
            s.packing = true;
        };
        QVERIFY(has_problem("packing", packed));
        COMPARE_TEXT(problem([](Settings& s) { s.packing = true; }), "");
        COMPARE_TEXT(problem([&](Settings& s) {
                         make_data(s);
                         packed(s);
                     }),
                     "");
    }

    void byte_pairs_need_room_for_the_bytes() {
        const auto bytes = [](std::int64_t size) {
            return [size](Settings& s) {
                make_data(s);
                s.algorithm = "sft";
                s.model_name_or_path.clear();
                s.tokenizer = "bpe";
                s.vocab_size = size;
            };
        };
        QVERIFY(has_problem("vocab_size", bytes(257)));
        COMPARE_TEXT(problem(bytes(258)), "");
    }

    void a_run_has_an_end() {
        QVERIFY(has_problem("max_steps", [](Settings& s) { s.max_steps = 0; }));
        QVERIFY(has_problem("max_steps", [](Settings& s) { s.max_steps = -1; }));
        COMPARE_TEXT(problem([](Settings& s) {
                         make_data(s);
                         s.max_steps = -1;
                     }),
                     "");
    }

    void heads_divide_the_width() {
        COMPARE_TEXT(problem([](Settings& s) { s.hidden_size = 130; }),
                     "hidden_size: hidden_size 130 is not divisible by num_attention_heads 4; make "
                     "it a multiple of that");
        QVERIFY(has_problem("hidden_size", [](Settings& s) { s.hidden_size = 132; }));  // 33 each
        QVERIFY(has_problem("num_key_value_heads", [](Settings& s) { s.num_key_value_heads = 3; }));
        COMPARE_TEXT(problem([](Settings& s) { s.num_key_value_heads = 2; }), "");
        // The shape of a model that is loaded is not taken from here.
        COMPARE_TEXT(problem([](Settings& s) {
                         s.hidden_size = 130;
                         s.model_name_or_path = "base";
                     }),
                     "");
    }

    void lengths_fit_the_positions() {
        COMPARE_TEXT(problem([](Settings& s) { s.max_position_embeddings = 30; }), "");
        COMPARE_TEXT(problem([](Settings& s) { s.max_position_embeddings = 29; }),
                     "max_position_embeddings: arithmetic prompts of 10 tokens and completions of "
                     "up to 20 need max_position_embeddings of at least 30; it is 29");
        // A demonstration of 2 * 12 tokens is longer than the completions.
        QVERIFY(has_problem("max_position_embeddings", [](Settings& s) {
            s.arithmetic_digits = 12;
            s.max_position_embeddings = 47;
        }));
        const auto reviews = [](std::int64_t completion, std::int64_t positions) {
            return problem([&](Settings& s) {
                s.task = "reviews";
                s.max_completion_length = completion;
                s.max_position_embeddings = positions;
            });
        };
        COMPARE_TEXT(reviews(28, 30), "");
        COMPARE_TEXT(reviews(28, 29),
                     "max_position_embeddings: reviews of 25 tokens, and prompts of 2 with "
                     "completions of up to 28, need max_position_embeddings of at least 30; it is "
                     "29");
        // Demonstrations are whole reviews, however short the completions.
        COMPARE_TEXT(reviews(10, 25), "");
        QVERIFY(reviews(10, 24).starts_with("max_position_embeddings: "));
        QVERIFY(has_problem("max_length", [](Settings& s) {
            make_data(s);
            s.algorithm = "sft";
            s.model_name_or_path.clear();
            s.max_length = 1025;
        }));
    }

    void data_needs_files_and_columns() {
        QVERIFY(has_problem("train_files", [](Settings& s) {
            make_data(s);
            s.train_files.clear();
        }));
        QVERIFY(has_problem("eval_files", [](Settings& s) {
            make_data(s);
            s.eval_files = {""};
        }));
        QVERIFY(has_problem("prompt_column", [](Settings& s) {
            make_data(s);
            s.prompt_column.clear();
        }));
        QVERIFY(has_problem("model_name_or_path", [](Settings& s) {
            make_data(s);
            s.model_name_or_path.clear();
        }));
    }

    void a_reward_model_learns_from_pairs_or_from_texts() {
        const auto texts = [](Settings& s) {
            make_data(s);
            s.algorithm = "reward";
            s.train_files.clear();
            s.good_files = {"good.txt"};
            s.bad_files = {"bad.txt"};
        };
        COMPARE_TEXT(problem(texts), "");
        QVERIFY(has_problem("bad_files", [&](Settings& s) {
            texts(s);
            s.bad_files.clear();
        }));
        QVERIFY(has_problem("good_files", [&](Settings& s) {
            texts(s);
            s.good_files.clear();
        }));
        QVERIFY(has_problem("good_files", [&](Settings& s) {
            texts(s);
            s.train_files = {"pairs.jsonl"};
        }));
        QVERIFY(has_problem("bad_files", [&](Settings& s) {
            texts(s);
            s.bad_files = {"bad.txt", "good.txt"};
        }));
        QVERIFY(has_problem("bad_files", [&](Settings& s) {
            texts(s);
            s.bad_files.push_back("");
        }));
        const std::string none = problem([&](Settings& s) {
            texts(s);
            s.good_files.clear();
            s.bad_files.clear();
        });
        QVERIFY2(none.starts_with("train_files: ") && none.find("good_files") != none.npos,
                 none.c_str());
        // Of a run that makes its reward model.
        const auto own = [&](Settings& s) {
            texts(s);
            s.algorithm = "ppo";
            s.train_files = {"prompts.txt"};
        };
        COMPARE_TEXT(problem(own), "");
        QVERIFY(has_problem("good_files", [&](Settings& s) {
            own(s);
            s.preference_files = {"pairs.jsonl"};
        }));
        QVERIFY(has_problem("reward_model", [&](Settings& s) {
            own(s);
            s.good_files.clear();
            s.bad_files.clear();
        }));
        // Who does not use them is not asked.
        COMPARE_TEXT(problem([&](Settings& s) {
                         own(s);
                         s.reward_model = "taste";
                         s.bad_files.clear();
                     }),
                     "");
    }

    void rewards_that_label_pairs_are_checked() {
        const auto labelled = [](Settings& s) {
            make_data(s);
            s.algorithm = "dpo";
            s.reward_funcs = {"ended", "keywords"};
            s.reward_keywords = {"good"};
        };
        COMPARE_TEXT(problem(labelled), "");
        QVERIFY(has_problem("reward_weights", [&](Settings& s) {
            labelled(s);
            s.reward_weights = {1};
        }));
        QVERIFY(has_problem("reward_model", [&](Settings& s) {
            labelled(s);
            s.reward_funcs = {"reward_model"};
        }));
        QVERIFY(has_problem("reward_keywords", [&](Settings& s) {
            labelled(s);
            s.reward_keywords.clear();
        }));
    }

    void batches_hold_whole_groups() {
        COMPARE_TEXT(problem([](Settings& s) { s.per_device_train_batch_size = 100; }),
                     "per_device_train_batch_size: per_device_train_batch_size times "
                     "gradient_accumulation_steps is 100 completions, not a multiple of "
                     "num_generations 8; the nearest that is: 104");
        // A group may be spread over micro-batches.
        COMPARE_TEXT(problem([](Settings& s) {
                         s.per_device_train_batch_size = 4;
                         s.gradient_accumulation_steps = 2;
                     }),
                     "");
        QVERIFY(has_problem("per_device_train_batch_size", [](Settings& s) {
            s.per_device_train_batch_size = 4;
            s.gradient_accumulation_steps = 2;
            s.steps_per_generation = 1;
        }));
        QVERIFY(has_problem("steps_per_generation", [](Settings& s) {
            s.gradient_accumulation_steps = 4;
            s.steps_per_generation = 6;
        }));
        COMPARE_TEXT(problem([](Settings& s) {
                         s.algorithm = "sft";
                         s.per_device_train_batch_size = 100;
                     }),
                     "");
    }

    void rewards_have_what_they_need() {
        QVERIFY(has_problem("reward_weights", [](Settings& s) { s.reward_weights = {1, 2}; }));
        COMPARE_TEXT(problem([](Settings& s) { s.reward_weights = {2}; }), "");
        QVERIFY(has_problem("reward_weights", [](Settings& s) {
            s.reward_funcs = {"ended", "arithmetic"};
            s.reward_weights = {1};
        }));
        QVERIFY(
            has_problem("reward_pattern", [](Settings& s) { s.reward_funcs = {"regex_match"}; }));
        QVERIFY(has_problem("reward_keywords", [](Settings& s) { s.reward_funcs = {"keywords"}; }));
        QVERIFY(has_problem("reward_funcs", [](Settings& s) {
            s.reward_funcs = {"ended", "ended"};
        }));
        COMPARE_TEXT(problem([](Settings& s) { s.reward_funcs = {"ended", "/a/polite.py"}; }), "");
        COMPARE_TEXT(problem([](Settings& s) {
                         s.reward_funcs = {"/a/polite.py", "/b/polite.so"};
                     }),
                     "reward_funcs: reward_funcs has two rewards that would be shown as polite; "
                     "rename the file "
                     "of one of them");
        QVERIFY(has_problem("reward_funcs", [](Settings& s) {
            s.reward_funcs = {"ended", "/a/ended.py"};
        }));
    }

    void the_ratio_cap_is_above_the_clip_range() {
        QVERIFY(has_problem("delta", [](Settings& s) { s.delta = 1.2; }));
        COMPARE_TEXT(problem([](Settings& s) { s.delta = 1.21; }), "");
        QVERIFY(has_problem("delta", [](Settings& s) {
            s.delta = 1.21;
            s.epsilon_high = 0.3;
        }));
    }

    void validate_names_every_problem() {
        Settings settings;
        settings.top_p = 0;
        settings.device = "gpu";
        const Status status = validate(settings);
        QVERIFY(!status.ok());
        QCOMPARE(status.error().code, ErrorCode::invalid_input);
        const std::string& message = status.error().message;
        QVERIFY(message.find("top_p") != std::string::npos);
        QVERIFY(message.find("cuda:N") != std::string::npos);
        QCOMPARE(std::count(message.begin(), message.end(), '\n'), std::ptrdiff_t{1});
    }
};

PLUMB_REGISTER_TEST(TestValidation)
#include "validation_test.moc"
