// SPDX-License-Identifier: GPL-3.0-or-later
#include "algorithms/overlong.h"

#include "base/check.h"

namespace plumb {

at::Tensor overlong_penalty(const at::Tensor& lengths, std::int64_t max_length,
                            std::int64_t soft_length) {
    PLUMB_CHECK(soft_length > 0 && soft_length <= max_length,
                "the soft part must be within the longest length");
    const at::Tensor excess =
        lengths.to(at::kDouble) - static_cast<double>(max_length - soft_length);
    return (-excess / static_cast<double>(soft_length)).clamp(-1, 0).to(at::kFloat);
}

}  // namespace plumb
