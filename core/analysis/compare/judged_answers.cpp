// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/judged_answers.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "analysis/label_majority.h"
#include "base/strings.h"

namespace plumb {
namespace {

using Json = nlohmann::json;
constexpr std::string_view gold_judge = "gold";

/// A prompt and two models that an item decides; the first gave answer A.
struct JudgedPair {
    std::size_t prompt = 0, first = 0, second = 0;
};

/// [prompt, first, second]; nothing where that is no such list of the set.
std::optional<JudgedPair> read_comparison(const Json& json, const AnswerSet& set) {
    if (!json.is_array() || json.size() != 3) return std::nullopt;
    for (const Json& number : json)
        if (!number.is_number_unsigned()) return std::nullopt;
    const JudgedPair found{json[0].get<std::size_t>(), json[1].get<std::size_t>(),
                           json[2].get<std::size_t>()};
    const bool fits = found.prompt < static_cast<std::size_t>(set.prompts) &&
                      found.first < set.models.size() && found.second < set.models.size() &&
                      found.first != found.second;
    return fits ? std::optional(found) : std::nullopt;
}

std::vector<JudgedPair> read_comparisons(const std::string& text, const char* key,
                                         const AnswerSet& set) {
    std::vector<JudgedPair> all;
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains(key) || !json[key].is_array()) return all;
    for (const Json& entry : json[key])
        if (const auto found = read_comparison(entry, set)) all.push_back(*found);
    return all;
}

using Pair = std::pair<std::size_t, std::size_t>;
Pair pair_of(const JudgedPair& comparison) {
    return std::minmax(comparison.first, comparison.second);
}

DuelOutcome outcome_of(Choice choice) {
    if (choice == Choice::a) return DuelOutcome::win;
    return choice == Choice::b ? DuelOutcome::loss : DuelOutcome::tie;
}

/// Whether annotators are through with it: a skip says that too.
struct ItemState {
    bool seen = false;
    std::optional<Choice> choice;
};

ItemState state_of(const std::map<LabelItemId, std::vector<Choice>>& choices, LabelItemId item) {
    const auto found = choices.find(item);
    if (found == choices.end()) return {};
    return {true, majority_of(found->second).choice};
}

Status add_queue(StoreReader& reader, const AnswerSet& set, const LabelQueue& queue,
                 std::set<std::pair<std::size_t, Pair>>& taken, PeopleVerdicts& people) {
    PLUMB_TRY(const auto verdicts, reader.standing_verdicts(queue.id));
    std::map<LabelItemId, std::vector<Choice>> choices;
    for (const Verdict& verdict : verdicts)
        if (verdict.round == 0) choices[verdict.item].push_back(verdict.choice);
    struct Progress {
        std::size_t items = 0, seen = 0;
    };
    std::map<Pair, Progress> progress;
    constexpr std::int64_t page = 1000;
    const auto add = [&](const JudgedPair& of, DuelOutcome outcome) {
        // A second queue of the set does not count a comparison again.
        if (taken.insert({of.prompt, pair_of(of)}).second)
            people.duels.push_back({of.prompt, of.first, of.second, outcome});
    };
    for (std::int64_t behind = 0;;) {
        PLUMB_TRY(const auto items, reader.label_items(queue.id, behind, page));
        if (items.empty()) break;
        behind = items.back().place;
        for (const LabelItem& item : items) {
            const ItemState state = state_of(choices, item.id);
            ++people.items;
            if (state.choice) ++people.judged;
            for (const JudgedPair& of : read_comparisons(item.origin, "compares", set)) {
                ++progress[pair_of(of)].items;
                if (state.seen) ++progress[pair_of(of)].seen;
                if (state.choice) add(of, outcome_of(*state.choice));
            }
        }
    }
    std::map<Pair, std::vector<JudgedPair>> equal;
    for (const JudgedPair& of : read_comparisons(queue.source, "equal", set))
        equal[pair_of(of)].push_back(of);
    for (const auto& [pair, of] : equal) {
        const Progress& done = progress[pair];
        const std::size_t count = done.items == 0 ? of.size() : of.size() * done.seen / done.items;
        for (std::size_t i = 0; i < count; ++i) add(of[i], DuelOutcome::tie);
    }
    return {};
}

}  // namespace

