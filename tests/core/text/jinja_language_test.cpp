// SPDX-License-Identifier: GPL-3.0-or-later
// The template language: what Jinja 3.1.6 makes of the same templates, set up as transformers sets
// it up.
#include "test_main.h"
#include "text/chat_template.h"

using namespace plumb;

namespace {

struct Case {
    const char* source;
    const char* expected;
};

constexpr const char* variables = R"({"xs": [3, 1, 2], "s": "Hello Wörld",
    "d": {"b": 1, "a": [1, 2, {"x": null}], "items": 5, "é": "ü\"'\n\t\\"},
    "f": 1.5, "big": 1e16, "small": 1e-5, "t": true, "n": null, "e": "", "bos_token": "<s>",
    "people": [{"name": "Bob", "age": 3}, {"name": "al", "age": 1},
               {"name": "Cy", "age": 2, "x": {"y": [7]}}]})";
constexpr const char* messages = R"([{"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Yo 😀"}, {"role": "user", "content": "x", "extra": [1]}])";

Result<RenderedChat> render(const std::string& source) {
    const auto read = ChatTemplate::read(source, "test");
    if (!read.ok()) return read.error();
    ChatInput input;
    input.messages = *jinja::value_from_json(messages);
    const jinja::Value all = *jinja::value_from_json(variables);
    for (const auto& [name, value] : all.dict()->entries)
        input.variables.emplace_back(name.text()->bytes, value);
    return read->render(input);
}

void check_all(const Case* begin, const Case* end) {
    for (const Case* one = begin; one != end; ++one) {
        const auto rendered = render(one->source);
        QVERIFY2(rendered.ok(), rendered.ok() ? "" : rendered.error().message.c_str());
        QVERIFY2(rendered->text == one->expected,
                 (std::string(one->source) + " gives " + rendered->text).c_str());
    }
}

