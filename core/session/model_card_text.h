// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/session: the parts of a model card as Markdown.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/diagnosis.h"
#include "config/settings.h"
#include "session/model_card.h"
#include "store/records.h"

namespace plumb {

/// A run's part in how a model came about.
struct CardParent {
    std::string role;   ///< "base model", "reward model", "preference pairs"
    std::string name;   ///< "run 3, reviews-sft, step 200", "SmolLM2-135M"
    std::string about;  ///< algorithm and data of a run; empty of a folder
};

/// What a card tells of a run, up to a step.
struct CardRun {
    RunRecord record;
    std::int64_t step = 0;
    bool is_start = false;  ///< the model is the one that the run started from
    Settings settings;      ///< as they were at its start
    std::vector<CardParent> parents;
    std::string base;  ///< the folder that the chain of parents begins with; empty: a new model
    std::vector<EditRecord> edits;
    MetricTable metrics;
    std::vector<Diagnosis> diagnoses;
};

/// A name as one cell of a table.
std::string card_cell(std::string text);
/// The last part of a path; a name without slashes as it is.
std::string card_name(const std::string& path);

std::string front_matter(const CardSubject& subject, const CardRun* run);
std::string card_parents(const CardRun& run);
std::string card_data(const CardRun& run);
std::string card_settings(const CardRun& run);
std::string card_edits(const CardRun& run);
/// The metrics of the run's charts at five steps; empty where it has none.
std::string card_curves(const CardRun& run);
std::string card_evaluation(const CardRun& run);
std::string card_diagnoses(const CardRun& run);
std::string card_usage(const CardSubject& subject, const CardRun* run);

}  // namespace plumb