std::vector<std::string> JudgedAnswers::judges() const {
    std::vector<std::string> names;
    for (const AnswerScores& judge : scores) names.push_back(judge.judge);
    std::ranges::stable_partition(names,
                                  [](const std::string& name) { return name == gold_judge; });
    if (people) names.emplace_back(people_judge);
    return names;
}

const AnswerScores* JudgedAnswers::scores_of(std::string_view judge) const {
    const auto found = std::ranges::find(scores, judge, &AnswerScores::judge);
    return found == scores.end() ? nullptr : &*found;
}

std::vector<std::string> JudgedAnswers::model_names() const {
    std::vector<std::string> names;
    for (const AnswerModel& model : set.models) names.push_back(model.name);
    return names;
}

Result<JudgedAnswers> read_judged_answers(StoreReader& reader, AnswerSetId id) {
    JudgedAnswers answers;
    PLUMB_TRY(answers.set, reader.answer_set(id));
    PLUMB_TRY(answers.texts, reader.answer_texts(answers.set));
    PLUMB_TRY(answers.scores, reader.answer_scores(answers.set));
    PLUMB_TRY(const auto queues, reader.answer_queues(id));
    if (queues.empty()) return answers;
    PeopleVerdicts people;
    std::set<std::pair<std::size_t, Pair>> taken;
    for (const LabelQueue& queue : queues)
        PLUMB_TRY_STATUS(add_queue(reader, answers.set, queue, taken, people));
    answers.people = std::move(people);
    return answers;
}

Result<std::vector<Duel>> duels_of(const JudgedAnswers& answers, std::string_view judge) {
    if (judge == people_judge && answers.people) return answers.people->duels;
    if (const AnswerScores* scores = answers.scores_of(judge))
        return duels_of_scores(scores->scores);
    const auto judges = answers.judges();
    std::string message = std::string(judge) + " has not judged answer set " +
                          std::to_string(answers.set.id) + " (" + answers.set.name + "); ";
    message += judges.empty() ? "nobody has yet" : "there are: " + join(judges, ", ");
    return invalid_input(message);
}

std::vector<ReportTable> WinRates::tables() const {
    return {win_matrix(table, judge), bradley_terry_table(strengths, judge)};
}

Result<WinRates> win_rates(const JudgedAnswers& answers, std::string_view judge, TieRule ties,
                           const BootstrapOptions& bootstrap) {
    PLUMB_TRY(const auto duels, duels_of(answers, judge));
    const std::size_t prompts = answers.texts.prompts.size();
    return WinRates{std::string(judge),
                    win_table(answers.model_names(), prompts, duels, ties, bootstrap),
                    bradley_terry(answers.model_names(), prompts, duels, ties, bootstrap)};
}

Result<std::vector<CellAnswer>> cell_answers(const JudgedAnswers& answers, std::string_view judge,
                                             std::size_t first, std::size_t second) {
    PLUMB_TRY(const auto duels, duels_of(answers, judge));
    const AnswerScores* scores = answers.scores_of(judge);
    std::vector<CellAnswer> cell;
    for (const Duel& duel : duels) {
        const bool as_named = duel.first == first && duel.second == second;
        if (!as_named && !(duel.first == second && duel.second == first)) continue;
        CellAnswer& answer = cell.emplace_back();
        answer.prompt = duel.prompt;
        answer.outcome = as_named ? duel.outcome : reversed(duel.outcome);
        if (!scores) continue;
        answer.first_score = scores->scores[first][duel.prompt];
        answer.second_score = scores->scores[second][duel.prompt];
    }
    const auto difference = [](const CellAnswer& answer) {
        if (!answer.first_score || !answer.second_score) return 0.0;
        return std::abs(*answer.first_score - *answer.second_score);
    };
    std::ranges::stable_sort(cell, [&](const CellAnswer& x, const CellAnswer& y) {
        if (x.outcome != y.outcome) return x.outcome < y.outcome;
        return difference(x) > difference(y);
    });
    return cell;
}

}  // namespace plumb
