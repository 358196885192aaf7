// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "model/config.h"
#include "model/families/config_keys.h"

namespace plumb {

/// The activation named by a key, of a family whose MLP has no gate.
inline MlpKind read_gelu(ConfigKeys& keys, const char* key, std::string name) {
    keys.text(key, name);
    if (name == "gelu" || name == "gelu_python") return MlpKind::gelu;
    if (name != "gelu_new" && name != "gelu_fast" && name != "gelu_pytorch_tanh")
        keys.fail(std::string(key) + " \"" + name +
                  "\" is not supported; gelu, gelu_new, gelu_fast and gelu_pytorch_tanh are");
    return MlpKind::gelu_tanh;
}

}  // namespace plumb
