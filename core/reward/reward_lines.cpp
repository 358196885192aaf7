// SPDX-License-Identifier: GPL-3.0-or-later
#include "reward/reward_lines.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <nlohmann/json.hpp>

namespace plumb {
namespace {

using Json = nlohmann::json;

constexpr std::size_t shown_bytes = 80;

std::string to_line(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// The beginning of a text as JSON writes it: in quotes, on one line.
std::string beginning(std::string_view text) {
    std::size_t end = std::min(text.size(), shown_bytes);
    while (end > 0 && end < text.size() && (text[end] & 0xC0) == 0x80) --end;
    return to_line(Json(std::string(text.substr(0, end)))) + (end < text.size() ? " ..." : "");
}

Error broken(std::string what) { return {ErrorCode::failed, std::move(what)}; }

Json parse(std::string_view line) { return Json::parse(line, nullptr, false); }

/// Which score is NaN or infinite where a line fails to be JSON for that reason alone: Python's
/// json module writes such numbers as bare words.
std::optional<std::size_t> row_without_number(std::string_view line) {
    const auto key = line.find("\"scores\"");
    const auto begin = key == line.npos ? line.npos : line.find('[', key);
    if (begin == line.npos) return std::nullopt;
    const std::string_view scores = line.substr(begin);
    const auto word = std::min(scores.find("NaN"), scores.find("Infinity"));
    if (word == scores.npos) return std::nullopt;
    return static_cast<std::size_t>(std::ranges::count(scores.substr(0, word), ','));
}

Error not_json(std::string_view line, std::span<const RewardInput> rows) {
    const auto row = row_without_number(line);
    if (row && *row < rows.size())
        return broken("gave NaN or an infinite number to " + named_row(*row, rows) +
                      "; give a finite number, or null for no opinion");
    return broken("wrote a line that is no JSON: " + beginning(line) +
                  "; only answers may go to its standard output, all else to standard error");
}

std::string text_of(const Json& value) {
    return value.is_string() ? value.get<std::string>() : to_line(value);
}

Error error_of_program(const Json& answer, std::span<const RewardInput> rows) {
    std::string message = "reports an error: " + text_of(answer["error"]);
    const auto row = answer.find("row");
    if (row != answer.end() && row->is_number_unsigned() && row->get<std::size_t>() < rows.size())
        message += " (at " + named_row(row->get<std::size_t>(), rows) + ")";
    return broken(message);
}

}  // namespace

std::string named_row(std::size_t row, std::span<const RewardInput> rows) {
    return "completion " + std::to_string(row + 1) + " of " + std::to_string(rows.size()) + ", " +
           beginning(rows[row].completion_with_special);
}

std::string batch_line(std::int64_t id, std::span<const RewardInput> rows) {
    Json list = Json::array();
    for (const RewardInput& row : rows)
        list.push_back({{"prompt", std::string(row.prompt)},
                        {"completion", std::string(row.completion)},
                        {"completion_with_special", std::string(row.completion_with_special)},
                        {"answer", std::string(row.answer)},
                        {"ended", row.ended},
                        {"tokens", row.completion_ids}});
    return to_line({{"id", id}, {"rows", std::move(list)}}) + "\n";
}

Status read_hello(std::string_view line) {
    const Json hello = parse(line);
    if (hello.is_object() && hello.contains("error"))
        return broken("does not start: " + text_of(hello["error"]));
    const auto version = hello.is_object() ? hello.find("plumbline") : hello.end();
    if (!hello.is_object() || version == hello.end())
        return broken("began with " + beginning(line) +
                      "; its first line must be {\"plumbline\": 1}");
    if (*version != reward_protocol)
        return broken("speaks version " + to_line(*version) + " of the protocol; this Plumbline " +
                      "speaks version " + std::to_string(reward_protocol));
    return {};
}

Result<RewardFunction::Scores> read_scores(std::string_view line, std::int64_t id,
                                           std::span<const RewardInput> rows) {
    const Json answer = parse(line);
    if (answer.is_discarded()) return not_json(line, rows);
    if (!answer.is_object())
        return broken("wrote " + beginning(line) + "; an answer is an object with id and scores");
    const auto number = answer.find("id");
    if (number == answer.end() || *number != id)
        return broken(
            "answered batch " + std::to_string(id) + " with the id " +
            (number == answer.end() ? "missing" : to_line(*number).substr(0, shown_bytes)) +
            "; an answer repeats the id of its batch, and there is one for each");
    if (answer.contains("error")) return error_of_program(answer, rows);
    const auto scores = answer.find("scores");
    if (scores == answer.end() || !scores->is_array())
        return broken("answered without a list of scores: " + beginning(line));
    if (scores->size() != rows.size())
        return broken("gave " + std::to_string(scores->size()) + " scores for " +
                      std::to_string(rows.size()) + " completions");
    RewardFunction::Scores values;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Json& score = (*scores)[i];
        if (score.is_null()) {
            values.emplace_back();
        } else if (score.is_number() && std::isfinite(score.get<double>())) {
            values.emplace_back(score.get<double>());
        } else {
            return broken("gave " + beginning(to_line(score)) + " to " + named_row(i, rows) +
                          "; a score is a finite number, or null for no opinion");
        }
    }
    return values;
}

}  // namespace plumb
