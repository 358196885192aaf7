// SPDX-License-Identifier: GPL-3.0-or-later
// Chat templates: the text of every case, its ids and its assistant mask; everything must be equal.
#include <nlohmann/json.hpp>

#include "session/parity_checks.h"
#include "text/chat_template.h"
#include "text/tokenizer.h"

namespace plumb::parity {
namespace {

namespace fs = std::filesystem;
// Ordered, since templates print the members of a message in their order.
using Json = nlohmann::ordered_json;
using Ids = std::vector<std::int64_t>;

template <class T>
T value_of(Result<T> result) {
    if (!result.ok()) throw std::runtime_error(result.error().message);
    return *std::move(result);
}

jinja::Value to_value(const Json& json) { return value_of(jinja::value_from_json(json.dump())); }

/// The template as the entry gives it.
ChatTemplate read_template(const Json& entry) {
    refuse_unknown_keys(entry,
                        {"name", "template", "bos_token", "eos_token", "date_string", "cases"});
    ChatTemplate chat_template =
        value_of(ChatTemplate::read(entry.at("template").get<std::string>(), "template"));
    for (const char* key : {"bos_token", "eos_token", "date_string"})
        if (entry.contains(key)) chat_template.set_variable(key, to_value(entry.at(key)));
    return chat_template;
}

ChatInput input_of(const Json& entry) {
    refuse_unknown_keys(entry, {"messages", "add_generation_prompt", "tools", "enable_thinking",
                                "text", "ids", "assistant_mask", "error"});
    ChatInput input;
    input.messages = to_value(entry.at("messages"));
    input.add_generation_prompt = entry.at("add_generation_prompt").get<bool>();
    if (entry.contains("tools")) input.tools = to_value(entry.at("tools"));
    if (entry.contains("enable_thinking"))
        input.variables.emplace_back("enable_thinking", to_value(entry.at("enable_thinking")));
    return input;
}

void check_case(const ChatTemplate& chat_template, const Json& entry, const Tokenizer* tokenizer,
                const std::string& at, Comparison& comparison) {
    const Result<RenderedChat> rendered = chat_template.render(input_of(entry));
    if (entry.contains("error")) {
        if (rendered.ok())
            return comparison.fail(at + "no error, reference " + entry.at("error").dump());
        return comparison.equal(at + "error", {}, {});
    }
    if (!rendered.ok()) return comparison.fail(at + rendered.error().message);
    if (entry.at("text") != rendered->text)
        return comparison.fail(at + "text is " + Json(rendered->text).dump() + ", reference " +
                               entry.at("text").dump());
    comparison.equal(at + "text", {}, {});
    if (!tokenizer) return;
    const Ids ids = tokenizer->encode(rendered->text);
    if (entry.contains("ids")) comparison.equal(at + "ids", ids, entry.at("ids").get<Ids>());
    if (entry.contains("assistant_mask"))
        comparison.equal(at + "assistant_mask", assistant_mask(*rendered, ids, *tokenizer),
                         entry.at("assistant_mask").get<Ids>());
}

void check_cases(const ChatTemplate& chat_template, const Json& cases, const Tokenizer* tokenizer,
                 Comparison& comparison) {
    if (cases.empty()) throw std::runtime_error("there are no cases");
    std::size_t number = 0;
    for (const Json& entry : cases)
        check_case(chat_template, entry, tokenizer, "case " + std::to_string(++number) + ": ",
                   comparison);
}

/// A tokenizer of the reference data: which one made the ids of the file is not said there.
std::shared_ptr<const Tokenizer> ids_tokenizer(const fs::path& stem) {
    const fs::path folder = stem.parent_path() / "qwen_nfc";
    return fs::exists(folder) ? value_of(load_tokenizer(folder)) : nullptr;
}

bool has_ids(const Json& cases) {
    return std::any_of(cases.begin(), cases.end(),
                       [](const Json& entry) { return entry.contains("ids"); });
}

}  // namespace

void check_chat_templates(const fs::path& stem, const std::string& name, const Report& report) {
    Json entries;
    std::shared_ptr<const Tokenizer> tokenizer;
    const auto failure = failure_of([&] {
        entries = Json::parse(read_text(fs::path(stem).concat(".json")));
        for (const Json& entry : entries)
            if (!tokenizer && has_ids(entry.at("cases"))) tokenizer = ids_tokenizer(stem);
    });
    if (failure) return report(failed(name, *failure));
    for (const Json& entry : entries)
        run_case(name + "/" + entry.value("name", "unnamed"), report, [&](Comparison& comparison) {
            check_cases(read_template(entry), entry.at("cases"), tokenizer.get(), comparison);
        });
}

void check_chat(const fs::path& folder, const Tokenizer& tokenizer, const std::string& name,
                const Report& report) {
    run_case(name, report, [&](Comparison& comparison) {
        const Json data = Json::parse(read_text(folder / "chat.json"));
        read_template(data);
        const auto own = value_of(load_chat_template(folder));
        if (!own) throw std::runtime_error("the folder has no chat template");
        if (data.at("template") != own->source())
            comparison.fail("the template of the folder is another than that of chat.json");
        check_cases(*own, data.at("cases"), &tokenizer, comparison);
    });
}

}  // namespace plumb::parity
