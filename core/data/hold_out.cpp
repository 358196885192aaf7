// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/hold_out.h"

#include <algorithm>

#include "base/check.h"
#include "base/random.h"

namespace plumb {

HoldOut hold_out(std::int64_t count, std::int64_t wanted, std::uint64_t seed) {
    PLUMB_CHECK(count >= 2 && wanted >= 1, "nothing to hold out from");
    const std::int64_t held = std::max<std::int64_t>(1, std::min(wanted, count / 5));
    auto order = Random(derive_seed(seed, "hold out")).permutation(count);
    std::sort(order.begin(), order.begin() + held);
    std::sort(order.begin() + held, order.end());
    return {.training = {order.begin() + held, order.end()},
            .held_out = {order.begin(), order.begin() + held}};
}

}  // namespace plumb