const Case expressions[] = {
    {"{{ d }}", "{'b': 1, 'a': [1, 2, {'x': None}], 'items': 5, 'é': 'ü\"\\'\\n\\t\\\\'}"},
    {"{{ d|tojson }}|{{ d|tojson(indent=2) }}|{{ d|tojson(ensure_ascii=true) }}|{{ "
     "d|tojson(separators=(',',':')) }}|{{ xs|tojson(indent=0) }}",
     "{\"b\": 1, \"a\": [1, 2, {\"x\": null}], \"items\": 5, \"é\": \"ü\\\"'\\n\\t\\\\\"}|{\n  "
     "\"b\": 1,\n  \"a\": [\n    1,\n    2,\n    {\n      \"x\": null\n    }\n  ],\n  \"items\": "
     "5,\n  \"é\": \"ü\\\"'\\n\\t\\\\\"\n}|{\"b\": 1, \"a\": [1, 2, {\"x\": null}], \"items\": 5, "
     "\"\\u00e9\": "
     "\"\\u00fc\\\"'\\n\\t\\\\\"}|{\"b\":1,\"a\":[1,2,{\"x\":null}],\"items\":5,\"é\":\"ü\\\"'"
     "\\n\\t\\\\\"}|[\n3,\n1,\n2\n]"},
    {"{{ [] | tojson(indent=2) }}{{ {} | tojson(indent=2) }}", "[]{}"},
    {"{{ xs|sort }}{{ xs|sort(reverse=true)|join(',') }}{{ xs|sum }}{{ xs|max }}{{ xs|min }}{{ "
     "xs|first }}{{ xs|last }}{{ xs|length }}",
     "[1, 2, 3]3,2,1631323"},
    {"{{ s[1:4] }}|{{ s[::-1] }}|{{ s[-3:] }}|{{ s[7] }}|{{ s[100] }}|{{ s[:100:2] }}|{{ xs[1:] "
     "}}|{{ xs[::-1] }}|{{xs[-1:0:-1]}}",
     "ell|dlröW olleH|rld|ö||HloWrd|[1, 2]|[2, 1, 3]|[2, 1]"},
    {"{{ f }} {{ big }} {{ small }} {{ 1/3 }} {{ 1e22 }} {{ 100000.0 }} {{ 123456789012345680.0 }} "
     "{{ 1e15 }} {{ -0.0 }} {{2**10}} {{2**-1}} {{7//2}} {{-7//2}} {{-7%3}} {{7.5//2}} {{-7.5%2}} "
     "{{ 7/2 }} {{4/2}}",
     "1.5 1e+16 1e-05 0.3333333333333333 1e+22 100000.0 1.2345678901234568e+17 1000000000000000.0 "
     "-0.0 1024 0.5 331 3.01.5 3.5 2.0"},
    {"{{ t }} {{ n }} {{ not t }} {{ t + 1 }} {{ t == 1 }} {{ 1 == 1.0 }} {{ 'a' == 1 }} {{ [1] == "
     "[1.0] }} {{ (1,) }} {{ () }} {{ (1,2) }} {{ [1,'a',None,True,1.0] }}",
     "True None False 2 True True False True (1,) () (1, 2) [1, 'a', None, True, 1.0]"},
    {"{{ undefined_thing }}|{{ undefined_thing is defined }}|{{ undefined_thing|default('x') }}|{{ "
     "e|default('x',true) }}|{{ undefined_thing|length }}|{{ undefined_thing|list }}|{{ "
     "undefined_thing ~ 'a' }}",
     "|False|x|x|0|[]|a"},
    {"{{ d.nope }}|{{ d.nope is defined }}|{{ d['b'] }}|{{ d.items is callable }}|{{ d['items'] "
     "}}|{{ d.a[2].x }}",
     "|False|1|True|5|None"},
    {"{{ s.upper() }} {{ s.lower() }} {{ s|title }} {{ 'they\\'re bill-x'.title() }} {{ 'they\\'re "
     "bill-x'|title }} {{ s|capitalize }} {{ s.split() }} {{ s.split('l') }} {{ s.split('l',1) }} "
     "{{ s.rsplit('l',1) }} {{ ' a b '.strip() }}| {{ 'xxaxx'.strip('x') }} {{ s.replace('l','L') "
     "}} {{ s.find('W') }} {{ s.index('o') }} {{ s.count('l') }} {{ s.startswith('He') }} {{ "
     "s.endswith(('x','d')) }}",
     "HELLO WÖRLD hello wörld Hello Wörld They'Re Bill-X They're Bill-X Hello wörld ['Hello', "
     "'Wörld'] ['He', '', 'o Wör', 'd'] ['He', 'lo Wörld'] ['Hello Wör', 'd'] a b| a HeLLo WörLd 6 "
     "4 3 True True"},
    {"{{ 'a\\nb\\r\\nc'.splitlines() }} {{ ','.join(['a','b']) }} {{ 'abc'.partition('b') }} {{ "
     "'abc'.rpartition('z') }} {{ '5'.zfill(3) }} {{ 'a'.ljust(3,'.') }} {{ '%s-%05.2f-%d-%r' % "
     "('x', 2.345, 7, 'q') }} {{ '{} {1}'.format(1,2) if false else '{0} {1} {a}'.format(1,2,a=3) "
     "}}",
     "['a', 'b', 'c'] a,b ('a', 'b', 'c') ('', '', 'abc') 005 a.. x-02.35-7-'q' 1 2 3"},
    {"{{ 1 if true }}|{{ 1 if false }}|{{ 1 if false else 2 }}|{{ 'a' if n else 'b' if t else 'c' "
     "}}",
     "1||2|b"},
    {"{{ 1 < 2 < 3 }} {{ 1 < 2 > 3 }} {{ 'a' in 'abc' }} {{ 4 not in xs }} {{ 'b' in d }} {{ not "
     "'b' in d }} {{ 1 in [1.0] }}",
     "True False True True True False True"},
    {"{{ xs is iterable }} {{ s is string }} {{ d is mapping }} {{ 5 is number }} {{ t is boolean "
     "}} {{ t is number }} {{ 5 is integer }} {{ t is integer }} {{ 5.0 is float }} {{ n is none "
     "}} {{ s is sequence }} {{ xs is sequence }} {{ d is sequence }} {{ 4 is divisibleby 2 }} {{ "
     "4 is divisibleby(3) }} {{ 4 is even }} {{ 3 is odd }} {{ 'a' is in 'abc' }} {{ 1 is eq 1 }} "
     "{{ t is true }} {{ 1 is true }} {{ n is sameas none }} {{ s is not none and t is true }}",
     "True True True True True True True False True True True True True True False True True True "
     "True True False True True"},
    {"{{ people|map(attribute='name')|list }} {{ people|map(attribute='name')|map('upper')|join(', "
     "') }} {{ people|selectattr('age','gt',1)|map(attribute='name')|list }} {{ "
     "people|rejectattr('age','equalto',1)|list|length }} {{ people|selectattr('x')|list }} {{ "
     "people|sort(attribute='name')|map(attribute='name')|list }} {{ people|map(attribute='x.y.0', "
     "default='-')|list }} {{ xs|select('odd')|list }} {{ xs|reject('odd')|list }} {{ "
     "[1,0,2]|select|list }}",
     "['Bob', 'al', 'Cy'] BOB, AL, CY ['Bob', 'Cy'] 2 [{'name': 'Cy', 'age': 2, 'x': {'y': [7]}}] "
     "['al', 'Bob', 'Cy'] ['-', '-', 7] [3, 1] [2] [1, 2]"},
    {"{{ d|dictsort }} {{ d|items|list }} {{ xs|reverse|list }} {{ 'abc'|reverse }} {{ "
     "[1,1,2,'A','a']|unique|list }} {{ xs|batch(2)|list }} {{ xs|batch(2,'x')|list }}",
     "[('a', [1, 2, {'x': None}]), ('b', 1), ('items', 5), ('é', 'ü\"\\'\\n\\t\\\\')] [('b', 1), "
     "('a', [1, 2, {'x': None}]), ('items', 5), ('é', 'ü\"\\'\\n\\t\\\\')] [2, 1, 3] cba [1, 2, "
     "'A'] [[3, 1], [2]] [[3, 1], [2, 'x']]"},
    {"{{ 'a<b>&\"\\''|escape }}|{{ '  x '|trim }}|{{ 'xxaxx'|trim('x') }}|{{ 'abc'|replace('b','') "
     "}}|{{ 'a\\nb\\n\\nc'|indent }}|{{ 'a\\nb\\n\\nc'|indent(2,true,true) }}|{{ "
     "'a\\nb'|indent('>> ') }}",
     "a&lt;b&gt;&amp;&#34;&#39;|x|a|ac|a\n    b\n\n    c|  a\n  b\n  \n  c|a\n>> b"},
    {"{{ '3'|int }} {{ '3.7'|int }} {{ 'x'|int }} {{ 'x'|int(5) }} {{ 3.9|int }} {{ '3.5'|float }} "
     "{{ 'x'|float }} {{ 2.5|round }} {{ 3.5|round }} {{ 2.675|round(2) }} {{ "
     "42.55|round(1,'floor') }} {{ 42.51|round(0,'ceil')|int }} {{ -5|abs }} {{ 3|string ~ 'a' }} "
     "{{ 5|round }}",
     "3 3 0 5 3 3.5 0.0 2.0 4.0 2.67 42.5 43 5 3a 5"},
    {"{{ 'hello world foo'|truncate(8) }} {{ 'hello world foo'|truncate(8,true) }} {{ 'hello "
     "world'|wordcount }} {{ 'x'|center(5) }}|",
     "hello... hello... 2   x  |"},
    {"{{ range(5)|list }} {{ range(2,10,3)|list }} {{ range(5,0,-2)|list }} {{ dict(a=1,b=2) }} {{ "
     "dict([('x',1)]) }}",
     "[0, 1, 2, 3, 4] [2, 5, 8] [5, 3, 1] {'a': 1, 'b': 2} {'x': 1}"},
    {"{{ '\\x41\\u00e9\\n\\t\\\\ \\' \\q' }}|{{ \"a\" 'b' }}|{{ 1_000 }}|{{ 1.5e3 }}",
     "Aé\n\t\\ ' \\q|ab|1000|1500.0"},
    {"  c", "  c"},
    {" d", " d"},
    {"y", "y"},
    {"b", "b"},
    {"{{ {'a': 1, \"b\": [1,2]}['b'][1] }}{{ {1:2}[1] }}{{ {1:2}[True] }}{{ [[1,2],[3]][1][0] }}",
     "2223"},
    {"{{ -1|abs }}{{ -xs[0] }}{{ 2 + 3 * 4 - 1 }}{{ 'a' ~ 1 + 2 ~ 'b' }}{{ 2 ** 3 ** 2 }}{{ 10 - 2 "
     "- 3 }}{{ not false and false }}",
     "1-313a12b645False"},
    {"{{ 'x' * 3 }}{{ 3 * 'x' }}{{ [1] * 2 }}{{ [1] + [2] }}{{ (1,) + (2,) }}",
     "xxxxxx[1, 1][1, 2](1, 2)"},
    {"{{ messages }}",
     "[{'role': 'user', 'content': 'Hi'}, {'role': 'assistant', 'content': 'Yo 😀'}, {'role': "
     "'user', 'content': 'x', 'extra': [1]}]"},
    {"{{ \"a\" if messages|selectattr('role','equalto','system')|list else \"b\" }}", "b"},
    {"{{ (messages|first).role }} {{ (messages|last)['content'] }} {{ "
     "messages|map(attribute='role')|unique|join('/') }}",
     "user x user/assistant"},
    {"{{ 'é'|upper }} {{ 'ÀÉ'.lower() }} {{ 'straße'|upper }} {{ 'ǆ'|title }}", "É àé STRASSE Ǆ"},
    {"{{ '日本語'[1] }} {{ '日本語'|length }} {{ '日本語'[::-1] }} {{ '日本語'|list }} {{ "
     "'日本語'.find('語') }}",
     "本 3 語本日 ['日', '本', '語'] 2"},
    {"{{ [undefined_thing] }}", "[Undefined]"},
    {"{{ xs|join(', ', attribute='x') }}", ", , "},
    {"{{ people|join(', ', attribute='name') }}", "Bob, al, Cy"},
    {"{{ 'abc' is lower }}{{ 'ABC' is upper }}{{ 'abc'.isalpha() }}{{ '12'.isdigit() }}{{ ' "
     "'.isspace() }}",
     "TrueTrueTrueTrueTrue"},
    {"{{ xs.index(1) }}{{ xs.count(1) }}{{ d.get('zz') }}{{ d.get('zz', 4) }}{{ d.keys()|list }}{{ "
     "d.values()|list|length }}",
     "11None4['b', 'a', 'items', 'é']4"},
    {"{{ loop is defined }}", "False"},
    {"{{ x|default(5) + 1 }}", "6"},
    {"{{ '%s' % 'a' }}{{ '%d%%' % 5 }}{{ '%(a)s' % {'a': 1} }}{{ 'a %s' | format('b') }}",
     "a5%1a b"},
    {"{{ 'a.b.c'.split('.')|last }}{{ s.removeprefix('He') }}{{ s.removesuffix('ld') }}{{ "
     "'aXbX'.swapcase() }}{{ 'abc'.capitalize() }}",
     "cllo WörldHello WörAxBxAbc"},
    {"{{ 3.0 }} {{ 3.0|int }} {{ 1.10 }} {{ 0.1 + 0.2 }} {{ 1e100 }} {{ 5e-324 }} {{ 12345678.9 }}",
     "3.0 3 1.1 0.30000000000000004 1e+100 5e-324 12345678.9"},
    {"{{ (1, 2)[0] }}{{ [1,2,3][:2] }}{{ [1,2,3][5] is defined }}{{ d['a'][0] }}", "1[1, 2]False1"},
    {"{{ \"x\" is string and not (\"y\" is number) }}", "True"},
    {"{{ 1 is defined }}{{ s is defined and s|length > 3 }}", "TrueTrue"},
    {"{{ [1, 2, 3,] }}{{ {'a': 1,} }}", "[1, 2, 3]{'a': 1}"},
    {"{{ 'a' in undefined_thing }}", "False"},
    {"{{ undefined_thing == undefined_two }}{{ undefined_thing == none }}{{ undefined_thing is "
     "none }}",
     "TrueFalseFalse"},
    {"{{ messages[10] is defined }}", "False"},
    {"F", "F"},
    {"{{ d | tojson | safe }}",
     "{\"b\": 1, \"a\": [1, 2, {\"x\": null}], \"items\": 5, \"é\": \"ü\\\"'\\n\\t\\\\\"}"},
    {"{{ xs|sort|first }}{{ people|max(attribute='age') }}", "1{'name': 'Bob', 'age': 3}"},
    {"{{ xs | list | tojson }}{{ (1,2)|tojson }}{{ {'a':(1,)}|tojson }}{{ f|tojson }}{{ big|tojson "
     "}}{{ t|tojson }}{{ n|tojson }}",
     "[3, 1, 2][1, 2]{\"a\": [1]}1.51e+16truenull"},
    {"{{ 'A' ~ none ~ true ~ 1.0 ~ [1] }}", "ANoneTrue1.0[1]"},
    {"{{ \"\\\"\" }}{{ '\\'' }}{{ \"\\u4e2d\" }}", "\"'中"},
    {"{{ dict(messages[0], **{'role': 'q'}) }}", "{'role': 'q', 'content': 'Hi'}"},
    {"{{ xs|map('string')|list }}{{ ['a ','b']|map('trim')|join }}", "['3', '1', '2']ab"},
    {"{{ 'x'|default }}{{ e|d('q', boolean=True) }}{{ zzz|d }}", "xq"},
    {"{{ 5|default(3)|string|length }}{{ 'a,b'.split(',')|length }}", "12"},
    {"{{ (\"a\", \"b\")|join(\"-\") }}{{ {\"b\":2,\"a\":1}|dictsort|first|first }}", "a-ba"},
    {"{{- '' -}}  x  {{- 'y' }}  ", "xy  "},
    {"  z  ", "  z  "},
    {"{{ 'x' }}", "x"},
    {"y", "y"},
    {"   {{ 'indented' }}", "   indented"},
};

