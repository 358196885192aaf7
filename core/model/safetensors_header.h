// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/raw_file.h"

namespace plumb {

/// A type of numbers in safetensors files.
struct StoredType {
    const char* name;    ///< "BF16", as files write it
    std::int64_t bytes;  ///< of one number
};
/// All that this program reads.
inline constexpr StoredType stored_types[] = {
    {"F64", 8}, {"F32", 4}, {"F16", 2}, {"BF16", 2}, {"I64", 8},
    {"I32", 4}, {"I16", 2}, {"I8", 1},  {"U8", 1},   {"BOOL", 1},
};

/// Where a tensor lies in its file.
struct StoredTensor {
    std::string name;
    const StoredType* type = nullptr;  ///< one of stored_types
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0, end = 0;  ///< bytes from the start of the file
};

/// The tensors of a safetensors file in the order of their data, which they cover without gap or
/// overlap. No memory but for the header is taken. Errors name the file and what is broken.
Result<std::vector<StoredTensor>> read_safetensors_header(const RawFile& file,
                                                          const std::filesystem::path& path);

/// For a failed RawFile::read of such a file.
Error safetensors_read_error(const std::filesystem::path& path, int error);

}  // namespace plumb
