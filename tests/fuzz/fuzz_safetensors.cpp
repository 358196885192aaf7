// SPDX-License-Identifier: GPL-3.0-or-later
// A safetensors file as it stands, and the same bytes as the header of one.
#include <cstdint>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "base/check.h"
#include "base/files.h"
#include "model/safetensors_header.h"

namespace {

std::filesystem::path make_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "plumbline-fuzz-XXXXXX").string();
    PLUMB_CHECK(::mkdtemp(name.data()) != nullptr, "no temporary folder");
    return name;
}

void read(const std::string& bytes) {
    static const std::filesystem::path file = make_folder() / "model.safetensors";
    PLUMB_CHECK(plumb::write_file_atomic(file, bytes).ok(), "cannot write");
    const auto tensors = plumb::read_safetensors_header(plumb::RawFile(file, O_RDONLY), file);
    if (!tensors.ok()) return;
    std::uint64_t held = 0;
    for (const plumb::StoredTensor& tensor : *tensors) {
        auto size = static_cast<std::uint64_t>(tensor.type->bytes);
        for (const std::int64_t extent : tensor.shape) size *= static_cast<std::uint64_t>(extent);
        PLUMB_CHECK(tensor.end - tensor.begin == size && tensor.end <= bytes.size(), tensor.name);
        held += size;
    }
    PLUMB_CHECK(held < bytes.size(), "tensors hold what the file holds behind its header");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    read(bytes);
    const std::uint64_t length = size;
    read(std::string(reinterpret_cast<const char*>(&length), sizeof length) + bytes);
    return 0;
}
