// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "base/result.h"
#include "store/store.h"

namespace plumb {

/// Puts a queue into an order: as given, random by the seed, or those first whose two rewards
/// differ least, by the source: run_source, gold_source, or a reward model that has scored the
/// queue (Session::score_labels). Items whose rewards the source does not know come last, as given.
/// Verdicts stay. Returns how many such items there are; where it knows none, that is an error.
/// Blocking.
Result<std::int64_t> order_queue(Store& store, StoreReader& reader, LabelQueueId queue,
                                 const LabelOrder& order);

}  // namespace plumb
