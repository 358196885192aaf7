// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "store/label_records.h"

namespace plumb {

/// What an item's origin tells of one of its answers.
struct AnswerOrigin {
    bool ended = true;             ///< false: the sample was cut
    std::optional<double> gold{};  ///< gold reward, where a built-in task's model wrote it
};
struct AnswerOrigins {
    AnswerOrigin a{}, b{};
};

/// Of an answer that is no sample, or whose origin is damaged, nothing is known.
AnswerOrigins answer_origins(const LabelItem& item);

}  // namespace plumb
