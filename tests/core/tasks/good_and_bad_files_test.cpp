// SPDX-License-Identifier: GPL-3.0-or-later
// Reward models from files of good and bad texts, and own prompts whose pairs a run samples.
#include <fstream>
#include <set>

#include "config/validation.h"
#include "tasks/data_pairs.h"
#include "tasks/task.h"
#include "test_main.h"

using namespace plumb;

namespace {

std::string write(const TemporaryFolder& folder, const std::string& name, const std::string& text) {
    const auto path = folder.path() / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
}

/// "good 0" to "good N-1", a line each.
std::string numbered(const std::string& word, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += word + " " + std::to_string(i) + "\n";
    return text;
}

Settings two_files(const TemporaryFolder& folder, int good, int bad) {
    Settings settings;
    settings.task = "data";
    settings.algorithm = "reward";
    settings.model_name_or_path = "base";
    settings.good_files = {write(folder, "good.txt", numbered("good", good))};
    settings.bad_files = {write(folder, "bad.txt", numbered("bad", bad))};
    settings.eval_prompts = 10;
    return settings;
}

struct Sides {
    std::set<std::string> good, bad;
};

Sides sides_of(const std::vector<Preference>& pairs) {
    Sides sides;
    for (const Preference& pair : pairs) {
        sides.good.insert(pair.chosen);
        sides.bad.insert(pair.rejected);
    }
    return sides;
}

std::string error_of(const Settings& settings) {
    const auto task = make_task(settings, false);
    return task.ok() ? "no error" : task.error().message;
}

void verify_said(const std::string& message, const std::vector<std::string>& parts) {
    for (const std::string& part : parts)
        QVERIFY2(message.find(part) != std::string::npos, (part + " in: " + message).c_str());
}

}  // namespace

class TestGoodAndBadFiles : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void held_out_texts_of_both_files_are_not_trained_on() {
        const TemporaryFolder folder;
        Settings settings = two_files(folder, 100, 80);
        VERIFY_OK(validate(settings));
        const auto task = make_task(settings, false);
        VERIFY_OK(task);
        const auto training = sides_of((*task)->pairs()), held_out = sides_of((*task)->eval_pairs());
        QCOMPARE((*task)->rows(), 90);
        QCOMPARE((*task)->eval_pairs().size(), std::size_t{10});
        QCOMPARE(training.good.size(), std::size_t{90});
        QCOMPARE(training.bad.size(), std::size_t{70});
        for (const auto& text : held_out.good) QVERIFY(!training.good.contains(text));
        for (const auto& text : held_out.bad) QVERIFY(!training.bad.contains(text));
        for (const auto& text : held_out.good) QVERIFY(text.starts_with("good"));
        for (const auto& text : held_out.bad) QVERIFY(text.starts_with("bad"));
        QVERIFY((*task)->sides_are_free());
        QVERIFY((*task)->prompts().empty() && (*task)->eval_prompts().empty());
        QVERIFY(!(*task)->has_answers() && !(*task)->has_demonstrations());

