// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/store: what writing and reading answer sets share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/answer_records.h"
#include "store/database.h"

namespace plumb {

/// ErrorCode::not_found, with the file.
Error unknown_answer_set(const Connection& connection, AnswerSetId set);

/// Token ids as int32, little-endian, and back; nothing where the bytes are no such list.
std::string tokens_to_blob(const std::vector<std::int64_t>& tokens);
std::optional<std::vector<std::int64_t>> tokens_from_blob(std::string_view blob);

}  // namespace plumb
