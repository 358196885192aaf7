// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/session: what imports and previews of label files share.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "data/label_file.h"
#include "store/label_records.h"

namespace plumb {

/// Columns by role, as LabelFileToImport names them. An unknown role is an error.
Result<LabelColumns> label_columns(const std::map<std::string, std::string>& named);
/// The verdict that a row has.
std::optional<Choice> choice_of(const LabelRow& row);

}  // namespace plumb