        settings.seed = 7;
        const auto again = make_task(settings, false);
        VERIFY_OK(again);
        QVERIFY(sides_of((*again)->eval_pairs()).good == held_out.good);
        QVERIFY(sides_of((*again)->eval_pairs()).bad == held_out.bad);
    }

    void held_out_pairs_do_not_follow_the_order_of_the_files() {
        const TemporaryFolder folder;
        const auto task = make_task(two_files(folder, 100, 100), false);
        VERIFY_OK(task);
        // Both files have the same count, so the same line numbers are held out.
        int same_line = 0;
        for (const Preference& pair : (*task)->eval_pairs())
            same_line += pair.chosen.substr(5) == pair.rejected.substr(4);
        QVERIFY2(same_line < 5, std::to_string(same_line).c_str());
    }

    void at_most_a_fifth_is_held_out_and_none_where_none_is_wanted() {
        const TemporaryFolder folder;
        Settings settings = two_files(folder, 10, 40);
        const auto task = make_task(settings, false);
        VERIFY_OK(task);
        const auto held_out = sides_of((*task)->eval_pairs());
        QCOMPARE(held_out.good.size(), std::size_t{2});
        QCOMPARE(held_out.bad.size(), std::size_t{8});
        QCOMPARE((*task)->rows(), 32);
        settings.eval_prompts = 0;
        const auto all = make_task(settings, false);
        VERIFY_OK(all);
        QCOMPARE((*all)->rows(), 40);
        QVERIFY((*all)->eval_pairs().empty());
    }

    void several_files_and_columns_of_jsonl_are_read() {
        const TemporaryFolder folder;
        Settings settings = two_files(folder, 10, 10);
        settings.dataset_text_field = "review";
        settings.good_files.push_back(
            write(folder, "more.jsonl", "{\"review\": \"superb\"}\n{\"review\": \"lovely\"}\n"));
        settings.eval_prompts = 0;
        const auto task = make_task(settings, false);
        VERIFY_OK(task);
        QVERIFY(sides_of((*task)->pairs()).good.contains("lovely"));
        settings.bad_files = {write(folder, "bad.jsonl", "{\"text\": \"dull\"}\n")};
        verify_said(error_of(settings), {"bad.jsonl, line 1 has no column review"});
    }

    void a_reward_model_of_a_run_is_made_from_them() {
        const TemporaryFolder folder;
        Settings settings = two_files(folder, 30, 30);
        settings.algorithm = "ppo";
        settings.train_files = {write(folder, "prompts.txt", numbered("the film", 20))};
        settings.eval_prompts = 4;
        VERIFY_OK(validate(settings));
        const auto task = make_task(settings, false);
        VERIFY_OK(task);
        QCOMPARE((*task)->rows(), 16);
        QCOMPARE((*task)->pairs().size(), std::size_t{26});
        QCOMPARE((*task)->eval_pairs().size(), std::size_t{4});
        QVERIFY((*task)->sides_are_free());
        settings.reward_model = "there is one";
        const auto given = make_task(settings, false);
        VERIFY_OK(given);
        QVERIFY((*given)->pairs().empty() && !(*given)->sides_are_free());
    }

    void what_is_wrong_with_the_files_is_told() {
        const TemporaryFolder folder;
        const Settings sound = two_files(folder, 10, 10);
        Settings settings = sound;
        settings.bad_files = {(folder.path() / "nothing.txt").string()};
        verify_said(error_of(settings), {"cannot open", "nothing.txt"});
        settings.bad_files = {write(folder, "empty.txt", "\n  \n")};
        verify_said(error_of(settings), {"empty.txt is empty", "at least one row"});
        settings.bad_files = {write(folder, "same.txt", "bad\nworse\ngood 3 \nworst\n")};
        verify_said(error_of(settings), {"good.txt, line 4 and ", "same.txt, line 3 hold the same"});
        settings.bad_files = {write(folder, "one.txt", "bad\nbad\n")};
        verify_said(error_of(settings), {"one.txt has a single text", "eval_prompts"});
        settings.eval_prompts = 0;
        VERIFY_OK(make_task(settings, false));
    }

    void own_prompts_are_read_where_rewards_label_the_pairs() {
        const TemporaryFolder folder;
        Settings settings;
        settings.task = "data";
        settings.algorithm = "dpo";
        settings.model_name_or_path = "base";
        settings.train_files = {write(folder, "prompts.txt", numbered("the film was so", 20))};
        settings.prompt_length = 8;
        settings.eval_prompts = 4;
        verify_said(error_of(settings), {"prompts.txt, line 1 has no column chosen"});
        settings.reward_funcs = {"ended"};
        VERIFY_OK(validate(settings));
        const auto task = make_task(settings, false);
        VERIFY_OK(task);
        QCOMPARE((*task)->rows(), 16);
        QVERIFY((*task)->pairs().empty());
        COMPARE_TEXT((*task)->train_prompt(0).text, "the film");
        QCOMPARE((*task)->eval_prompts().size(), std::size_t{4});
        // With a learned reward the run makes its model too.
        settings.reward_funcs = {"reward_model"};
        verify_said(error_of(settings), {"preference_files", "good_files"});
        const Settings texts = two_files(folder, 10, 10);
        settings.good_files = texts.good_files;
        settings.bad_files = texts.bad_files;
        const auto learned = make_task(settings, false);
        VERIFY_OK(learned);
        QVERIFY(!(*learned)->pairs().empty());
        COMPARE_TEXT((*learned)->train_prompt(0).text, "the film");
    }

    void the_real_sentences_have_no_text_of_both_kinds() {
        const auto data = shared_folder("data/rt-polarity");
        if (data.empty()) QSKIP("the real data sets are not here");
        Settings settings;
        settings.good_files = {(data / "rt-polarity.pos").string()};
        settings.bad_files = {(data / "rt-polarity.neg").string()};
        settings.eval_prompts = 500;
        const auto pairs = read_good_and_bad(settings);
        VERIFY_OK(pairs);
        QCOMPARE(pairs->training.size(), std::size_t{4831});
        QCOMPARE(pairs->held_out.size(), std::size_t{500});
    }
};

PLUMB_REGISTER_TEST(TestGoodAndBadFiles)
#include "good_and_bad_files_test.moc"
