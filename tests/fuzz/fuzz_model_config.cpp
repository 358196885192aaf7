// SPDX-License-Identifier: GPL-3.0-or-later
// A config.json, read; what is read is written and read again.
#include <cstdint>
#include <filesystem>
#include <string>

#include <unistd.h>

#include "base/check.h"
#include "base/files.h"
#include "model/config.h"
#include "model/families/family.h"

namespace {

std::filesystem::path make_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "plumbline-fuzz-XXXXXX").string();
    PLUMB_CHECK(::mkdtemp(name.data()) != nullptr, "no temporary folder");
    return name;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::filesystem::path folder = make_folder();
    const std::string json(reinterpret_cast<const char*>(data), size);
    PLUMB_CHECK(plumb::write_file_atomic(folder / "config.json", json).ok(), "cannot write");
    const auto config = plumb::read_model_config(folder);
    if (!config.ok()) return 0;
    std::int64_t numbers = 0;
    for (const plumb::ParameterPlace& place : plumb::decoder_parameters(*config))
        numbers += place.numel();
    std::int64_t in_files = 0;
    for (const plumb::FileTensor& tensor : plumb::family_of(*config).tensors(*config)) {
        std::int64_t count = 1;
        for (const std::int64_t extent : plumb::file_shape(*config, tensor)) count *= extent;
        in_files += count;
    }
    PLUMB_CHECK(numbers == in_files, "files hold every parameter once");
    PLUMB_CHECK(plumb::write_model_config(*config, folder).ok(), "cannot write");
    const auto again = plumb::read_model_config(folder);
    PLUMB_CHECK(again.ok(), again.error().message);
    PLUMB_CHECK(again->family == config->family && again->hidden_size == config->hidden_size &&
                    again->head_dim == config->head_dim &&
                    again->first_window_layer == config->first_window_layer,
                "it is the same model");
    return 0;
}
