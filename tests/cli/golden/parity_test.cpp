// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstring>

#include "../cli_process.h"
#include "base/files.h"

/// The parts of the reference data that this program reproduces.
class TestParity : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        if (shared_folder("golden").empty())
            QSKIP(
                "the reference data is not there; set PLUMBLINE_SHARED to the folder with golden/");
    }

    void supported_parts_pass_data() {
        QTest::addColumn<QString>("part");
        QTest::addColumn<int>("fewest");
        const auto add = [](const char* part, int fewest) {
            QTest::newRow(part) << QString(part) << fewest;
        };
        for (const char* part : {"data/packing",
                                 "data/extract_prompt",
                                 "data/rewards",
                                 "losses/sft",
                                 "losses/reward",
                                 "losses/dpo",
                                 "losses/ppo",
                                 "losses/grpo",
                                 "models/llama",
                                 "models/llama_tied_rope3",
                                 "train/sft",
                                 "train/sft_completion_only",
                                 "train/sft_dft",
                                 "train/sft_text_schedule",
                                 "train/dpo",
                                 "train/dpo_ipo",
                                 "train/dpo_sigmoid_sft",
                                 "train/ppo",
                                 "train/grpo_dapo",
                                 "train/grpo_gspo_accum",
                                 "train/grpo_kl_mu2"})
            add(part, 3);
        add("train/reward", 2);
        for (const char* part : {"models/llama_reward", "models/llama_value"}) add(part, 1);
    }

    void supported_parts_pass() {
        QFETCH(QString, part);
        QFETCH(int, fewest);
        const CliResult result = parity({"--only", part});
        COMPARE_CODE(result, 0);
        const QList<QByteArray> lines = result.out.trimmed().split('\n');
        for (qsizetype i = 0; i + 1 < lines.size(); ++i)
            QVERIFY2(lines[i].startsWith("pass  " + part.toUtf8()), lines[i].constData());
        const qsizetype cases = lines.size() - 1;
        QVERIFY(cases >= fewest);
        QCOMPARE(lines.last(), QByteArray::number(cases) + " passed, 0 failed");
    }

    void tokenizers_agree_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"gpt2_bytelevel", "llama3_split", "qwen_nfc",
                                 "llama2_bytefallback", "llama2_metaspace"})
            QTest::newRow(name) << QString(name);
    }

    void tokenizers_agree() {
        QFETCH(QString, name);
        const CliResult result = parity({"--only", "tokenizers/" + name});
        const auto passed = "pass  tokenizers/" + name.toUtf8() + "/";
        for (const char* part : {"vocab_size", "ids", "with_special", "decoded", "random_decodes"})
            VERIFY_HOLDS(result.out, passed + part);
        // Chats need templates.
        const auto lines = result.out.trimmed().split('\n');
        for (const auto& line : lines)
            if (line.startsWith("FAIL")) VERIFY_HOLDS(line, "/chat ");
    }

    void published_vocabularies_agree() {
        const CliResult result = run_cli(
            {"parity", text_of(shared_folder("golden").parent_path()), "--only", "tokenizers"},
            home_.path());
        COMPARE_CODE(result, 0);
        for (const char* name : {"gpt-2", "starcoder", "llama-spm"})
            VERIFY_HOLDS(result.out, "pass  tokenizers/" + QByteArray(name) + "/published");
    }

    void part_that_is_not_supported_fails_by_name() {
        TemporaryFolder copy;
        const std::filesystem::path losses = copy.path() / "losses";
        std::filesystem::create_directory(losses);
        for (const char* name : {"sft.json", "sft.safetensors"})
            std::filesystem::copy_file(shared_folder("golden/losses") / name, losses / name);
        VERIFY_OK(plumb::write_file_atomic(losses / "later.json", "{}"));
        const CliResult result = run_cli({"parity", text_of(copy.path())}, home_.path());
        COMPARE_CODE(result, 1);
        VERIFY_HOLDS(result.out, "FAIL  losses/later");
        VERIFY_HOLDS(result.out, "not supported yet");
        VERIFY_HOLDS(result.out, "pass  losses/sft/nll");
        QVERIFY(result.out.trimmed().endsWith(" passed, 1 failed"));
    }

    void part_that_is_not_there_is_wrong_use() {
        const CliResult result = parity({"--only", "losses/grop"});
        COMPARE_CODE(result, 2);
        VERIFY_HOLDS(result.err, "did you mean losses/grpo?");
        QVERIFY(result.out.isEmpty());
    }

    void wrong_reference_fails_data() {
        QTest::addColumn<QByteArray>("stem");
        QTest::addColumn<QByteArray>("old_text");
        QTest::addColumn<QByteArray>("new_text");
        QTest::addColumn<QByteArray>("said");
        const auto row = [](const char* name, const char* stem, const char* old_text,
                            const char* new_text, const char* said) {
            QTest::newRow(name) << QByteArray(stem) << QByteArray(old_text) << QByteArray(new_text)
                                << QByteArray(said);
        };
        row("loss", "sft", "\"loss\": ", "\"loss\": 1", "loss is");
        row("metric", "sft", "\"num_tokens\": ", "\"num_tokens\": 1", "num_tokens is");
        row("unknown key", "sft", "\"loss_type\"", "\"smoothing\": 0.1, \"loss_type\"",
            "not supported yet: smoothing");
        row("unknown metric", "sft", "\"entropy\"", "\"perplexity\"",
            "not supported yet: metric perplexity");
        row("unknown kind of loss", "sft", "\"loss_type\": \"", "\"loss_type\": \"x",
            "not supported yet: ");
        row("reward: loss", "reward", "\"loss\": ", "\"loss\": 1", "loss is");
        row("reward: metric", "reward", "\"accuracy\": ", "\"accuracy\": 1", "accuracy is");
        row("reward: unknown key", "reward", "\"uses_margin\"", "\"scale\": 1, \"uses_margin\"",
            "not supported yet: scale");
        row("dpo: loss", "dpo", "\"loss\": ", "\"loss\": 1", "loss is");
        row("dpo: metric", "dpo", "\"rewards/margins\": ", "\"rewards/margins\": 1",
            "rewards/margins is");
        row("dpo: unknown key", "dpo", "\"loss\": ", "\"reference_free\": true, \"loss\": ",
            "not supported yet: reference_free");
        row("ppo: loss", "ppo", "\"value_loss\": ", "\"value_loss\": 1", "value_loss is");
        row("ppo: objective", "ppo", "\"objective/entropy\": ", "\"objective/entropy\": 1",
            "objective/entropy is");
        row("ppo: unknown estimator", "ppo", "\"kl_estimator\": \"k", "\"kl_estimator\": \"x",
            "not supported yet: kl_estimator x");
    }

    void wrong_reference_fails() {
        QFETCH(QByteArray, stem);
        QFETCH(QByteArray, old_text);
        QFETCH(QByteArray, new_text);
        QFETCH(QByteArray, said);
        namespace fs = std::filesystem;
        TemporaryFolder copy;
        const fs::path losses = copy.path() / "losses", folder = shared_folder("golden/losses");
        fs::create_directory(losses);
        const std::string json_name = stem.toStdString() + ".json";
        const auto text = plumb::read_file(folder / json_name);
        VERIFY_OK(text);
        QByteArray changed(text->data(), static_cast<qsizetype>(text->size()));
        QVERIFY(changed.contains(old_text));
        changed.replace(old_text, new_text);
        VERIFY_OK(plumb::write_file_atomic(losses / json_name, changed.toStdString()));
        const std::string tensors_name = stem.toStdString() + ".safetensors";
        if (fs::exists(folder / tensors_name))
            fs::copy_file(folder / tensors_name, losses / tensors_name);
        const CliResult result = run_cli({"parity", text_of(copy.path())}, home_.path());
        COMPARE_CODE(result, 1);
        VERIFY_HOLDS(result.out, said);
        // The change is in every case.
        QCOMPARE(result.out.count("FAIL  "), changed.count("\"name\": "));
    }

    void wrong_data_fails_data() {
        QTest::addColumn<QByteArray>("stem");
        QTest::addColumn<QByteArray>("old_text");
        QTest::addColumn<QByteArray>("new_text");
        QTest::addColumn<QByteArray>("said");
        const auto row = [](const char* name, const char* stem, const char* old_text,
                            const char* new_text, const char* said) {
            QTest::newRow(name) << QByteArray(stem) << QByteArray(old_text) << QByteArray(new_text)
                                << QByteArray(said);
        };
        row("packing: tokens", "packing", "305", "306", "");
        row("packing: strategy", "packing", "\"bfd\"", "\"ffd\"",
            "not supported yet: strategy ffd");
        row("prompt: split", "extract_prompt", "\"prompt\": \"", "\"prompt\": \"x", "prompt is ");
        row("rewards: value", "rewards", "-0.25", "-0.2501", "completion 4 is -0.25");
        row("rewards: unknown rule", "rewards", "\"think_format\"", "\"cosine\"",
            "FAIL  data/rewards/cosine");
        row("not JSON", "rewards", "{", "[", "FAIL  data/rewards ");
    }

    void wrong_data_fails() {
        QFETCH(QByteArray, stem);
        QFETCH(QByteArray, old_text);
        QFETCH(QByteArray, new_text);
        QFETCH(QByteArray, said);
        TemporaryFolder copy;
        const std::string name = stem.toStdString() + ".json";
        std::filesystem::create_directory(copy.path() / "data");
        const auto text = plumb::read_file(shared_folder("golden/data") / name);
        VERIFY_OK(text);
        QByteArray changed(text->data(), static_cast<qsizetype>(text->size()));
        QVERIFY(changed.contains(old_text));
        // Where the first one is input, the expected output stays as it was.
        const qsizetype at = said.isEmpty() ? changed.indexOf(old_text) : -1;
        if (at >= 0)
            changed.replace(at, old_text.size(), new_text);
        else
            changed.replace(old_text, new_text);
        VERIFY_OK(plumb::write_file_atomic(copy.path() / "data" / name, changed.toStdString()));
        const CliResult result = run_cli({"parity", text_of(copy.path())}, home_.path());
        COMPARE_CODE(result, 1);
        VERIFY_HOLDS(result.out, "FAIL  data/" + stem);
        VERIFY_HOLDS(result.out, said);
    }

    void wrong_run_fails_data() {
        QTest::addColumn<QByteArray>("part");
        QTest::addColumn<QByteArray>("old_text");
        QTest::addColumn<QByteArray>("new_text");
        QTest::addColumn<QByteArray>("said");
        const auto row = [](const char* name, const char* part, const char* old_text,
                            const char* new_text, const char* said) {
            QTest::newRow(name) << QByteArray(part) << QByteArray(old_text) << QByteArray(new_text)
                                << QByteArray(said);
        };
        row("dpo: loss", "dpo", "\"loss\": ", "\"loss\": 1", "loss is");
        row("dpo: norm of the gradient", "dpo", "\"grad_norm\": ", "\"grad_norm\": 1",
            "grad_norm is");
        row("dpo: logits", "dpo", "\"logits/chosen\": ", "\"logits/chosen\": 1",
            "logits/chosen is");
        row("dpo: final weights", "dpo", "\"norm\": ", "\"norm\": 1", "lm_head.weight");
        row("dpo: token", "dpo", "\"chosen_ids\": [\n", "\"chosen_ids\": [\n 1,", " is ");
        row("dpo: unknown key", "dpo",
            "\"bf16\": ", "\"padding_free\": true, \"bf16\": ", "not supported yet: padding_free");
        row("reward: margin", "reward", "\"margin\": ", "\"margin\": 1", "margin is");
        row("reward: accuracy", "reward", "\"accuracy\": 0.5", "\"accuracy\": 0.75", "accuracy is");
        row("reward: final weights", "reward", "\"norm\": ", "\"norm\": 1", "embed_tokens.weight");
        row("ppo: value loss", "ppo", "\"value_loss\": ", "\"value_loss\": 1", "value_loss is");
        row("ppo: ratio", "ppo", "\"ratio_mean\": ", "\"ratio_mean\": 1", "ratio_mean is");
        row("ppo: final weights", "ppo", "\"norm\": ", "\"norm\": 1", "lm_head.weight");
    }

    void wrong_run_fails() {
        QFETCH(QByteArray, part);
        QFETCH(QByteArray, old_text);
        QFETCH(QByteArray, new_text);
        QFETCH(QByteArray, said);
        namespace fs = std::filesystem;
        TemporaryFolder copy;
        for (const char* model : {"llama", "llama_reward", "llama_value"}) {
            fs::create_directories(copy.path() / "models");
            fs::create_directory_symlink(shared_folder("golden/models") / model,
                                         copy.path() / "models" / model);
        }
        const fs::path folder = copy.path() / "train" / part.toStdString();
        fs::create_directories(folder);
        for (const auto& entry :
             fs::directory_iterator(shared_folder("golden/train") / part.toStdString()))
            fs::copy_file(entry.path(), folder / entry.path().filename());
        const auto text = plumb::read_file(folder / "trajectory.json");
        VERIFY_OK(text);
        QByteArray changed(text->data(), static_cast<qsizetype>(text->size()));
        const qsizetype at = changed.indexOf(old_text);
        QVERIFY(at >= 0);
        changed.replace(at, old_text.size(), new_text);
        fs::remove(folder / "trajectory.json");
        VERIFY_OK(plumb::write_file_atomic(folder / "trajectory.json", changed.toStdString()));
        const QString only = "train/" + QString(part);
        const CliResult result =
            run_cli({"parity", text_of(copy.path()), "--only", only}, home_.path(), 240000);
        COMPARE_CODE(result, 1);
        VERIFY_HOLDS(result.out, "FAIL  train/" + part);
        VERIFY_HOLDS(result.out, said);
    }

    void wrong_scores_fail() {
        namespace fs = std::filesystem;
        TemporaryFolder copy;
        const fs::path folder = copy.path() / "models" / "llama_reward";
        fs::create_directories(folder);
        for (const auto& entry :
             fs::directory_iterator(shared_folder("golden/models/llama_reward")))
            fs::copy_file(entry.path(), folder / entry.path().filename());
        const fs::path file = folder / "reference.safetensors";
        auto content = plumb::read_file(file);
        VERIFY_OK(content);
        const float wrong = 12.5f;
        std::memcpy(content->data() + content->size() - sizeof wrong, &wrong, sizeof wrong);
        fs::remove(file);
        VERIFY_OK(plumb::write_file_atomic(file, *content));
        const CliResult result = run_cli({"parity", text_of(copy.path())}, home_.path());
        COMPARE_CODE(result, 1);
        VERIFY_HOLDS(result.out, "FAIL  models/llama_reward/score");
        VERIFY_HOLDS(result.out, "(score)");
    }

    void lines_are_json() {
        const CliResult result = parity({"--only", "losses/sft", "--json"});
        COMPARE_CODE(result, 0);
        const auto lines = json_lines(result.out);
        QVERIFY(lines.size() >= 2);
        QCOMPARE(lines[0]["event"].toString(), QString("parity"));
        QVERIFY(lines[0]["metrics"]["largest_error"].isDouble());
        QCOMPARE(lines.back()["failed"].toInt(-1), 0);
    }

private:
    CliResult parity(QStringList arguments) {
        arguments.prepend(text_of(shared_folder("golden")));
        arguments.prepend("parity");
        return run_cli(arguments, home_.path(), 240000);
    }

    TemporaryFolder home_;
};

PLUMB_REGISTER_TEST(TestParity)
#include "parity_test.moc"
