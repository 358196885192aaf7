// SPDX-License-Identifier: GPL-3.0-or-later
// tokenizers/: ids, tokens and decoded texts; everything must be equal.
#include <nlohmann/json.hpp>

#include "session/parity_checks.h"
#include "text/tokenizer.h"

namespace plumb::parity {
namespace {

namespace fs = std::filesystem;
using json = nlohmann::json;
using Ids = std::vector<std::int64_t>;

void equal_text(const std::string& what, const std::string& actual, const json& expected,
                Comparison& comparison) {
    if (expected == actual) return comparison.equal(what, {}, {});
    comparison.fail(what + " is " + json(actual).dump() + ", reference " + expected.dump());
}

/// Calls check(entry, "text 1") for each entry of a list of the file.
template <class Check>
void for_each_entry(const json& list, const char* noun, Check check) {
    std::size_t number = 0;
    for (const json& entry : list) check(entry, noun + std::to_string(++number) + ": ");
}

void check_ids(const Tokenizer& tokenizer, const json& data, Comparison& comparison) {
    for_each_entry(data.at("encodings"), "text ", [&](const json& entry, const std::string& at) {
        const Ids ids = tokenizer.encode(entry.at("text").get<std::string>());
        comparison.equal(at + "ids", ids, entry.at("ids").get<Ids>());
        json tokens = json::array();
        for (const std::int64_t id : ids) tokens.push_back(tokenizer.token(id));
        equal_text(at + "tokens", tokens.dump(), entry.at("tokens").dump(), comparison);
    });
}

void check_ids_with_special(const Tokenizer& tokenizer, const json& data, Comparison& comparison) {
    for_each_entry(data.at("encodings"), "text ", [&](const json& entry, const std::string& at) {
        comparison.equal(at + "ids_with_special",
                         tokenizer.encode_with_special(entry.at("text").get<std::string>()),
                         entry.at("ids_with_special").get<Ids>());
    });
}

void check_decoded(const Tokenizer& tokenizer, const json& data, Comparison& comparison) {
    for_each_entry(data.at("encodings"), "text ", [&](const json& entry, const std::string& at) {
        equal_text(at + "decoded", tokenizer.decode(entry.at("ids").get<Ids>(), false),
                   entry.at("decoded"), comparison);
        equal_text(at + "decoded_skip_special",
                   tokenizer.decode(entry.at("ids_with_special").get<Ids>(), true),
                   entry.at("decoded_skip_special"), comparison);
    });
}

void check_random_decodes(const Tokenizer& tokenizer, const json& data, Comparison& comparison) {
    for_each_entry(data.at("random_decodes"), "list ",
                   [&](const json& entry, const std::string& at) {
                       const Ids ids = entry.at("ids").get<Ids>();
                       for (const auto& [key, text] : entry.items()) {
                           if (key == "ids") continue;
                           const bool skip = key == "decoded_skip_special";
                           if (!skip && key != "decoded")
                               throw std::runtime_error("not supported yet: " + key);
                           equal_text(at + key, tokenizer.decode(ids, skip), text, comparison);
                       }
                   });
}

/// published.json: a list of texts with their ids, without special tokens.
void check_published(const fs::path& folder, const std::string& name, const Report& report) {
    run_case(name + "/published", report, [&](Comparison& comparison) {
        auto loaded = load_tokenizer(folder);
        if (!loaded.ok()) throw std::runtime_error(loaded.error().message);
        const Tokenizer& tokenizer = **loaded;
        const json rows = json::parse(read_text(folder / "published.json"));
        for_each_entry(rows, "row ", [&](const json& row, const std::string& at) {
            refuse_unknown_keys(row, {"text", "ids"});
            comparison.equal(at + "ids", tokenizer.encode(row.at("text").get<std::string>()),
                             row.at("ids").get<Ids>());
        });
    });
}

}  // namespace

void check_tokenizer(const fs::path& folder, const std::string& name, const Report& report) {
    if (fs::exists(folder / "published.json")) check_published(folder, name, report);
    if (!fs::exists(folder / "encodings.json") && fs::exists(folder / "published.json")) return;
    json data;
    std::shared_ptr<const Tokenizer> tokenizer;
    const auto failure = failure_of([&] {
        data = json::parse(read_text(folder / "encodings.json"));
        refuse_unknown_keys(data, {"vocab_size", "special_tokens", "encodings", "random_decodes"});
        auto loaded = load_tokenizer(folder);
        if (!loaded.ok()) throw std::runtime_error("not supported yet: " + loaded.error().message);
        tokenizer = *std::move(loaded);
    });
    if (failure) return report(failed(name, *failure));
    run_case(name + "/vocab_size", report, [&](Comparison& comparison) {
        comparison.equal("vocab_size", {tokenizer->vocab_size()},
                         {data.at("vocab_size").get<std::int64_t>()});
    });
    using Check = void (*)(const Tokenizer&, const json&, Comparison&);
    constexpr std::pair<const char*, Check> checks[] = {{"ids", check_ids},
                                                        {"with_special", check_ids_with_special},
                                                        {"decoded", check_decoded},
                                                        {"random_decodes", check_random_decodes}};
    for (const auto& [part, check] : checks)
        run_case(name + "/" + part, report, [&, &work = check](Comparison& comparison) {
            work(*tokenizer, data, comparison);
        });
    if (fs::exists(folder / "chat.json")) check_chat(folder, *tokenizer, name + "/chat", report);
}

}  // namespace plumb::parity
