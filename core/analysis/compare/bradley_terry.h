// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/compare/report_table.h"
#include "analysis/compare/win_rates.h"

namespace plumb {

/// Strengths s of models such that a wins over b with probability 1 / (1 + exp(s_b - s_a)).
struct BradleyTerry {
    std::vector<std::string> models;
    TieRule ties = TieRule::half;
    /// Natural-log scale, mean 0 over the models that have one, with 95 % interval; count is the
    /// number of duels that the model was in. No value: nothing links the model with the others.
    std::vector<Estimate> strengths;
    /// Some model, or group of models, never lost to the others or never won, so that the
    /// likelihood has no maximum: every pair that was compared got half a win each way, which keeps
    /// strengths finite and draws them together.
    bool regularised = false;
    std::vector<std::size_t> unlinked;  ///< models without a strength, rising
};

/// Maximum likelihood by the MM algorithm (Hunter, MM Algorithms for Generalized Bradley-Terry
/// Models, 2004, equation 3), the start of which the likelihood never falls below. A tie is half a
/// win for each under TieRule::half; under the other rules it says nothing. Strengths are finite
/// exactly where, however the models are parted in two, some model of each part has won over one of
/// the other (Ford, 1957); else see BradleyTerry::regularised. Of models that no chain of
/// comparisons links, the largest set that is linked gets strengths (of equally large ones the
/// first). Intervals: percentile bootstrap over prompts, each resample fitted in the same way; a
/// resample that links fewer models says nothing and is left out.
BradleyTerry bradley_terry(std::vector<std::string> models, std::size_t prompts,
                           std::span<const Duel> duels, TieRule ties,
                           const BootstrapOptions& bootstrap = {});

/// The strongest first. judge: as in win_matrix.
ReportTable bradley_terry_table(const BradleyTerry& fit, std::string_view judge);

}  // namespace plumb
