// SPDX-License-Identifier: GPL-3.0-or-later
#include <limits>

#include <nlohmann/json.hpp>

#include "text/jinja/value.h"

namespace plumb::jinja {
namespace {

using Json = nlohmann::json;

/// Builds values while the library reads, which takes neither stack nor a second copy.
class Builder : public nlohmann::json_sax<Json> {
public:
    Value take() { return std::move(result_); }
    const std::string& problem() const { return problem_; }

    bool null() override { return add(None{}); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(std::int64_t value) override { return add(value); }
    bool number_unsigned(std::uint64_t value) override {
        constexpr auto largest = std::numeric_limits<std::int64_t>::max();
        if (value > static_cast<std::uint64_t>(largest)) return add(static_cast<double>(value));
        return add(static_cast<std::int64_t>(value));
    }
    bool number_float(double value, const std::string&) override { return add(value); }
    bool string(std::string& value) override { return add(make_text(std::move(value), nullptr)); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(true); }
    bool start_array(std::size_t) override { return open(false); }
    bool key(std::string& name) override {
        open_.back().keys.push_back(make_text(std::move(name), nullptr));
        return true;
    }
    bool end_object() override {
        Open done = close();
        std::vector<std::pair<Value, Value>> entries;
        for (std::size_t i = 0; i < done.keys.size(); ++i)
            entries.emplace_back(std::move(done.keys[i]), std::move(done.values[i]));
        return add(make_dict(std::move(entries), nullptr));
    }
    bool end_array() override { return add(make_list(close().values, nullptr)); }
    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::detail::exception&) override {
        problem_ = "not JSON at byte " + std::to_string(position);
        return false;
    }

private:
    struct Open {
        bool is_object = false;
        std::vector<Value> keys, values;
    };

    bool open(bool is_object) {
        if (open_.size() >= static_cast<std::size_t>(deepest_value)) {
            problem_ = "nested more than " + std::to_string(deepest_value) + " levels deep";
            return false;
        }
        open_.push_back({is_object, {}, {}});
        return true;
    }
    Open close() {
        Open done = std::move(open_.back());
        open_.pop_back();
        return done;
    }
    bool add(Value value) {
        if (open_.empty())
            result_ = std::move(value);
        else
            open_.back().values.push_back(std::move(value));
        return true;
    }

    std::vector<Open> open_;
    Value result_;
    std::string problem_;
};

}  // namespace

Result<Value> value_from_json(std::string_view json) {
    Builder builder;
    if (!Json::sax_parse(json.begin(), json.end(), &builder))
        return invalid_input(builder.problem());
    return builder.take();
}

}  // namespace plumb::jinja
