// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/families/family.h"

namespace plumb {

extern const Family llama_family;

}  // namespace plumb
