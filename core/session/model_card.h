// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "session/model_source.h"

namespace plumb {

/// What the exported folder is, beside what the workspace knows of the run that made it.
struct CardSubject {
    std::string title;        ///< the name of the folder that is written
    bool is_adapter = false;  ///< its base is needed too
    bool score_head = false;  ///< a reward or value model
    std::string base;         ///< of an adapter: the name of its base; empty: not known
};

/// The card of a model, for the folder that it is exported to.
struct ModelCard {
    std::string readme;  ///< README.md: YAML front matter, then Markdown
    std::string curves;  ///< curves.svg; empty where there are none
};

/// Parents, data, settings, edits, curves, evaluation and diagnoses of the run up to the step of
/// the checkpoint, and how to load the model; of a folder that is no run's the last alone. Folders
/// and files of this machine are named by their last part. Blocks while the run is read; files of
/// rows that are still there are read through once for their numbers of rows.
Result<ModelCard> make_model_card(const ModelSource& source, const CardSubject& subject,
                                  const std::filesystem::path& workspace);

}  // namespace plumb
