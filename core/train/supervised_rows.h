// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "config/settings.h"
#include "data/rows.h"
#include "data/supervised.h"
#include "train/batches.h"
#include "train/monitor.h"

namespace plumb {

/// How this run tokenises its rows: cut at max_length or what the model has positions for.
SupervisedOptions supervised_options(const Policy& policy, const Settings& settings);

/// The same for rows to train on: not cut where packing makes rows of what is longer.
SupervisedOptions training_options(const Policy& policy, const Settings& settings);

/// The demonstrations as tokens with labels. Rows without a token to train on are left out.
std::vector<SupervisedRow> supervised_rows(std::span<const Demonstration> demonstrations,
                                           const Policy& policy, const Settings& settings);

LabelledBatch to_batch(std::span<const SupervisedRow> rows);

}  // namespace plumb
