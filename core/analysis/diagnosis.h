// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "store/records.h"

namespace plumb {

/// The points of each metric by rising step.
using MetricSeries = std::map<std::string, std::vector<MetricPoint>>;

/// What is known of a run when it is diagnosed.
struct DiagnosisInput {
    Settings settings;  ///< as they stand after all edits
    MetricSeries metrics;
    std::int64_t total_steps = 0;                    ///< 0: not known
    std::vector<CheckpointRecord> checkpoints = {};  ///< by rising step
    double memory_limit = 0;  ///< megabytes that the machine lets a program have; 0: not known
};

/// note: worth knowing, nothing is wrong. problem: what the run does from here on is of no use.
enum class Severity { note, warning, problem };
std::string_view severity_name(Severity severity);

/// A setting that a suggestion changes, values as field_text() writes them.
struct SettingChange {
    std::string key;
    std::string old_value, new_value;
};

/// A change that one click applies. The settings with it are as valid as without it.
struct Suggestion {
    std::string label;  ///< "Longer completions"
    std::vector<SettingChange> changes;
    bool live = false;  ///< all of it can be edited while the run goes on; else it takes a new run
};

/// Which completions show it: those of a step in the order of a value, "reward", "advantage",
/// "length" or the name of a reward function.
struct SampleOrder {
    std::int64_t step = 0;
    std::string by;
    bool largest_first = true;
};

struct Evidence {
    std::vector<std::string> metrics;  ///< most telling first
    std::int64_t first_step = 0;       ///< with the steps before the sign that show the change
    std::int64_t last_step = 0;
    std::optional<SampleOrder> samples = {};
};

/// A failure that shows in a run's metrics.
struct Diagnosis {
    std::string id;     ///< "kl_blow_up"
    std::string title;  ///< "KL blow-up"
    Severity severity = Severity::warning;
    std::string sentence;         ///< what has happened, in numbers
    std::string advice;           ///< what to do about it
    std::int64_t first_step = 0;  ///< from which step on the sign was there
    std::int64_t last_step = 0;   ///< up to which
    bool standing = true;         ///< the sign is there still
    Evidence evidence = {};
    std::vector<Suggestion> suggestions = {};
};

/// What stands first, most severe first, then what has gone. A diagnosis stands for one unbroken
/// stretch of steps in which its sign holds: of several the last one. What a rule says of a step
/// depends on the steps up to it alone, so that a later call adds to a stretch and does not move
/// its start. Takes time in proportion to the number of points.
std::vector<Diagnosis> diagnose(const DiagnosisInput& input);

/// "key old → new", several joined by commas.
std::string changes_text(const Suggestion& suggestion);

/// A number of a rule. docs/diagnoses.md lists all of them.
struct Threshold {
    std::string_view name;
    double value = 0;
    std::string_view meaning;
    constexpr operator double() const { return value; }
};

/// A pure function of what was recorded, for one kind of failure. It finds at most one diagnosis of
/// each id.
struct DiagnosisRule {
    std::string_view id;
    std::string_view title;
    std::vector<Diagnosis> (*find)(const DiagnosisInput& input);
    std::span<const Threshold> thresholds;
};
std::span<const DiagnosisRule> diagnosis_rules();

}  // namespace plumb
