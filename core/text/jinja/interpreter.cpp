// SPDX-License-Identifier: GPL-3.0-or-later
// Statements.
#include "text/jinja/interpreter.h"

#include "text/jinja/functions.h"
#include "text/jinja/operators.h"
#include "text/jinja/python_text.h"

namespace plumb::jinja {

const Value* Scope::find(std::string_view name) const {
    for (const Scope* scope = this; scope; scope = scope->outer)
        for (const auto& [key, value] : scope->variables)
            if (key == name) return &value;
    return nullptr;
}

void Scope::set(const std::string& name, Value value) {
    for (auto& [key, old] : variables)
        if (key == name) {
            old = std::move(value);
            return;
        }
    variables.emplace_back(name, std::move(value));
}

Interpreter::Level::Level(Interpreter& interpreter) : interpreter_(interpreter) {
    if (interpreter_.depth_ >= interpreter_.meter_.limits().depth)
        throw Problem{"blocks, expressions and macro calls stand more than " +
                      std::to_string(interpreter_.meter_.limits().depth) +
                      " levels within each other; does a macro call itself without end?"};
    ++interpreter_.depth_;
}

Interpreter::Inner::Inner(Interpreter& interpreter, Scope* around)
    : interpreter_(interpreter),
      before_(interpreter.scope_),
      scope_(std::make_unique<Scope>(around)) {
    interpreter_.scope_ = scope_.get();
}

Interpreter::Inner::~Inner() {
    interpreter_.scope_ = before_;
    if (scope_->kept) interpreter_.kept_scopes_.push_back(std::move(scope_));
}

Output Interpreter::run(const Block& block, std::vector<std::pair<std::string, Value>> variables) {
    for (auto& [name, value] : variables) root_.set(name, std::move(value));
    Output output;
    root_out_ = &output.text;
    try {
        execute(block, output.text);
    } catch (const Problem& problem) {
        throw PlacedProblem{at_, problem.message};
    }
    output.generated = std::move(generated_);
    return output;
}

void Interpreter::append(std::string_view more, std::string& out) {
    meter_.check_size(out.size() + more.size());
    meter_.work_on_bytes(more.size());
    out += more;
}

Interpreter::Flow Interpreter::execute(const Block& block, std::string& out) {
    const Level level(*this);
    for (const auto& statement : block) {
        const Flow flow = execute(*statement, out);
        if (flow != Flow::on) return flow;
    }
    return Flow::on;
}

Interpreter::Flow Interpreter::execute(const Statement& statement, std::string& out) {
    at_ = statement.at;
    meter_.work(1);
    switch (statement.kind) {
        case Statement::Kind::data: append(statement.text, out); break;
        case Statement::Kind::print:
            append(to_text(evaluate(*statement.value), meter_), out);
            break;
        case Statement::Kind::condition: return execute_condition(statement, out);
        case Statement::Kind::loop: return execute_loop(statement, out);
        case Statement::Kind::set: assign(statement.target, evaluate(*statement.value)); break;
        case Statement::Kind::set_block: {
            Value text = capture(statement.body);
            if (statement.value) {
                std::swap(filtered_, text);
                Value result = evaluate(*statement.value);
                filtered_ = std::move(text);
                text = std::move(result);
            }
            assign(statement.target, text);
            break;
        }
        case Statement::Kind::macro: define_macro(statement); break;
        case Statement::Kind::filter_block: {
            Value text = capture(statement.body);
            std::swap(filtered_, text);
            const Value result = evaluate(*statement.value);
            filtered_ = std::move(text);
            append(to_text(result, meter_), out);
            break;
        }
        case Statement::Kind::with: {
            std::vector<Value> values;
            for (const auto& [target, value] : statement.assignments)
                values.push_back(evaluate(*value));
            const Inner inner(*this, scope_);
            for (std::size_t i = 0; i < values.size(); ++i)
                assign(statement.assignments[i].first, values[i]);
            return execute(statement.body, out);
        }
        case Statement::Kind::generation: execute_generation(statement, out); break;
        case Statement::Kind::break_loop: return Flow::break_loop;
        case Statement::Kind::continue_loop: return Flow::continue_loop;
    }
    return Flow::on;
}

Interpreter::Flow Interpreter::execute_condition(const Statement& statement, std::string& out) {
    for (const Branch& branch : statement.branches)
        if (truth(evaluate(*branch.condition))) return execute(branch.body, out);
    return execute(statement.otherwise, out);
}

Interpreter::Flow Interpreter::execute_loop(const Statement& statement, std::string& out) {
    std::vector<Value> items;
    const Value source = evaluate(*statement.value);
    at_ = statement.at;
    for (Value& item : items_of(source, meter_)) {
        if (statement.condition) {
            const Inner inner(*this, scope_);
            assign(statement.target, item);
            if (!truth(evaluate(*statement.condition))) continue;
        }
        items.push_back(std::move(item));
    }
    if (items.empty()) {
        const Inner inner(*this, scope_);
        return execute(statement.otherwise, out);
    }
    const auto loop = std::make_shared<Loop>();
    loop->items = list(std::move(items));
    const std::vector<Value>& all = loop->items.list()->items;
    Flow flow = Flow::on;
    for (std::size_t i = 0; i < all.size() && flow != Flow::break_loop; ++i) {
        meter_.work(4);
        loop->index0 = static_cast<std::int64_t>(i);
        const Inner inner(*this, scope_);
        scope_->set("loop", loop);
        at_ = statement.at;
        assign(statement.target, all[i]);
        flow = execute(statement.body, out);
    }
    return Flow::on;
}

Value Interpreter::capture(const Block& block) {
    const Inner inner(*this, scope_);
    std::string captured;
    execute(block, captured);
    return text(std::move(captured));
}

// The place of the block is that of the text written so far, even where a macro or a set block
// captures it, as transformers has it.
void Interpreter::execute_generation(const Statement& statement, std::string& out) {
    const std::size_t begin = root_out_->size();
    const Value text = capture(statement.body);
    const std::string& bytes = text.text()->bytes;
    generated_.emplace_back(begin, begin + bytes.size());
    append(bytes, out);
}

void Interpreter::define_macro(const Statement& statement) {
    for (Scope* scope = scope_; scope; scope = scope->outer) scope->kept = true;
    held_.emplace_back(&meter_, sizeof(Callable) + sizeof(Scope) + 256);
    auto macro = std::make_shared<Callable>();
    macro->name = statement.text;
    macro->macro = &statement;
    macro->scope = scope_;
    scope_->set(statement.text, std::shared_ptr<const Callable>(std::move(macro)));
}

Value Interpreter::call_macro(const Callable& macro, Arguments& arguments) {
    const Level level(*this);
    const Statement& definition = *macro.macro;
    const Position called_at = at_;
    const Inner inner(*this, macro.scope);
    int place = 0;
    for (const Parameter& parameter : definition.parameters) {
        Value value = arguments.take(place++, parameter.name.c_str(), Undefined{});
        if (value.is_undefined() && parameter.fallback) {
            value = evaluate(*parameter.fallback);
        } else if (const auto* none = value.get<Undefined>(); none && !none->why) {
            value = undefined("the parameter " + parameter.name + " was not given");
        }
        scope_->set(parameter.name, std::move(value));
    }
    at_ = called_at;
    arguments.check_all_taken("macro " + macro.name);
    std::string out;
    execute(definition.body, out);
    at_ = called_at;
    return text(std::move(out));
}

Value Interpreter::call(const Value& callee, Arguments& arguments) {
    meter_.work(2);
    if (const auto* missing = callee.get<Undefined>())
        throw Problem{missing->why ? *missing->why : "what is called is undefined"};
    const Callable* callable = callee.callable();
    if (!callable)
        throw Problem{"a value of type " + std::string(type_name(callee)) + " cannot be called"};
    if (callable->macro) return call_macro(*callable, arguments);
    const Level level(*this);
    Value result = callable->function(*this, callable->self, arguments);
    arguments.check_all_taken(callable->name);
    return result;
}

Value Interpreter::new_namespace(const Dict& members) {
    held_.emplace_back(&meter_, sizeof(Namespace) + 96 * members.entries.size());
    namespaces_.push_back(std::make_unique<Namespace>());
    Namespace* made = namespaces_.back().get();
    for (const auto& [key, value] : members.entries) {
        if (!key.text() || key.text()->bytes.starts_with('_'))
            throw Problem{"names in a namespace are texts that do not begin with _"};
        made->members[key.text()->bytes] = value;
    }
    return made;
}

void Interpreter::assign(const Target& target, const Value& value) {
    if (target.is_tuple) {
        const std::vector<Value> items = items_of(value, meter_);
        if (items.size() != target.parts.size())
            throw Problem{"expected " + std::to_string(target.parts.size()) +
                          " values to unpack, not " + std::to_string(items.size())};
        for (std::size_t i = 0; i < items.size(); ++i) assign(target.parts[i], items[i]);
        return;
    }
    if (target.member.empty()) return scope_->set(target.name, value);
    at_ = target.at;
    const Value* found = scope_->find(target.name);
    Namespace* names = found ? found->name_space() : nullptr;
    if (!names) throw Problem{target.name + " is no namespace, so its members cannot be set"};
    if (target.member.starts_with('_')) throw Problem{"names in a namespace do not begin with _"};
    const auto [place, added] = names->members.insert_or_assign(target.member, value);
    if (added) held_.emplace_back(&meter_, 96 + target.member.size());
}

}  // namespace plumb::jinja
