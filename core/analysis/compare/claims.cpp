// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/claims.h"

#include "analysis/compare/claim_judge.h"
#include "analysis/compare/mean_test.h"

namespace plumb {

std::string_view verdict_text(ClaimVerdict verdict) {
    switch (verdict) {
        case ClaimVerdict::holds: return "holds here";
        case ClaimVerdict::does_not_hold: return "does not hold here";
        case ClaimVerdict::not_decided: return "not decided";
        case ClaimVerdict::not_run: return "not run yet";
    }
    return {};
}

std::vector<Claim> judge_claims(const std::vector<ComparedRun>& runs,
                                const std::map<RunId, PromptGains>& gains) {
    return ClaimJudge(runs, gains).all();
}

ReportTable claims_table(const std::vector<Claim>& claims) {
    ReportTable table{.id = "claims", .title = "The usual account, measured"};
    table.columns = {{"claim", "claim", "", "", false},
                     {"verdict", "verdict", "", "", false},
                     {"figure", "figure", "", "", false},
                     {"seeds", "seeds", "", "", true},
                     {"p_holm", "p (Holm)", "", "Corrected for all claims of this table.", true},
                     {"reason", "why", "", "", false},
                     {"experiment", "experiment", "", "", false},
                     {"runs", "runs", "", "", false}};
    for (const Claim& claim : claims) {
        std::string runs;
        for (const RunId run : claim.runs) runs += (runs.empty() ? "" : " ") + std::to_string(run);
        TableCell seeds, p;
        if (claim.seeds > 0)
            seeds = {.text = std::to_string(claim.seeds),
                     .value = static_cast<double>(claim.seeds)};
        if (claim.adjusted_p)
            p = {.text = p_text(*claim.adjusted_p),
                 .value = claim.adjusted_p,
                 .detail = "uncorrected " + p_text(*claim.p_value)};
        TableCell figure{.text = claim.figure, .interval = claim.estimate.interval};
        table.rows.push_back({{{.text = claim.statement},
                               {.text = std::string(verdict_text(claim.verdict))},
                               std::move(figure),
                               std::move(seeds),
                               std::move(p),
                               {.text = claim.reason},
                               {.text = claim.experiment},
                               {.text = runs}}});
    }
    table.notes = {
        "Means over seeds with 95 % intervals (Student's t). A verdict is at 5 % after correction "
        "for all claims that were tested (Holm); it is about these small models and tasks, and not "
        "decided is no proof of the contrary."};
    return table;
}

}  // namespace plumb