const Case statements[] = {
    {"{% for x in xs %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ "
     "loop.revindex }}{{ loop.length }}{{ loop.previtem }}{{ loop.nextitem }}{{ "
     "loop.cycle('a','b') }};{% endfor %}",
     "10TrueFalse331a;21FalseFalse2332b;32FalseTrue131a;"},
    {"{% for x in [] %}a{% else %}empty{% endfor %}{% for x in xs if x > 1 %}{{ x }}/{{ "
     "loop.length }} {% endfor %}{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}{% for k "
     "in d %}{{ k }}{% endfor %}",
     "empty3/2 2/2 b=1;a=[1, 2, {'x': None}];items=5;é=ü\"'\n\t\\;baitemsé"},
    {"{% for x in xs %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% if x == 2 %}{% break %}{% "
     "endif %}{% endfor %}",
     "32"},
    {"{% set y = 1 %}{% for x in xs %}{{ y }}{% set y = x %}{{ y }}{% endfor %}{{ y }}", "1311121"},
    {"{% set ns = namespace(a=1, b='q') %}{% for x in xs %}{% set ns.a = ns.a + x %}{% endfor %}{{ "
     "ns.a }}{{ ns.b }}{{ ns.zz is defined }}",
     "7qFalse"},
    {"{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set q %}block {{ a }}{% endset %}{{ q }}|{% set q | "
     "upper | trim %}  block {{ a }}{% endset %}{{ q }}",
     "12block 1|BLOCK 1"},
    {"{% macro m(a, b='d', c=none) %}[{{ a }}{{ b }}{{ c }}]{% endmacro %}{{ m(1) }}{{ m(1, c=3) "
     "}}{{ m('x', 'y') }}{{ m() }}",
     "[1dNone][1d3][xyNone][dNone]"},
    {"{% macro fact(n) %}{% if n <= 1 %}1{% else %}{{ n }}*{{ fact(n-1) }}{% endif %}{% endmacro "
     "%}{{ fact(5) }}",
     "5*4*3*2*1"},
    {"{% macro m() %}{{ outer }}{% endmacro %}{% set outer = 5 %}{{ m() }}", "5"},
    {"{% filter upper %}abc {{ s }}{% endfilter %}|{% filter replace('a','b')|upper %}aaa{% "
     "endfilter %}",
     "ABC HELLO WÖRLD|BBB"},
    {"{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a is defined }}", "3False"},
    {"  {%- if true -%}  a  {%- endif -%}  b", "ab"},
    {"  {#- comment -#}  x {# c2 #}", "x "},
    {"  {%+ if true %}a{% endif +%}", "  a"},
    {"{% raw %}{{ x }} {% if %}{% endraw %} {%- raw -%}  {{ y }} {%- endraw -%}  z",
     "{{ x }} {% if %}{{ y }}z"},
    {"{% for m in messages %}{{ m.role }}: {{ m.content }}{% if m.extra is defined %}{{ m.extra "
     "}}{% endif %}{% endfor %}{{ messages[-1].content }}{{ messages[1:]|length }}{{ messages[0] "
     "is mapping }}",
     "user: Hiassistant: Yo 😀user: x[1]x2True"},
    {"{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% "
     "endgeneration %}{% else %}{{ m.content }}{% endif %}{% endfor %}",
     "HiYo 😀x"},
    {"{% generation %}{% set zz = 1 %}{% endgeneration %}{{ zz is defined }}", "False"},
    {"{% if tools is none %}none{% endif %}{{ documents is none }}{{ add_generation_prompt }}",
     "noneTrueFalse"},
    {"{{ joiner(', ') is callable }}{% set j = joiner('; ') %}{% for x in xs %}{{ j() }}{{ x }}{% "
     "endfor %}",
     "True3; 1; 2"},
    {"{%- set x = 5 %}{% if x > 3 and x < 10 or false %}ok{% endif %}", "ok"},
    {"{% set x = {'a': {'b': 1}} %}{{ x.a.b }}{{ x['a']['b'] }}", "11"},
    {"{% macro a() %}{% set v = 1 %}{{ v }}{% endmacro %}{{ a() }}{{ v is defined }}", "1False"},
    {"{% for i in range(3) %}{% for j in range(2) %}{{ loop.index }}{{ loop.depth }}{% endfor %}{{ "
     "loop.index }}{{ loop.depth }}{% endfor %}",
     "112111112121112131"},
    {"{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}", "123"},
    {"{{ m if false }}{% if false %}{% set zz = 1 %}{% endif %}{{ zz is defined }}", "False"},
    {"{% set f = 3 %}{{ f|float }}{{ f / 2 }}", "3.01.5"},
    {"{% if messages[0]['role'] == 'user' -%} yes {%- elif x -%} no {%- else -%} else {%- endif %}",
     "yes"},
    {"{% set ns = namespace() %}{% set ns.x = [] %}{% for i in xs %}{% set ns.x = ns.x + [i] %}{% "
     "endfor %}{{ ns.x }}",
     "[3, 1, 2]"},
    {"{% macro m(x, y=x) %}{{ y }}{% endmacro %}{{ m(1) }}", "1"},
    {"{% if true %}a{% endif %}  ", "a  "},
    {"{%- if false %}{% endif %}", ""},
    {"  {%- if true -%}  a  {%- endif -%}  b\n", "ab"},
    {"a\n  {% if true %}  \n  c\n  {% endif %}\n d\n\n", "a\n  \n  c\n d\n"},
    {"x\n  {#- comment -#}  x {# c2 #}\ny\n  {# c3 #}\nz", "xx y\nz"},
    {"  {%+ if true %}a{% endif +%}\nb\n", "  a\nb"},
    {"{% for x in xs %}\n  {{ x }}\n{% endfor %}\nend\r\nmore\r", "  3\n  1\n  2\nend\nmore"},
    {"   {% set a = 1 %}\n   {% set b = 2 %}x\n\ty {% set c = 3 %}\n", "x\n\ty "},
    {"{% raw %}\n {{ a }}\n{% endraw %}\nx", "\n {{ a }}\nx"},
    {"{{ \"a\" }}\n\n", "a\n"},
    {"a  {{- \"b\" -}}  \n c", "abc"},
    {"{% if true %}\n\n\na{% endif %}\n\n", "\n\na"},
};

