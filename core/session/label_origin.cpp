// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/label_origin.h"

#include <nlohmann/json.hpp>

namespace plumb {
namespace {

using Json = nlohmann::json;

AnswerOrigin answer_origin(const Json& origin, const char* answer) {
    AnswerOrigin known;
    if (!origin.is_object() || !origin.contains(answer)) return known;
    const Json& side = origin[answer];
    if (!side.is_object()) return known;
    known.ended = !side.contains("ended") || side["ended"] != false;
    if (side.contains("gold") && side["gold"].is_number()) known.gold = side["gold"].get<double>();
    return known;
}

}  // namespace

AnswerOrigins answer_origins(const LabelItem& item) {
    const Json origin = Json::parse(item.origin, nullptr, false);
    return {answer_origin(origin, "a"), answer_origin(origin, "b")};
}

}  // namespace plumb
