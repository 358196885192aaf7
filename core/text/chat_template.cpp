// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/chat_template.h"

#include "base/files.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/parser.h"

namespace plumb {
namespace {

/// The largest published ones have under 20 KB.
constexpr std::size_t largest_template = std::size_t{1} << 20;

std::string placed(const std::string& name, const jinja::PlacedProblem& problem) {
    return name + ", line " + std::to_string(problem.at.line) + ", column " +
           std::to_string(problem.at.column) + ": " + problem.message;
}

bool has_generation(const jinja::Block& block) {
    for (const auto& statement : block) {
        if (statement->kind == jinja::Statement::Kind::generation) return true;
        if (has_generation(statement->body) || has_generation(statement->otherwise)) return true;
        for (const auto& branch : statement->branches)
            if (has_generation(branch.body)) return true;
    }
    return false;
}

/// The newer name of what a model thought before it answered, as transformers fills it in.
jinja::Value with_reasoning(const jinja::Value& message) {
    const jinja::Dict* dict = message.dict();
    if (!dict) return message;
    for (const char* name : {"reasoning_content", "reasoning", "thinking"}) {
        const jinja::Value* found = dict->find(std::string_view(name));
        if (!found || found->is_none()) continue;
        const jinja::Value reasoning = *found;
        std::vector<std::pair<jinja::Value, jinja::Value>> entries;
        entries.emplace_back(jinja::make_text("thinking", nullptr), reasoning);
        entries.insert(entries.end(), dict->entries.begin(), dict->entries.end());
        entries.emplace_back(jinja::make_text("reasoning_content", nullptr), reasoning);
        return jinja::make_dict(std::move(entries), nullptr);
    }
    return message;
}

jinja::Value with_reasoning_everywhere(const jinja::Value& messages) {
    if (!messages.list()) return messages;
    std::vector<jinja::Value> all;
    for (const jinja::Value& message : messages.list()->items)
        all.push_back(with_reasoning(message));
    return jinja::make_list(std::move(all), nullptr);
}

}  // namespace

struct ChatTemplate::Parts {
    std::string source, name;
    jinja::Block block;
    bool marks_generation = false;
    std::vector<std::pair<std::string, jinja::Value>> variables;
};

ChatTemplate::ChatTemplate(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ChatTemplate::ChatTemplate(ChatTemplate&&) noexcept = default;
ChatTemplate& ChatTemplate::operator=(ChatTemplate&&) noexcept = default;
ChatTemplate::~ChatTemplate() = default;

Result<ChatTemplate> ChatTemplate::read(std::string source, std::string name) {
    if (source.size() > largest_template)
        return invalid_input(name + " has more than " + std::to_string(largest_template >> 20) +
                             " MB, which no chat template needs.");
    auto parts = std::make_unique<Parts>();
    try {
        parts->block = jinja::parse_template(source);
    } catch (const jinja::PlacedProblem& problem) {
        return invalid_input(placed(name, problem));
    } catch (const jinja::Problem& problem) {
        return invalid_input(name + ": " + problem.message);
    }
    parts->source = std::move(source);
    parts->name = std::move(name);
    parts->marks_generation = has_generation(parts->block);
    return ChatTemplate(std::move(parts));
}

void ChatTemplate::set_variable(std::string name, jinja::Value value) {
    parts_->variables.emplace_back(std::move(name), std::move(value));
}

Result<RenderedChat> ChatTemplate::render(const ChatInput& input,
                                          const jinja::Limits& limits) const {
    auto variables = parts_->variables;
    variables.emplace_back("documents", jinja::None{});
    variables.emplace_back("messages", with_reasoning_everywhere(input.messages));
    variables.emplace_back("tools", input.tools);
    variables.emplace_back("add_generation_prompt", input.add_generation_prompt);
    variables.insert(variables.end(), input.variables.begin(), input.variables.end());
    try {
        jinja::Interpreter interpreter(limits);
        jinja::Output output = interpreter.run(parts_->block, std::move(variables));
        return RenderedChat{std::move(output.text), std::move(output.generated)};
    } catch (const jinja::PlacedProblem& problem) {
        return invalid_input(placed(parts_->name, problem));
    }
}

const std::string& ChatTemplate::source() const { return parts_->source; }
bool ChatTemplate::marks_generation() const { return parts_->marks_generation; }

}  // namespace plumb