const char* const refused[] = {
    "{{ undefined_thing.foo }}",
    "{{ undefined_thing + 1 }}",
    "{{ d.nope.more }}",
    "{{ raise_exception('no') }}",
    "{{ d.update({'a':1}) }}",
    "{{ xs.append(1) }}",
    "  {% if true %}  ",
    "  {% endif %}",
    "{{ 1 + 'a' }}",
    "{{ 'a' + 1 }}",
    "{{ n + 'a' }}",
    "{{ 1 / 0 }}",
    "{{ foo() }}",
    "{{ s.nope() }}",
    "{{ s|nope }}",
    "{{ s is nope }}",
    "{% for x in n %}{% endfor %}",
    "{% for x in 5 %}{% endfor %}",
    "{% if %}{% endif %}",
    "{% if true %}",
    "{% endif %}",
    "{{ ",
    "{{ a b }}",
    "{{ 'x }}",
    "{% unknown %}",
    "{{ undefined_thing|tojson }}",
    "{{ 5 if xs[0] == 3 else 6 }}{{ [x for x in xs] }}",
    "{% set x.y = 1 %}",
    "{% for a, b in [(1,2,3)] %}{{ a }}{% endfor %}",
    "{{ messages[10].role }}",
    "{%- for message in messages %}",
    "    {%- if loop.first %}",
    "    {% endif %}",
    " {{ message.role }}",
    "{% endfor %}",
    "{{ ''.join(['a', 1]) }}",
    "{{ 'a' < 'b' }}{{ [1,2] < [1,3] }}{{ 'a' < 1 }}",
    "{% call m() %}x{% endcall %}",
    "{{ loop.index }}",
    "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(1,2) }}",
    "b{% if true %}",
    "c{% endif %}",
};

}  // namespace

class TestJinjaLanguage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void expressions_print_as_in_python();
    void statements_and_white_space_are_those_of_jinja();
    void what_jinja_refuses_is_an_error();
};

void TestJinjaLanguage::expressions_print_as_in_python() {
    check_all(std::begin(expressions), std::end(expressions));
}

void TestJinjaLanguage::statements_and_white_space_are_those_of_jinja() {
    check_all(std::begin(statements), std::end(statements));
}

void TestJinjaLanguage::what_jinja_refuses_is_an_error() {
    for (const char* source : refused) {
        const auto rendered = render(source);
        QVERIFY2(!rendered.ok(), source);
        QVERIFY2(rendered.error().message.starts_with("test, line "),
                 rendered.error().message.c_str());
    }
}

PLUMB_REGISTER_TEST(TestJinjaLanguage)
#include "jinja_language_test.moc"
