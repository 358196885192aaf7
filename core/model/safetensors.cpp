// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/safetensors.h"

#include <algorithm>
#include <bit>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/files.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

/// In the order of stored_types.
constexpr at::ScalarType scalar_types[] = {
    at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong,
    at::kInt,    at::kShort, at::kChar, at::kByte,     at::kBool,
};
static_assert(std::size(scalar_types) == std::size(stored_types));

const char* dtype_name(at::ScalarType type) {
    const auto* found = std::ranges::find(scalar_types, type);
    return found == std::end(scalar_types) ? nullptr
                                           : stored_types[found - std::begin(scalar_types)].name;
}

}  // namespace

at::ScalarType scalar_type_of(const StoredType& type) {
    return scalar_types[&type - std::begin(stored_types)];
}

at::ScalarType scalar_type_of(WeightType type) {
    switch (type) {
        case WeightType::float32: return at::kFloat;
        case WeightType::bfloat16: return at::kBFloat16;
        case WeightType::float16: return at::kHalf;
    }
    return at::kFloat;
}

Result<TensorMap> read_safetensors(const fs::path& path) {
    const RawFile file(path, O_RDONLY);
    PLUMB_TRY(const std::vector<StoredTensor> stored, read_safetensors_header(file, path));
    TensorMap tensors;
    for (const StoredTensor& entry : stored) {
        at::Tensor tensor = at::empty(entry.shape, scalar_type_of(*entry.type));
        if (const int error = file.read(tensor.data_ptr(), entry.end - entry.begin, entry.begin))
            return safetensors_read_error(path, error);
        tensors.emplace(entry.name, std::move(tensor));
    }
    return tensors;
}

Status write_safetensors(const fs::path& path, const TensorMap& tensors, const FileShapes& shapes) {
    // Widest elements first, as the reference library orders them: every tensor is then aligned.
    std::vector<std::pair<std::string, at::Tensor>> order;
    for (const auto& [name, tensor] : tensors) order.emplace_back(name, tensor);
    std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
        return a.second.element_size() > b.second.element_size();
    });
    nlohmann::ordered_json header = {{"__metadata__", {{"format", "pt"}}}};
    std::uint64_t position = 0;
    for (const auto& [name, tensor] : order) {
        const char* dtype = dtype_name(tensor.scalar_type());
        if (!dtype)
            return invalid_input("tensor " + name + " has a type that safetensors cannot hold");
        header[name] = {{"dtype", dtype},
                        {"shape", shapes.contains(name) ? shapes.at(name) : tensor.sizes().vec()},
                        {"data_offsets", {position, position + tensor.nbytes()}}};
        position += tensor.nbytes();
    }
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');
    const std::uint64_t header_bytes = text.size();

    const auto failed = [&](int error) { return file_error("cannot write", path, error); };
    if (int fault = write_fault("open")) return failed(fault);
    RawFile file(path, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.is_open()) return failed(errno);
    if (int fault = write_fault("write")) return failed(fault);
    if (int error = file.write(&header_bytes, sizeof header_bytes)) return failed(error);
    if (int error = file.write(text.data(), text.size())) return failed(error);
    for (const auto& [name, tensor] : order) {
        const at::Tensor plain = tensor.detach().to(at::kCPU).contiguous();
        if (int error = file.write(plain.data_ptr(), plain.nbytes())) return failed(error);
    }
    if (int fault = write_fault("sync")) return failed(fault);
    if (::fsync(file.fd()) != 0 || file.close() != 0) return failed(errno);
    return {};
}

}  // namespace plumb
