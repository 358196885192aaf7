// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/jinja/syntax.h"

namespace plumb::jinja {

/// Variables of a block, and those around it.
struct Scope {
    explicit Scope(Scope* around) : outer(around) {}
    const Value* find(std::string_view name) const;
    void set(const std::string& name, Value value);

    Scope* outer = nullptr;
    std::vector<std::pair<std::string, Value>> variables = {};
    bool kept = false;  ///< a macro was defined in it, which may be called later
};

/// What one rendering gives.
struct Output {
    std::string text;
    /// The bytes [begin, end) of text that {% generation %} blocks wrote.
    std::vector<std::pair<std::size_t, std::size_t>> generated;
};

/// Runs a template once. Throws PlacedProblem.
class Interpreter {
public:
    explicit Interpreter(const Limits& limits) : meter_(limits) {}
    Output run(const Block& block, std::vector<std::pair<std::string, Value>> variables);

    // For filters and functions, which throw Problem:

    Meter& meter() { return meter_; }
    Value call(const Value& callee, Arguments& arguments);
    /// value | name(arguments), and value is name(arguments)
    Value apply_filter(const std::string& name, const Value& value, Arguments& arguments);
    bool apply_test(const std::string& name, const Value& value, Arguments& arguments);
    Value text(std::string bytes) { return make_text(std::move(bytes), &meter_); }
    Value list(std::vector<Value> items, bool is_tuple = false) {
        return make_list(std::move(items), &meter_, is_tuple);
    }
    Value new_namespace(const Dict& members);

private:
    enum class Flow { on, break_loop, continue_loop };

    /// One more level of depth, as long as it lives.
    class Level {
    public:
        explicit Level(Interpreter& interpreter);
        ~Level() { --interpreter_.depth_; }
        Level(const Level&) = delete;
        Level& operator=(const Level&) = delete;

    private:
        Interpreter& interpreter_;
    };
    /// A scope, as long as it lives.
    class Inner {
    public:
        Inner(Interpreter& interpreter, Scope* around);
        ~Inner();
        Inner(const Inner&) = delete;
        Inner& operator=(const Inner&) = delete;

    private:
        Interpreter& interpreter_;
        Scope* before_;
        std::unique_ptr<Scope> scope_;
    };

    Flow execute(const Block& block, std::string& out);
    Flow execute(const Statement& statement, std::string& out);
    Flow execute_condition(const Statement& statement, std::string& out);
    Flow execute_loop(const Statement& statement, std::string& out);
    void execute_generation(const Statement& statement, std::string& out);
    void define_macro(const Statement& statement);
    void assign(const Target& target, const Value& value);
    void append(std::string_view more, std::string& out);
    /// The block's text, in a scope of its own.
    Value capture(const Block& block);
    Value call_macro(const Callable& macro, Arguments& arguments);

    Value evaluate(const Expression& node);
    Value evaluate_operation(const Expression& node);
    Value evaluate_name(const Expression& node);
    Value evaluate_dict(const Expression& node);
    Value evaluate_chain(const Expression& node);
    Value evaluate_comparison(const Expression& node);
    Value evaluate_joined(const Expression& node);
    Value evaluate_slice(const Expression& node);
    Value evaluate_call(const Expression& node);
    Value evaluate_filter(const Expression& node);
    std::vector<Value> evaluate_all(const std::vector<ExpressionPtr>& parts);
    Arguments evaluate_arguments(const CallPart& call);

    Meter meter_;  // goes last
    std::vector<std::unique_ptr<Namespace>> namespaces_;
    std::vector<std::unique_ptr<Scope>> kept_scopes_;
    std::vector<Held> held_;
    Scope root_{nullptr};
    Scope* scope_ = &root_;
    const std::string* root_out_ = nullptr;
    Value filtered_;  ///< what a filter block is applied to
    std::vector<std::pair<std::size_t, std::size_t>> generated_;
    Position at_;
    int depth_ = 0;
};

}  // namespace plumb::jinja
