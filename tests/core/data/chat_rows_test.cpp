// SPDX-License-Identifier: GPL-3.0-or-later
// Rows with conversations, written down by the template of a model's folder.
#include "data/chat_rows.h"

#include <fstream>

#include "base/files.h"
#include "data/preferences.h"
#include "data/rows.h"
#include "data/supervised.h"
#include "test_main.h"

using namespace plumb;

namespace {

/// <user>hi|<assistant>yo| with the tools in front.
const std::string template_text =
    "{% if tools %}{{ tools | tojson }}{% endif %}{% for m in messages %}<{{ m.role }}>"
    "{% if m.role == 'assistant' %}{% generation %}{{ m.content }}|{% endgeneration %}"
    "{% else %}{{ m.content }}{{ mark }}|{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}";

const std::string question = R"([{"role": "user", "content": "hi"}])";
const std::string answered =
    R"([{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yo"}])";

void verify_message(const std::string& message, const std::string& part) {
    QVERIFY2(message.find(part) != std::string::npos, message.c_str());
}

}  // namespace

class TestChatRows : public QObject {
    Q_OBJECT

private:
    TemporaryFolder folder_;

    ChatFormat chat(const std::string& text = template_text) {
        std::ofstream(folder_.path() / "chat_template.jinja") << text;
        return ChatFormat({folder_.path()});
    }

    /// Rows of a file with these lines.
    std::vector<Row> rows(const std::string& lines) {
        const auto path = folder_.path() / "rows.jsonl";
        std::ofstream(path) << lines;
        auto read = read_rows({path.string()});
        return read.ok() ? std::move(read).value() : std::vector<Row>();
    }

private Q_SLOTS:
    void whole_conversations();
    void sharegpt_turns_are_converted();
    void prompt_and_completion();
    void a_prompt_that_the_conversation_writes_otherwise();
    void prompts_begin_an_answer();
    void pairs_with_and_without_a_prompt();
    void a_text_prompt_beside_conversations_is_not_read();
    void labelled_answers();
    void tools_keep_their_order();
    void the_template_ends_a_row();
    void only_the_assistant_is_trained_on();
    void problems_name_row_and_remedy();
};

void TestChatRows::whole_conversations() {
    const auto format = chat();
    const auto made = to_demonstrations(rows("{\"messages\": " + answered + "}"), {}, format);
    VERIFY_OK(made);
    COMPARE_TEXT((*made)[0].prompt, "");
    COMPARE_TEXT((*made)[0].completion, "<user>hi|<assistant>yo|");
    QVERIFY(!(*made)[0].ended && !(*made)[0].said);
    // In the text column too.
    const auto in_text = to_demonstrations(rows("{\"text\": " + answered + "}"), {}, format);
    VERIFY_OK(in_text);
    COMPARE_TEXT((*in_text)[0].completion, (*made)[0].completion);
    // What an evaluation samples is the last answer.
    const auto prompts = to_prompts(rows("{\"messages\": " + answered + "}"), {}, format);
    VERIFY_OK(prompts);
    COMPARE_TEXT((*prompts)[0].text, "<user>hi|<assistant>");
}

void TestChatRows::sharegpt_turns_are_converted() {
    const auto made = to_demonstrations(
        rows(
            R"({"conversations": [{"from": "system", "value": "s"}, {"from": "human", "value": "h"}, {"from": "gpt", "value": "g"}]})"),
        {}, chat());
    VERIFY_OK(made);
    COMPARE_TEXT((*made)[0].completion, "<system>s|<user>h|<assistant>g|");
}

void TestChatRows::prompt_and_completion() {
    const auto made = to_demonstrations(
        rows("{\"prompt\": " + question +
             ", \"completion\": [{\"role\": \"assistant\", \"content\": \"yo\"}]}"),
        {}, chat());
    VERIFY_OK(made);
    COMPARE_TEXT((*made)[0].prompt, "<user>hi|<assistant>");
    COMPARE_TEXT((*made)[0].completion, "yo|");
}

