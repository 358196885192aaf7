// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "base/result.h"
#include "store/store.h"

namespace plumb {

/// A new queue of the items on which annotators differ (LabelReport::disagreements), in the order
/// of their places, without verdicts: everybody judges them anew. Their origin is that of the item
/// they were taken from, with that item under the key taken_from. ErrorCode::invalid_input where
/// annotators differ on none, or the name is taken. Blocking.
Result<LabelImport> requeue_disagreements(Store& store, StoreReader& reader, LabelQueueId queue,
                                          const std::string& name);

}  // namespace plumb
