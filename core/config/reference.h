// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace plumb {

/// The page docs/settings.md: every setting of the table by section, as Markdown.
std::string settings_reference();

}  // namespace plumb
