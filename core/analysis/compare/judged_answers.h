// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/compare/bradley_terry.h"
#include "analysis/compare/win_rates.h"
#include "store/reader.h"

namespace plumb {

/// The judge of verdicts in label queues that were made of a set.
inline constexpr std::string_view people_judge = "people";

/// What a label queue has to say of a set: verdicts by most annotators.
struct PeopleVerdicts {
    std::vector<Duel> duels{};
    std::int64_t items = 0, judged = 0;  ///< of the queues; skips and splits are not judged
};

/// An answer set with everything that was said of it. A value: to be copied to any thread.
struct JudgedAnswers {
    AnswerSet set;
    AnswerTexts texts;
    std::vector<AnswerScores> scores;
    std::optional<PeopleVerdicts> people;  ///< empty: no label queue was made of it

    /// Names of those that can judge: "gold" first, then by name, "people" last.
    std::vector<std::string> judges() const;
    /// Null where the judge gives no scores.
    const AnswerScores* scores_of(std::string_view judge) const;
    std::vector<std::string> model_names() const;
};

/// Reads the set whole: for the reader thread.
Result<JudgedAnswers> read_judged_answers(StoreReader& reader, AnswerSetId set);

/// What the judge says of every pair of models on every prompt. Of people: the choice of most
/// annotators (one verdict each, their newest); tie and both bad are a tie, skips and items on
/// which annotators are split say nothing. Equal answers are not shown to people: they are ties, of
/// which as large a share counts as was judged of the pair's other items. An unknown judge is an
/// error that names those there are.
Result<std::vector<Duel>> duels_of(const JudgedAnswers& answers, std::string_view judge);

/// Matrix and strengths by one judge.
struct WinRates {
    std::string judge;
    WinTable table;
    BradleyTerry strengths;
    std::vector<ReportTable> tables() const;  ///< win_matrix, bradley_terry_table
};
Result<WinRates> win_rates(const JudgedAnswers& answers, std::string_view judge, TieRule ties,
                           const BootstrapOptions& bootstrap = {});

/// One prompt of a cell.
struct CellAnswer {
    std::size_t prompt = 0;
    DuelOutcome outcome = DuelOutcome::tie;           ///< as the first model sees it
    std::optional<double> first_score, second_score;  ///< none by people
};
/// The prompts on which the judge compared two models, those that were decided first: wins, losses,
/// ties; within them the largest difference of scores first.
Result<std::vector<CellAnswer>> cell_answers(const JudgedAnswers& answers, std::string_view judge,
                                             std::size_t first, std::size_t second);

}  // namespace plumb
