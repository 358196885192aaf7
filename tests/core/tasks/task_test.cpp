// SPDX-License-Identifier: GPL-3.0-or-later
#include "tasks/task.h"

#include <fstream>
#include <set>

#include "tasks/arithmetic.h"
#include "tasks/reviews.h"
#include "test_main.h"

using namespace plumb;

namespace {

std::string write(const TemporaryFolder& folder, const std::string& name, const std::string& text) {
    const auto path = folder.path() / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
}

/// {"prompt": "q0", "completion": "c0", "answer": "0"} and so on.
std::string numbered_rows(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) {
        const std::string n = std::to_string(i);
        text += R"({"prompt": "q)" + n + R"(", "completion": "c)" + n + R"(", "answer": ")" + n +
                "\"}\n";
    }
    return text;
}

/// Pairs "p0" to "pN-1" with two pairs each, which stand apart in the file.
std::string numbered_pairs(int count) {
    std::string text;
    for (const char* form : {"1", "2"})
        for (int i = 0; i < count; ++i)
            text += R"({"prompt": "p)" + std::to_string(i) + R"(", "chosen": "c)" + form +
                    R"(", "rejected": "r)" + form + "\"}\n";
    return text;
}

std::set<std::string> prompts_of(const std::vector<Preference>& pairs) {
    std::set<std::string> prompts;
    for (const Preference& pair : pairs) prompts.insert(pair.prompt);
    return prompts;
}

Settings data_settings(const std::string& file, const std::string& algorithm = "grpo") {
    Settings settings;
    settings.task = "data";
    settings.algorithm = algorithm;
    settings.train_files = {file};
    settings.eval_prompts = 10;
    return settings;
}

}  // namespace

