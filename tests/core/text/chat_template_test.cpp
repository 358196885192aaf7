// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "base/files.h"
#include "test_main.h"
#include "text/chat_template.h"

using namespace plumb;
using namespace std::string_literals;

namespace {

const std::string chatml =
    "{% for m in messages %}{{ '<' + m.role + '>' + m.content }}{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}";
const std::string marked =
    "{% for m in messages %}<{{ m.role }}>{% if m.role == 'assistant' %}{% generation %}"
    "{{ m.content }}.{% endgeneration %}{% else %}{{ m.content }}{% endif %}{% endfor %}";

ChatInput chat(const std::string& messages) {
    ChatInput input;
    input.messages = *jinja::value_from_json(messages);
    return input;
}

const std::string turns =
    R"([{"role": "user", "content": "é"}, {"role": "assistant", "content": "né"},
    {"role": "user", "content": "x"}, {"role": "assistant", "content": ""}])";

void write(const std::filesystem::path& path, const std::string& text) {
    QVERIFY(write_file_atomic(path, text).ok());
}

std::string template_error(const std::string& source) {
    const auto read = ChatTemplate::read(source, "t.jinja");
    return read.ok() ? "" : read.error().message;
}

}  // namespace

class TestChatTemplate : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void messages_become_text();
    void what_is_not_supported_has_a_place();
    void a_refusal_has_a_place();
    void json_keeps_order_and_characters();
    void thoughts_have_their_older_names();
    void the_assistant_is_marked();
    void a_mask_covers_whole_tokens();
    void a_folder_has_its_template();
};

void TestChatTemplate::messages_become_text() {
    const auto read = ChatTemplate::read(chatml, "t");
    VERIFY_OK(read);
    ChatInput input = chat(R"([{"role": "user", "content": "Hi {{ x }}"}])");
    COMPARE_TEXT(read->render(input)->text, "<user>Hi {{ x }}");
    input.add_generation_prompt = true;
    COMPARE_TEXT(read->render(input)->text, "<user>Hi {{ x }}<assistant>");
    QVERIFY(!read->marks_generation());
}

void TestChatTemplate::what_is_not_supported_has_a_place() {
    COMPARE_TEXT(template_error("a\n  {% include 'x' %}"),
                 "t.jinja, line 2, column 6: the tag include is not supported");
    COMPARE_TEXT(template_error("{{ é|groupby('a') }}"),
                 "t.jinja, line 1, column 6: the filter groupby is not supported");
    COMPARE_TEXT(template_error("{{ x is strange }}"),
                 "t.jinja, line 1, column 9: the test strange is not supported");
    COMPARE_TEXT(template_error("{% for a in b recursive %}{% endfor %}"),
                 "t.jinja, line 1, column 15: recursive loops are not supported");
    COMPARE_TEXT(template_error("\n{% if a %}\n"),
                 "t.jinja, line 2, column 1: this tag has no elif or else or endif");
    COMPARE_TEXT(template_error("{% break %}"),
                 "t.jinja, line 1, column 4: break stands outside of a loop");
}

void TestChatTemplate::a_refusal_has_a_place() {
    const auto read = ChatTemplate::read(
        "{% if messages[0].role == 'system' %}\n  {{ raise_exception('no system role') }}{% endif "
        "%}",
        "t.jinja");
    VERIFY_OK(read);
    const auto rendered = read->render(chat(R"([{"role": "system", "content": ""}])"));
    QVERIFY(!rendered.ok());
    COMPARE_TEXT(rendered.error().message,
                 "t.jinja, line 2, column 6: the template refuses: no system role");
}

void TestChatTemplate::json_keeps_order_and_characters() {
    const auto read = ChatTemplate::read("{% for t in tools %}{{ t | tojson }}{% endfor %}", "t");
    VERIFY_OK(read);
    ChatInput input = chat("[]");
    input.tools = *jinja::value_from_json(R"([{"name": "é", "b": 1, "a": [true, null, 1.0]}])");
    COMPARE_TEXT(read->render(input)->text, R"({"name": "é", "b": 1, "a": [true, null, 1.0]})");
}

