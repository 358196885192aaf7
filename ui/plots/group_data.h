// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "analysis/compare/comparison.h"
#include "plots/overlay.h"

namespace plumb::ui {

/// Whether the key is to be computed; what is to be left out.
struct GroupDataWish {
    std::set<std::string> keys;
    std::set<std::string> hidden;  ///< names of groups
    bool everyRun = false;         ///< the runs' own curves in place of the groups' means
    std::map<std::string, std::int64_t> numbers;  ///< of groups by name, for their overlays
};

/// What charts of a comparison draw: a value, to be made on any thread.
struct GroupData {
    std::vector<FramedCurves> curves;
    /// Of all groups, hidden ones too, so that what is in view stays when one is taken off: each
    /// metric's last step, and the places from 0 to the furthest one.
    std::map<std::string, std::int64_t> lastSteps;
    std::map<XAxis, XScale> scales;
    /// By axis: the groups that have not recorded what it is made of.
    std::map<XAxis, std::vector<std::string>> without;
};

/// Stops between two groups when that is requested; what it returns is not to be used then.
GroupData groupData(const Comparison& comparison, const GroupDataWish& wish, std::stop_token stop);

/// How the group is drawn. number: of its overlay.
OverlaidRun overlayOfGroup(const RunGroup& group, std::int64_t number);

}  // namespace plumb::ui