class TestTask : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void arithmetic_rows_depend_on_seed_and_index_alone() {
        Settings settings;
        const auto task = make_task(settings, true);
        const auto again = make_task(settings, false);
        settings.seed = 43;
        const auto other = make_task(settings, true);
        VERIFY_OK(task);
        std::set<std::string> prompts;
        int same_as_other = 0;
        for (std::int64_t i = 0; i < 200; ++i) {
            const Prompt prompt = (*task)->train_prompt(199 - i);
            COMPARE_TEXT(prompt.text, (*again)->train_prompt(199 - i).text);
            same_as_other += prompt.text == (*other)->train_prompt(199 - i).text;
            COMPARE_TEXT((*task)->train_demonstration(i).completion,
                         (*again)->train_demonstration(i).completion);
            prompts.insert(prompt.text);
        }
        QVERIFY(prompts.size() > 190);
        QVERIFY(same_as_other < 5);
        QCOMPARE((*task)->rows(), 0);
        QCOMPARE((*task)->epoch(500), 0.0);
    }

    void arithmetic_evaluates_on_the_same_prompts_for_every_seed() {
        Settings settings;
        const auto task = make_task(settings, true);
        settings.seed = 1;
        const auto other = make_task(settings, true);
        const auto prompts = (*task)->eval_prompts();
        QCOMPARE(prompts.size(), std::size_t{256});
        COMPARE_TEXT(prompts[17].text, (*other)->eval_prompts()[17].text);
        const auto demonstrations = (*task)->eval_demonstrations();
        QCOMPARE(demonstrations.size(), std::size_t{256});
        COMPARE_TEXT(demonstrations[17].prompt, prompts[17].text);
        QVERIFY(arithmetic_is_held_out(prompts[17].text));
    }

    void arithmetic_settles_its_answers() {
        const auto task = make_task({}, true);
        COMPARE_TEXT((*task)->gold_reward(), "arithmetic");
        QVERIFY((*task)->has_answers());
        QVERIFY((*task)->solved({"2,0#0", "2,0#0$", "0"}));
        QVERIFY(!(*task)->solved({"2,0#0", "2,0#0", "0"}));
        QCOMPARE((*task)->used_scratchpad("2,0#0"), std::optional(true));
        QCOMPARE((*task)->tokenizer()->vocab_size(), 16);
    }

    void reviews_are_learnt_whole_and_asked_for_by_two_words() {
        Settings settings;
        settings.task = "reviews";
        settings.eval_prompts = 200;
        const auto task = make_task(settings, true);
        VERIFY_OK(task);
        COMPARE_TEXT((*task)->name(), "reviews");
        COMPARE_TEXT((*task)->gold_reward(), "reviews");
        QVERIFY((*task)->has_demonstrations() && !(*task)->has_answers());
        QCOMPARE((*task)->rows(), 0);
        QCOMPARE((*task)->tokenizer()->vocab_size(), 66);

        settings.seed = 43;
        const auto other = make_task(settings, true);
        std::set<std::string> reviews;
        int same_as_other = 0;
        for (std::int64_t i = 0; i < 200; ++i) {
            const auto row = (*task)->train_demonstration(199 - i);
            COMPARE_TEXT(row.prompt, "");
            COMPARE_TEXT(review_prompt(row.completion), (*task)->train_prompt(199 - i).text);
            same_as_other += row.completion == (*other)->train_demonstration(199 - i).completion;
            reviews.insert(row.completion);
        }
        QVERIFY(reviews.size() > 195);
        QVERIFY(same_as_other < 5);

        const auto prompts = (*task)->eval_prompts();
        const auto demonstrations = (*task)->eval_demonstrations();
        QCOMPARE(prompts.size(), std::size_t{200});
        QCOMPARE(demonstrations.size(), std::size_t{200});
        for (std::size_t i = 0; i < prompts.size(); ++i) {
            COMPARE_TEXT(prompts[i].text, (*other)->eval_prompts()[i].text);
            COMPARE_TEXT(prompts[i].text, review_prompt(demonstrations[i].completion));
        }
    }

    void tasks_know_well_formed_attempts() {
        Settings settings;
        QVERIFY((*make_task(settings, true))->well_formed({"#", "#", "0"}));
        settings.task = "reviews";
        const auto task = make_task(settings, true);
        const auto well_formed = [&](std::string_view prompt, std::string_view completion) {
            return (*task)->well_formed({completion, completion, "", prompt});
        };
        QVERIFY(well_formed("the cast ", "was good . $"));
        QVERIFY(well_formed("the cast", "was good . $"));
        QVERIFY(!well_formed("the cast ", "was good ."));
        QVERIFY(!well_formed("it felt ", "was good . $"));
        QVERIFY(!(*task)->solved({"was good .", "was good . $", ""}));
    }

    void settings_that_make_no_task() {
        Settings settings;
        settings.arithmetic_digits = 2;
        const auto small = make_task(settings, true);
        QVERIFY(!small.ok());
        QVERIFY(small.error().message.find("3 to 12") != std::string::npos);
        settings.task = "poems";
        const auto unknown = make_task(settings, true);
        QVERIFY(!unknown.ok());
        QVERIFY(unknown.error().message.find("reviews") != std::string::npos);
        settings.task = "data";
        const auto empty = make_task(settings, true);
        QVERIFY(!empty.ok());
        QVERIFY(empty.error().message.find("train_files") != std::string::npos);
    }

    void data_rows_are_held_out_for_good() {
        const TemporaryFolder folder;
        Settings settings = data_settings(write(folder, "a.jsonl", numbered_rows(100)));
        const auto task = make_task(settings, false);
        VERIFY_OK(task);
        settings.seed = 7;
        const auto other = make_task(settings, false);
        QCOMPARE((*task)->rows(), 90);
        std::set<std::string> held_out;
        for (const auto& prompt : (*task)->eval_prompts()) held_out.insert(prompt.text);
        QCOMPARE(held_out.size(), std::size_t{10});
        for (const auto& prompt : (*other)->eval_prompts()) QVERIFY(held_out.contains(prompt.text));

        std::set<std::string> seen, seen_by_other;
        bool same_order = true;
        for (std::int64_t i = 0; i < 90; ++i) {
            seen.insert((*task)->train_prompt(i).text);
            seen_by_other.insert((*other)->train_prompt(i).text);
            same_order =
                same_order && (*task)->train_prompt(i).text == (*other)->train_prompt(i).text;
        }
        QCOMPARE(seen.size(), std::size_t{90});
        QVERIFY(seen == seen_by_other);
        QVERIFY(!same_order);
        for (const auto& text : held_out) QVERIFY(!seen.contains(text));
        QCOMPARE((*task)->epoch(135), 1.5);
    }

    void data_rows_in_the_files_order() {
        const TemporaryFolder folder;
        Settings settings = data_settings(write(folder, "a.jsonl", numbered_rows(4)));
        settings.eval_files = {write(folder, "b.jsonl", numbered_rows(40))};
        settings.shuffle_dataset = false;
        const auto task = make_task(settings, false);
        VERIFY_OK(task);
        for (std::int64_t i = 0; i < 9; ++i)
            COMPARE_TEXT((*task)->train_prompt(i).text, "q" + std::to_string(i % 4));
        QCOMPARE((*task)->prompts().size(), std::size_t{4});
        const auto evaluated = (*task)->eval_prompts();
        QCOMPARE(evaluated.size(), std::size_t{10});
        COMPARE_TEXT(evaluated[0].text, "q0");
        COMPARE_TEXT(evaluated[9].text, "q36");
    }

    void supervised_rows_have_prompts_too() {
        const TemporaryFolder folder;
        const auto task =
            make_task(data_settings(write(folder, "a.jsonl", numbered_rows(50)), "sft"), true);
        VERIFY_OK(task);
        QVERIFY((*task)->has_demonstrations());
        QCOMPARE((*task)->demonstrations().size(), std::size_t{40});
        const auto row = (*task)->train_demonstration(3);
        COMPARE_TEXT(row.completion, "c" + row.prompt.substr(1));
        COMPARE_TEXT((*task)->eval_prompts()[2].text, (*task)->eval_demonstrations()[2].prompt);
        // Letters and digits of the rows; the answers add no new ones.
        QCOMPARE((*task)->tokenizer()->vocab_size(), 3 + 2 + 10);
    }

    void whole_texts_have_nothing_to_sample() {
        const TemporaryFolder folder;
        Settings settings = data_settings(write(folder, "a.txt", "one two\nthree\nfour\n"), "sft");
        settings.tokenizer = "word";
        const auto task = make_task(settings, true);
        VERIFY_OK(task);
        QVERIFY((*task)->eval_prompts().empty());
        QCOMPARE((*task)->eval_demonstrations().size(), std::size_t{1});
        QCOMPARE((*task)->rows(), 2);
        QVERIFY(!(*task)->has_answers());
        COMPARE_TEXT((*task)->gold_reward(), "");
        QVERIFY((*task)->tokenizer()->vocab_size() <= 3 + 3);
    }

    void byte_pairs_are_learnt_from_the_rows() {
        const TemporaryFolder folder;
        Settings settings = data_settings(write(folder, "a.txt", "one two\nthree\nfour\n"), "sft");
        settings.tokenizer = "bpe";
        const auto task = make_task(settings, true);
        VERIFY_OK(task);
        const auto tokenizer = (*task)->tokenizer();
        QVERIFY(tokenizer->vocab_size() >= 258);
        VERIFY_OK(tokenizer->save(folder.path()));
        const auto loaded = load_tokenizer(folder.path());
        VERIFY_OK(loaded);
        QCOMPARE((*loaded)->encode("one zwei"), tokenizer->encode("one zwei"));
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(!make_task(settings, true, stop.get_token()).ok());
        settings.vocab_size = 100;
        QVERIFY(!make_task(settings, true).ok());
        VERIFY_OK(make_task(settings, false));
    }

    void answers_choose_the_reward() {
        const TemporaryFolder folder;
        const auto numbers =
            make_task(data_settings(write(folder, "a.jsonl", numbered_rows(20))), false);
        COMPARE_TEXT((*numbers)->gold_reward(), "numeric_match");
        QVERIFY((*numbers)->solved({"so it is 12.0", "so it is 12.0<eos>", "12"}));
        QVERIFY(!(*numbers)->solved({"12", "12", ""}));
        QVERIFY((*numbers)->tokenizer() == nullptr);

        const std::string words = R"({"prompt": "p", "answer": "Paris"})"
                                  "\n";
        const auto texts = make_task(
            data_settings(write(folder, "b.jsonl", words + words + numbered_rows(9))), false);
        COMPARE_TEXT((*texts)->gold_reward(), "exact_match");
        QVERIFY((*texts)->solved({" Paris\n", " Paris\n<eos>", "Paris"}));
        QVERIFY(!(*texts)->solved({"in Paris", "in Paris<eos>", "Paris"}));
    }

    void pairs_of_one_prompt_stay_together() {
        const TemporaryFolder folder;
        for (const char* algorithm : {"dpo", "reward"}) {
            Settings settings =
                data_settings(write(folder, "a.jsonl", numbered_pairs(40)), algorithm);
            settings.eval_prompts = 6;
            const auto task = make_task(settings, false);
            VERIFY_OK(task);
            const auto& training = (*task)->pairs();
            const auto held_out = (*task)->eval_pairs();
            QCOMPARE(training.size(), std::size_t{68});
            QCOMPARE(held_out.size(), std::size_t{12});
            QCOMPARE((*task)->rows(), 68);
            const auto trained = prompts_of(training), evaluated = prompts_of(held_out);
            QCOMPARE(trained.size(), std::size_t{34});
            QCOMPARE(evaluated.size(), std::size_t{6});
            for (const auto& prompt : evaluated) QVERIFY(!trained.contains(prompt));
            // The order of the file: all first pairs before all second ones.
            COMPARE_TEXT(training[33].chosen + training[34].chosen, "c1c2");
            // What an evaluation samples for.
            QCOMPARE((*task)->prompts().size(), std::size_t{34});
            QCOMPARE((*task)->eval_prompts().size(), std::size_t{6});
            QVERIFY(!(*task)->has_answers() && !(*task)->has_demonstrations());
            QVERIFY(trained.contains((*task)->train_prompt(67).text));
            settings.seed = 9;
            QVERIFY(prompts_of((*make_task(settings, false))->eval_pairs()) == evaluated);
        }
    }

    void pairs_have_evaluation_files() {
        const TemporaryFolder folder;
        Settings settings = data_settings(write(folder, "a.jsonl", numbered_pairs(1)), "dpo");
        const auto single = make_task(settings, false);
        QVERIFY(!single.ok());
        QVERIFY(single.error().message.find("name eval_files") != std::string::npos);
        settings.eval_files = {write(folder, "b.jsonl", numbered_pairs(10))};
        settings.eval_prompts = 5;
        const auto task = make_task(settings, false);
        VERIFY_OK(task);
        QCOMPARE((*task)->pairs().size(), std::size_t{2});
        const auto held_out = (*task)->eval_pairs();
        QCOMPARE(held_out.size(), std::size_t{5});
        COMPARE_TEXT(held_out[1].prompt, "p4");
        settings.eval_files.clear();
        settings.eval_prompts = 0;
        VERIFY_OK(make_task(settings, false));
    }

    void pairs_without_a_prompt_leave_nothing_to_sample() {
        const TemporaryFolder folder;
        Settings settings =
            data_settings(write(folder, "a.jsonl",
                                "{\"chosen\": \"good\", \"rejected\": \"bad\"}\n"
                                "{\"chosen\": \"fine\", \"rejected\": \"poor\"}\n"
                                "{\"chosen\": \"so good\", \"rejected\": \"so bad\"}\n"),
                          "reward");
        settings.eval_prompts = 1;
        const auto task = make_task(settings, false);
        VERIFY_OK(task);
        QCOMPARE((*task)->pairs().size(), std::size_t{2});
        QCOMPARE((*task)->eval_pairs().size(), std::size_t{1});
        QCOMPARE((*task)->prompts().size() + (*task)->eval_prompts().size(), std::size_t{1});
    }

    void a_reward_model_has_pairs_beside_the_prompts() {
        const TemporaryFolder folder;
        Settings settings = data_settings(write(folder, "a.jsonl", numbered_rows(20)), "ppo");
        const auto none = make_task(settings, false);
        QVERIFY(!none.ok());
        QVERIFY(none.error().message.find("preference_files") != std::string::npos);
        settings.preference_files = {write(folder, "b.jsonl", numbered_pairs(30))};
        settings.eval_prompts = 4;
        const auto task = make_task(settings, false);
        VERIFY_OK(task);
        QCOMPARE((*task)->rows(), 16);
        QCOMPARE((*task)->prompts().size(), std::size_t{16});
        QCOMPARE((*task)->pairs().size(), std::size_t{52});
        QCOMPARE((*task)->eval_pairs().size(), std::size_t{8});
        settings.reward_model = "some-run";
        const auto given = make_task(settings, false);
        VERIFY_OK(given);
        QVERIFY((*given)->pairs().empty() && (*given)->eval_pairs().empty());
    }

    void a_single_row_cannot_be_split() {
        const TemporaryFolder folder;
        const auto task =
            make_task(data_settings(write(folder, "a.jsonl", numbered_rows(1))), false);
        QVERIFY(!task.ok());
        QVERIFY(task.error().message.find("eval_files") != std::string::npos);
    }

    void grade_school_problems_have_numeric_answers() {
        const auto data = shared_folder("data/gsm8k");
        if (data.empty()) QSKIP("the real data sets are not here");
        Settings settings = data_settings((data / "train.jsonl").string());
        settings.eval_files = {(data / "test.jsonl").string()};
        const auto task = make_task(settings, false);
        VERIFY_OK(task);
        QCOMPARE((*task)->rows(), 7473);
        COMPARE_TEXT((*task)->gold_reward(), "numeric_match");
        COMPARE_TEXT((*task)->prompts()[0].answer, "72");
    }
};

PLUMB_REGISTER_TEST(TestTask)
#include "task_test.moc"