void TestChatRows::a_prompt_that_the_conversation_writes_otherwise() {
    const auto made = to_demonstrations(
        rows("{\"prompt\": " + question +
             ", \"completion\": [{\"role\": \"assistant\", \"content\": \"é\"}]}"),
        {},
        chat("{% for m in messages %}{{ m.content }}{% endfor %}"
             "{% if add_generation_prompt %}è{% endif %}"));
    VERIFY_OK(made);
    COMPARE_TEXT((*made)[0].prompt, "hi");  // half of a character is shared, which does not count
    COMPARE_TEXT((*made)[0].completion, "é");
}

void TestChatRows::prompts_begin_an_answer() {
    const auto format = chat();
    const auto made =
        to_prompts(rows("{\"prompt\": " + question + ", \"answer\": \"so #### 4\"}"), {}, format);
    VERIFY_OK(made);
    COMPARE_TEXT((*made)[0].text, "<user>hi|<assistant>");
    COMPARE_TEXT((*made)[0].answer, "4");
    // An answer that was begun goes on.
    const auto begun = to_prompts(rows("{\"prompt\": " + answered + "}"), {}, format);
    VERIFY_OK(begun);
    COMPARE_TEXT((*begun)[0].text, "<user>hi|<assistant>yo");
}

void TestChatRows::pairs_with_and_without_a_prompt() {
    const std::string other =
        R"([{"role": "user", "content": "hi"}, {"role": "assistant", "content": "no"}])";
    const auto format = chat();
    const auto implicit = to_preferences(
        rows("{\"chosen\": " + answered + ", \"rejected\": " + other + "}"), {}, format);
    VERIFY_OK(implicit);
    const auto explicit_form = to_preferences(
        rows("{\"prompt\": " + question +
             ", \"chosen\": [{\"role\": \"assistant\", \"content\": \"yo\"}], \"rejected\": "
             "[{\"role\": \"assistant\", \"content\": \"no\"}], \"margin\": 2}"),
        {}, format);
    VERIFY_OK(explicit_form);
    for (const auto* pairs : {&*implicit, &*explicit_form}) {
        const Preference& pair = pairs->front();
        COMPARE_TEXT(pair.prompt, "<user>hi|<assistant>");
        COMPARE_TEXT(pair.chosen, "yo|");
        COMPARE_TEXT(pair.rejected, "no|");
        QVERIFY(!pair.chosen_ended && !pair.rejected_ended);
    }
    QCOMPARE(*(*explicit_form)[0].margin, 2.0);
}

void TestChatRows::a_text_prompt_beside_conversations_is_not_read() {
    const std::string other =
        R"([{"role": "user", "content": "hi"}, {"role": "assistant", "content": "no"}])";
    const auto pairs = to_preferences(
        rows("{\"prompt\": \"hi\", \"chosen\": " + answered + ", \"rejected\": " + other + "}"), {},
        chat());
    VERIFY_OK(pairs);
    COMPARE_TEXT((*pairs)[0].prompt, "<user>hi|<assistant>");
    COMPARE_TEXT((*pairs)[0].rejected, "no|");
}

void TestChatRows::labelled_answers() {
    const auto line = [](const char* text, const char* label) {
        return "{\"prompt\": " + question + ", \"completion\": [{\"role\": \"assistant\", " +
               "\"content\": \"" + text + "\"}], \"label\": " + label + "}\n";
    };
    const auto pairs = to_preferences(rows(line("yo", "true") + line("no", "false")), {}, chat());
    VERIFY_OK(pairs);
    QCOMPARE(pairs->size(), 1u);
    COMPARE_TEXT((*pairs)[0].chosen, "yo|");
    COMPARE_TEXT((*pairs)[0].rejected, "no|");
    QVERIFY(!(*pairs)[0].chosen_ended && !(*pairs)[0].rejected_ended);
}

