// SPDX-License-Identifier: GPL-3.0-or-later
// Templates that would take for ever, all of the memory or all of the stack.
#include "test_main.h"
#include "text/chat_template.h"

using namespace plumb;

namespace {

std::string repeated(const std::string& text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

/// The message of the error that the template ends with; empty: it ends with none.
std::string error_of(const std::string& source) {
    const auto read = ChatTemplate::read(source, "hostile");
    if (!read.ok()) return read.error().message;
    ChatInput input;
    input.messages = *jinja::value_from_json("[]");
    const auto rendered = read->render(input);
    return rendered.ok() ? "" : rendered.error().message;
}

void check_error(const std::string& source, const char* expected) {
    const std::string message = error_of(source);
    QVERIFY2(message.find(expected) != std::string::npos,
             (source.substr(0, 100) + ": " + message).c_str());
}

/// A namespace whose member s is set again and again.
std::string grown(const std::string& first, const std::string& step, const std::string& then) {
    return "{% set ns = namespace(s=" + first +
           ") %}{% for i in range(100) %}{% set ns.s = " + step + " %}{% endfor %}" + then;
}

}  // namespace

class TestJinjaLimits : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void endless_work_ends();
    void texts_and_lists_stop_growing();
    void shared_parts_are_not_walked_for_ever();
    void nesting_is_limited();
    void searching_takes_linear_time();
    void numbers_at_the_edge();
};

void TestJinjaLimits::endless_work_ends() {
    const std::string loop = "{% for i in range(100000) %}";
    check_error(repeated(loop, 3) + repeated("{% endfor %}", 3), "too many steps");
    check_error(repeated(loop, 2) + repeated("x", 100) + repeated("{% endfor %}", 2),
                "grows beyond");
    check_error("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "levels within each other");
    check_error("{% macro m(a=m()) %}{% endmacro %}{{ m() }}", "levels within each other");
    check_error("{% macro m(x) %}{{ m([x]) }}{% endmacro %}{{ m(1) }}", "levels");
    check_error("{{ (['a' * 1000000] * 100)|sort|length }}", "too many steps");
    check_error(loop + loop + "{% macro m() %}{% endmacro %}{% endfor %}{% endfor %}",
                "the template");
}

void TestJinjaLimits::texts_and_lists_stop_growing() {
    check_error(grown("'aaaaaaaaaaaaaaaa'", "ns.s ~ ns.s", "{{ ns.s }}"), "grows beyond 32 MB");
    check_error(grown("'a'", "ns.s + ns.s", ""), "grows beyond 32 MB");
    check_error(grown("['a']", "ns.s + ns.s", ""), "too much memory");
    check_error("{{ 'a' * 1000000000000 }}", "grows beyond 32 MB");
    check_error("{{ [1] * 1000000000000 }}", "grows beyond 32 MB");
    check_error("{{ range(100001) }}", "more than 100000");
    check_error("{{ ('a' * 10000000).replace('a', 'b' * 100) }}", "grows beyond 32 MB");
    check_error("{{ ('a,' * 10000000).split(',')|length }}", "too much memory");
    check_error("{{ '%1000000000d' % 5 }}", "too large");
    check_error("{{ ('a\n' * 1000000)|indent(1000000) }}", "grows beyond 32 MB");
    check_error("{{ (['a' * 1000000] * 1000)|join }}", "grows beyond 32 MB");
    check_error(repeated("x", (1 << 20) + 1), "more than 1 MB");
}

void TestJinjaLimits::shared_parts_are_not_walked_for_ever() {
    const std::string step = "[ns.s, ns.s]";
    const std::string pairs =
        "{% set ns = namespace(s=['a']) %}{% for i in range(90) %}{% set ns.s = " + step +
        " %}{% endfor %}";
    check_error(pairs + "{{ ns.s }}", "the template");
    check_error(pairs + "{{ ns.s|tojson }}", "the template");
    check_error(pairs + "{{ ns.s == ns.s + [1] or ns.s == [ns.s[0], ns.s[1]] }}", "the template");
    check_error(
        "{% set ns = namespace(s=(1,)) %}{% for i in range(90) %}{% set ns.s = (ns.s, ns.s) "
        "%}{% endfor %}{{ {ns.s: 1} }}",
        "unhashable");
    check_error("{% set ns = namespace() %}{% set ns.a = [ns] %}{{ ns.a }}", "cannot be printed");
}

void TestJinjaLimits::nesting_is_limited() {
    check_error("{{ " + repeated("(", 100000) + "1" + repeated(")", 100000) + " }}", "levels deep");
    check_error("{{ " + repeated("-", 100000) + "1 }}", "levels deep");
    check_error("{{ " + repeated("not ", 100000) + "1 }}", "levels deep");
    check_error("{{ 1" + repeated("|abs", 100000) + " }}", "levels deep");
    check_error("{{ a" + repeated(".b", 100000) + " }}", "levels deep");
    check_error("{{ 1" + repeated(" if 1", 100000) + " }}", "levels deep");
    check_error(repeated("{% if 1 %}", 100000), "levels deep");
    check_error(grown("[]", "[ns.s]", "") + grown("[]", "[ns.s, [ns.s]]", ""), "levels deep");
    // What does not nest may be long.
    COMPARE_TEXT(error_of("{{ 1" + repeated(" + 1", 100000) + " }}"), "");
    COMPARE_TEXT(error_of("{% if 0 %}a" + repeated("{% elif 0 %}b", 30000) + "{% endif %}"), "");
    const auto deep = jinja::value_from_json(repeated("[", 200) + repeated("]", 200));
    QVERIFY(!deep.ok());
}

void TestJinjaLimits::searching_takes_linear_time() {
    const std::string texts = "{% set a = 'a' * 5000000 %}{% set b = 'a' * 2500000 ~ 'b' %}";
    COMPARE_TEXT(error_of(texts + "{{ b in a }}{{ a.find(b) }}{{ a.count(b) }}"), "");
    check_error(texts + "{{ a.rfind(b) }}", "too many steps");
    check_error(texts + "{{ a.strip('b' * 1000000 ~ 'a') }}", "too many steps");
}

void TestJinjaLimits::numbers_at_the_edge() {
    const std::string least = "(-9223372036854775807 - 1)";
    check_error("{{ " + least + " // -1 }}", "too large");
    check_error("{{ " + least + "|abs }}", "too large");
    check_error("{{ 9223372036854775807 + 1 }}", "too large");
    check_error("{{ 3 ** 100 }}", "too large");
    check_error("{{ 9223372036854775808 }}", "too large");
    COMPARE_TEXT(error_of("{{ " + least + " % -1 }}"), "");
    COMPARE_TEXT(error_of("{{ 'abc'[9223372036854775807:" + least + ":" + least + "] }}"), "");
    COMPARE_TEXT(error_of("{{ range(9223372036854775800, 9223372036854775807, 5) }}"), "");
}

PLUMB_REGISTER_TEST(TestJinjaLimits)
#include "jinja_limits_test.moc"
