// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/families/family.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "model/families/all.h"

namespace plumb {

std::span<const Family> families() {
    static const std::array all = {llama_family, mistral_family, qwen2_family,
                                   qwen3_family, gpt2_family,    gpt_neox_family};
    return all;
}

const Family& family_of(const ModelConfig& config) {
    const auto found = std::ranges::find(families(), config.family, &Family::id);
    PLUMB_CHECK(found != families().end(), "every family is registered");
    return *found;
}

std::string family_names() {
    std::string names;
    for (const Family& family : families())
        names += (names.empty() ? "" : ", ") + std::string(family.model_type);
    return names;
}

std::vector<std::int64_t> file_shape(const ModelConfig& config, const FileTensor& tensor) {
    std::vector<std::int64_t> shape = parameter_shape(config, tensor.parameter);
    PLUMB_CHECK(!shape.empty(), tensor.name);
    shape[0] = tensor.rows;
    if (tensor.layout == FileLayout::transposed) std::reverse(shape.begin(), shape.end());
    return shape;
}

}  // namespace plumb