void TestChatTemplate::thoughts_have_their_older_names() {
    const auto read = ChatTemplate::read(
        "{% for m in messages %}{{ m.reasoning_content }}/{{ m.thinking }};{% endfor %}", "t");
    VERIFY_OK(read);
    COMPARE_TEXT(read->render(chat(R"([{"role": "a", "reasoning": "r"}, {"role": "b"},
                                       {"role": "c", "thinking": "t"}])"))
                     ->text,
                 "r/r;/;t/t;");
}

void TestChatTemplate::the_assistant_is_marked() {
    const auto read = ChatTemplate::read(marked, "t");
    VERIFY_OK(read);
    QVERIFY(read->marks_generation());
    const auto rendered = read->render(chat(turns));
    VERIFY_OK(rendered);
    COMPARE_TEXT(rendered->text, "<user>é<assistant>né.<user>x<assistant>.");
    QCOMPARE(rendered->generated.size(), 2u);
    QCOMPARE(rendered->generated[0], (std::pair<std::size_t, std::size_t>(19, 23)));
    QCOMPARE(rendered->generated[1], (std::pair<std::size_t, std::size_t>(41, 42)));
}

void TestChatTemplate::a_mask_covers_whole_tokens() {
    const auto read = ChatTemplate::read(marked, "t");
    const auto rendered = read->render(chat(turns));
    VERIFY_OK(rendered);
    const std::vector<std::string> texts = {rendered->text};
    const auto characters = make_char_tokenizer(texts, 100);
    const auto ids = characters->encode(rendered->text);
    const auto mask = assistant_mask(*rendered, ids, *characters);
    QCOMPARE(ids.size(), 40u);
    for (std::size_t i = 0; i < ids.size(); ++i)
        QCOMPARE(mask[i], (i >= 18 && i < 21) || i == 39 ? 1 : 0);
    // Bytes: of a character of two tokens the first is meant, which is where the library looks it
    // up.
    const auto bytes = make_bpe_tokenizer({}, smallest_bpe_vocabulary);
    VERIFY_OK(bytes);
    const auto byte_ids = (*bytes)->encode(rendered->text);
    QCOMPARE(byte_ids.size(), rendered->text.size());
    const auto byte_mask = assistant_mask(*rendered, byte_ids, **bytes);
    for (std::size_t i = 0; i < byte_ids.size(); ++i)
        QCOMPARE(byte_mask[i], (i >= 19 && i < 23) || i == 41 ? 1 : 0);
    // An answer cut off in the middle.
    const auto cut = assistant_mask(*rendered, {ids.begin(), ids.begin() + 19}, *characters);
    QCOMPARE(std::count(cut.begin(), cut.end(), 1), 1);
}

void TestChatTemplate::a_folder_has_its_template() {
    const TemporaryFolder folder;
    const auto load = [&] { return load_chat_template(folder.path()); };
    VERIFY_OK(load());
    QVERIFY(!*load());
    write(folder.path() / "tokenizer_config.json",
          R"({"bos_token": {"content": "<s>"}, "eos_token": "</s>", "chat_template":
              [{"name": "tool_use", "template": "no"},
               {"name": "default", "template": "{{ bos_token }}a{{ eos_token }}"}]})");
    VERIFY_OK(load());
    COMPARE_TEXT((*load())->render(chat("[]"))->text, "<s>a</s>");
    write(folder.path() / "chat_template.jinja", "{{ bos_token }}own");
    COMPARE_TEXT((*load())->render(chat("[]"))->text, "<s>own");
    write(folder.path() / "chat_template.jinja", "{% if %}");
    QVERIFY(!load().ok());
    QVERIFY(load().error().message.find("chat_template.jinja, line 1, column 7") !=
            std::string::npos);
}

PLUMB_REGISTER_TEST(TestChatTemplate)
#include "chat_template_test.moc"