void TestChatRows::tools_keep_their_order() {
    const auto format = chat();
    const auto made = to_prompts(rows("{\"prompt\": " + question +
                                      ", \"tools\": [{\"name\": \"b\", \"a\": 1}], "
                                      "\"chat_template_kwargs\": {\"mark\": \"!\"}}"),
                                 {}, format);
    VERIFY_OK(made);
    COMPARE_TEXT((*made)[0].text, R"([{"name": "b", "a": 1}]<user>hi!|<assistant>)");
}

void TestChatRows::the_template_ends_a_row() {
    const std::vector<std::string> texts = {"<>|useratnhyo"};
    const auto tokenizer = make_char_tokenizer(texts, 100);
    const auto made = to_demonstrations(rows("{\"messages\": " + answered + "}"), {}, chat());
    VERIFY_OK(made);
    const auto row = tokenize_demonstration((*made)[0], *tokenizer, {});
    QVERIFY(row.ids.back() != *tokenizer->special().eos);
    Demonstration plain = (*made)[0];
    plain.ended = true;
    QCOMPARE(tokenize_demonstration(plain, *tokenizer, {}).ids.size(), row.ids.size() + 1);
}

void TestChatRows::only_the_assistant_is_trained_on() {
    Settings settings;
    settings.assistant_only_loss = true;
    const auto made = to_demonstrations(rows("{\"messages\": " + answered + "}"), settings, chat());
    VERIFY_OK(made);
    const std::vector<std::string> texts = {(*made)[0].completion};
    const auto tokenizer = make_char_tokenizer(texts, 100);
    const auto row = tokenize_demonstration((*made)[0], *tokenizer, {});
    std::string trained;
    for (std::size_t i = 0; i < row.ids.size(); ++i)
        if (row.labels[i] != ignored_label) trained += tokenizer->token(row.ids[i]);
    COMPARE_TEXT(trained, "yo|");
    const auto plain = to_demonstrations(rows("{\"text\": \"a\"}"), settings, chat());
    QVERIFY(!plain.ok());
    verify_message(plain.error().message, "holds no conversation, but assistant_only_loss is true");
    const auto unmarked = to_demonstrations(rows("{\"messages\": " + answered + "}"), settings,
                                            chat("{{ messages }}"));
    QVERIFY(!unmarked.ok());
    verify_message(unmarked.error().message, "has no {% generation %} block");
}

void TestChatRows::problems_name_row_and_remedy() {
    const std::string line = "{\"messages\": " + answered + "}\n";
    const auto error_of = [&](const std::string& lines, const ChatFormat& format) {
        const auto made = to_demonstrations(rows(lines), {}, format);
        return made.ok() ? std::string() : made.error().message;
    };
    verify_message(error_of(line, ChatFormat()),
                   "rows.jsonl, line 1 holds a conversation, and the "
                   "model has no chat template");
    const auto format = chat();
    verify_message(error_of(line + "{\"messages\": \"text\"}", format),
                   "line 2: column messages must hold chat turns, not text");
    verify_message(error_of(line + "{\"text\": \"text\"}", format),
                   "line 2 has no column messages");
    verify_message(error_of("{\"text\": \"a\"}\n{\"text\": " + answered + "}", format),
                   "line 2: column text must hold text, not ");
    verify_message(error_of("{\"messages\": [{\"role\": \"user\"}, {\"content\": \"a\"}]}", format),
                   "line 1: column messages, turn 2 has no role");
    verify_message(error_of("{\"messages\": [{\"role\": \"user\", \"content\": 5}]}", format),
                   "turn 1 has a content that is no text");
    verify_message(
        error_of("{\"messages\": [{\"role\": \"user\"}]}", chat("{{ raise_exception('no') }}")),
        "chat_template.jinja, line 1, column 4: the template refuses: no");
    verify_message(error_of(line, chat("{% if %}")), "chat_template.jinja, line 1, column 7");
    const auto prompts =
        to_prompts(rows(R"({"messages": [{"role": "assistant", "content": "a"}]})"), {}, chat());
    QVERIFY(!prompts.ok());
    verify_message(prompts.error().message, "there is no prompt");
}

PLUMB_REGISTER_TEST(TestChatRows)
#include "chat_rows_test.moc"
