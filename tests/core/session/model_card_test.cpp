// SPDX-License-Identifier: GPL-3.0-or-later
// The card of an exported model: what it tells of a run, of its parents and of a plain folder.
#include "session/model_export.h"
#include "session/model_info.h"
#include "small_run.h"

using namespace plumb;
namespace fs = std::filesystem;

namespace {

std::string exported(SmallSession& session, const std::string& model, const std::string& name,
                     ExportForm form = ExportForm::whole) {
    const fs::path target = session.folder() / name;
    const Status done = export_model(model, session->workspace(), target, form);
    if (!done) return done.error().message;  // which the test then shows
    const auto card = read_file(target / "README.md");
    return card.ok() ? *card : card.error().message;
}

void verify_has(const std::string& card, const std::string& text) {
    QVERIFY2(card.find(text) != std::string::npos, (text + " is not in:\n" + card).c_str());
}

void verify_lacks(const std::string& card, const std::string& text) {
    QVERIFY2(card.find(text) == std::string::npos, (text + " is in:\n" + card).c_str());
}

}  // namespace

class TestModelCard : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_card_of_a_run_tells_where_it_comes_from() {
        SmallSession session;
        const RunId first = session.run(small_grpo(), "first");
        Settings settings = small_grpo();
        settings.model_name_or_path = "first@4";
        settings.learning_rate = 1.25e-3;
        const auto second =
            session->start(settings, "second", {{2, "learning_rate", "0.0005", "it was too fast"}});
        VERIFY_OK(second);
        QVERIFY(session.until_end().state == RunState::finished);

        const std::string card = exported(session, "second", "poet");
        QVERIFY(card.starts_with("---\nlibrary_name: transformers\n"));
        for (const char* text : {"pipeline_tag: text-generation",
                                 "- plumbline",
                                 "- grpo",
                                 "# poet",
                                 "## Parents",
                                 "| starting model | run 1, first, step 4 | GRPO on arithmetic |",
                                 "the supervised start",
                                 "## Data",
                                 "The built-in task `arithmetic`",
                                 "## Settings",
                                 "| `learning_rate` | `0.00125` | `3e-04` |",
                                 "## Edits during the run",
                                 "it was too fast",
                                 "## Curves",
                                 "![Curves](curves.svg)",
                                 "step 8",
                                 "## Evaluation",
                                 "eval/",
                                 "## Failure modes",
                                 "AutoModelForCausalLM.from_pretrained(\"poet\")"})
            verify_has(card, text);
        verify_lacks(card, session.folder().string());
        const auto curves = read_file(session.folder() / "poet/curves.svg");
        VERIFY_OK(curves);
        QVERIFY(curves->find("<svg") != std::string::npos);
        QCOMPARE(first, 1);
    }

    void a_checkpoint_tells_nothing_of_later_steps() {
        SmallSession session;
        session.run(small_grpo(), "run");
        const std::string card = exported(session, "run@4", "early");
        verify_has(card, "run 1, run, step 4");
        verify_lacks(card, "step 8 |");
        const std::string start = exported(session, "run@start", "start");
        verify_has(start, "It was not trained by that run");
        verify_lacks(start, "## Curves");
    }

    void an_adapter_names_its_base() {
        SmallSession session;
        const std::string base_card = [&] {
            session.run(small_grpo(), "plain");
            return exported(session, "plain", "tiny-base");
        }();
        Settings settings = small_grpo();
        settings.model_name_or_path = (session.folder() / "tiny-base").string();
        settings.use_peft = true;
        settings.lora_r = 4;
        session.run(settings, "adapted");
        const std::string adapter = exported(session, "adapted", "small", ExportForm::adapter);
        for (const char* text :
             {"library_name: peft", "base_model: \"tiny-base\"", "base_model_relation: adapter",
              "- lora", "PeftModel", "| starting model | tiny-base |"})
            verify_has(adapter, text);
        verify_lacks(adapter, session.folder().string());
        const std::string whole = exported(session, "adapted", "whole");
        verify_has(whole, "base_model_relation: finetune");
        verify_lacks(whole, "PeftModel");

        const auto info = describe_model((session.folder() / "small").string(), {});
        VERIFY_OK(info);
        QVERIFY(info->adapter.has_value());
        QCOMPARE(info->adapter->rank, 4);
        QVERIFY(info->tokens > 0 && info->lora_bytes < info->training_bytes);
    }

    void a_folder_that_is_no_runs_has_a_short_card() {
        SmallSession session;
        session.run(small_grpo(), "run");
        exported(session, "run", "plain");
        const std::string card = exported(session, (session.folder() / "plain").string(), "again");
        verify_has(card, "no run is known");
        verify_has(card, "## Loading it");
        verify_lacks(card, "## Settings");
        QVERIFY(!fs::exists(session.folder() / "again/curves.svg"));
    }

    void a_failed_export_leaves_nothing() {
        SmallSession session;
        session.run(small_grpo(), "run");
        QVERIFY(
            !export_model("run", session->workspace(), session.folder() / "no", ExportForm::adapter)
                 .ok());
        for (const auto& entry : fs::directory_iterator(session.folder()))
            QVERIFY(!entry.path().filename().string().starts_with("no"));
    }

    void tokens_of_a_text() {
        SmallSession session;
        session.run(small_grpo(), "run");
        exported(session, "run", "plain");
        const auto tokens = cut_into_tokens(session.folder() / "plain", "1+2=");
        VERIFY_OK(tokens);
        QCOMPARE(tokens->size(), std::size_t{4});
        QVERIFY(!cut_into_tokens(session.folder() / "nothing", "1").ok());
    }
};

PLUMB_REGISTER_TEST(TestModelCard)
#include "model_card_test.moc"
