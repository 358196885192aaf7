// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/tokenizer_file.h"

#include <vector>

#include <nlohmann/json.hpp>

namespace plumb {
namespace {

using Json = nlohmann::json;

constexpr std::size_t deepest_nesting = 64;
/// Values beside vocabulary and merges; a thousand added tokens are 8,000.
constexpr std::size_t most_values = 1'000'000;
/// Several times what the largest vocabularies have.
constexpr std::size_t most_tokens = 2'000'000;

/// Takes the values of a JSON text one by one and puts them where they belong.
class Sink : public nlohmann::json_sax<Json> {
public:
    /// file: null where the text is no tokenizer.json, and everything goes to the tree.
    Sink(Json& tree, TokenizerFile* file) : tree_(tree), file_(file) {}

    const std::string& problem() const { return problem_; }

    bool null() override { return scalar(nullptr, "null"); }
    bool boolean(bool value) override { return scalar(value, "true or false"); }
    bool number_integer(number_integer_t value) override {
        return place() == Place::vocabulary ? id(value) : scalar(value, "a number");
    }
    bool number_unsigned(number_unsigned_t value) override {
        if (place() != Place::vocabulary) return scalar(value, "a number");
        return id(value > static_cast<number_unsigned_t>(largest_token_id)
                      ? -1
                      : static_cast<std::int64_t>(value));
    }
    bool number_float(number_float_t value, const string_t& /*text*/) override {
        return scalar(value, "a fraction");
    }
    bool binary(binary_t& /*value*/) override { return refuse("binary data"); }

    bool string(string_t& value) override {
        if (place() == Place::merge_list) {
            ++merges_;
            return merge_text(value);
        }
        if (place() == Place::merge) {
            ++pair_size_;
            return add_merge_part(value);
        }
        return scalar(value, "a text");
    }

    bool key(string_t& name) override {
        if (place() == Place::vocabulary)
            token_ = std::move(name);
        else
            levels_.back().key = std::move(name);
        return true;
    }

    bool start_object(std::size_t /*size*/) override {
        if (is_model_key("vocab")) {
            file_->has_vocabulary = true;
            return enter(Place::vocabulary, nullptr);
        }
        if (place() != Place::tree) return wrong_value("an object");
        Json* added = add(Json::object());
        return added && enter(Place::tree, added);
    }
    bool start_array(std::size_t /*size*/) override {
        if (place() == Place::merge_list) {
            ++merges_;
            pair_size_ = 0;
            return enter(Place::merge, nullptr);
        }
        if (is_model_key("merges")) {
            file_->has_merges = true;
            return enter(Place::merge_list, nullptr);
        }
        if (place() != Place::tree) return wrong_value("a list");
        Json* added = add(Json::array());
        return added && enter(Place::tree, added);
    }
    bool end_object() override {
        levels_.pop_back();
        return true;
    }
    bool end_array() override {
        const bool merge = place() == Place::merge;
        levels_.pop_back();
        return !merge || pair_size_ == 2 ||
               refuse(": " + merge_name() + " does not have two parts.");
    }

    bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                     const nlohmann::detail::exception& error) override {
        if (problem_.empty()) problem_ = std::string("is not valid JSON: ") + error.what();
        return false;
    }

private:
    enum class Place { tree, vocabulary, merge_list, merge };
    /// An object or list that is open.
    struct Level {
        Place place = Place::tree;
        Json* json = nullptr;  ///< in the tree
        std::string key;       ///< the last one read in it
    };

    Place place() const { return levels_.empty() ? Place::tree : levels_.back().place; }

    bool is_model_key(const char* key) const {
        return file_ && levels_.size() == 2 && levels_[0].key == "model" && levels_[1].json &&
               levels_[1].json->is_object() && levels_[1].key == key;
    }

    bool refuse(std::string why) {
        problem_ = std::move(why);
        return false;
    }
    bool wrong_value(const std::string& what) {
        if (place() == Place::merge_list) ++merges_;
        if (place() == Place::vocabulary)
            return refuse(": in model.vocab the token \"" + token_ + "\" has " + what +
                          " for its id.");
        return refuse(": " + merge_name() + " is " + what +
                      "; expected two texts, or one with a blank between them.");
    }
    std::string merge_name() const {
        return "merge " + std::to_string(merges_) + " of model.merges";
    }

    bool too_many(const char* what) {
        return refuse("holds more than " + std::to_string(most_tokens) + " " + what + ".");
    }

    bool enter(Place place, Json* json) {
        if (levels_.size() >= deepest_nesting)
            return refuse("nests more than " + std::to_string(deepest_nesting) +
                          " lists and objects, which no such file needs.");
        levels_.push_back({place, json, {}});
        return true;
    }

    template <class Value>
    bool scalar(Value&& value, const char* what) {
        return place() == Place::tree ? add(Json(std::forward<Value>(value))) != nullptr
                                      : wrong_value(what);
    }

    /// Null where there are too many.
    Json* add(Json value) {
        if (++values_ > most_values) {
            refuse("holds more than " + std::to_string(most_values) +
                   " values, which no such file needs.");
            return nullptr;
        }
        if (levels_.empty()) return &(tree_ = std::move(value));
        Level& level = levels_.back();
        if (level.json->is_array()) {
            level.json->push_back(std::move(value));
            return &level.json->back();
        }
        return &((*level.json)[level.key] = std::move(value));
    }

    bool id(std::int64_t value) {
        if (value < 0 || value > largest_token_id)
            return refuse(": token \"" + token_ +
                          "\" has no usable id in model.vocab; ids go from 0 to " +
                          std::to_string(largest_token_id) + ".");
        file_->vocabulary.add(token_, value);
        return file_->vocabulary.size() <= most_tokens || too_many("tokens in model.vocab");
    }

    bool merge_text(std::string_view both) {
        const std::size_t blank = both.find(' ');
        if (blank == both.npos || both.find(' ', blank + 1) != both.npos)
            return refuse(": " + merge_name() + ", \"" + std::string(both) +
                          "\", is not two texts with a blank between them.");
        return add_merge_part(both.substr(0, blank)) && add_merge_part(both.substr(blank + 1));
    }

    bool add_merge_part(std::string_view part) {
        file_->merge_parts.add(part, 0);
        return file_->merge_parts.size() <= 2 * most_tokens || too_many("merges in model.merges");
    }

    Json& tree_;
    TokenizerFile* file_;
    std::vector<Level> levels_;
    std::string token_;  ///< of the vocabulary, whose id comes next
    std::size_t values_ = 0;
    std::size_t merges_ = 0;  ///< begun
    int pair_size_ = 0;
    std::string problem_;
};

Status parse(std::string_view text, const std::filesystem::path& path, Json& tree,
             TokenizerFile* file) {
    Sink sink(tree, file);
    if (!Json::sax_parse(text.begin(), text.end(), &sink)) {
        const std::string& problem = sink.problem();
        return invalid_input(path.string() + (problem.starts_with(":") ? "" : " ") + problem);
    }
    if (!tree.is_object()) return invalid_input(path.string() + " does not hold a JSON object.");
    return {};
}

}  // namespace

Result<TokenizerFile> parse_tokenizer_file(std::string_view text,
                                           const std::filesystem::path& path) {
    TokenizerFile file;
    const auto rest = std::make_shared<Json>();
    PLUMB_TRY_STATUS(parse(text, path, *rest, &file));
    file.rest = rest;
    return file;
}

Result<Json> parse_json_object(std::string_view text, const std::filesystem::path& path) {
    Json json;
    PLUMB_TRY_STATUS(parse(text, path, json, nullptr));
    return json;
}

}  // namespace plumb
