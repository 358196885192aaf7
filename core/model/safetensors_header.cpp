// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/safetensors_header.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <tuple>
#include <unordered_set>

#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "base/files.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t most_header_bytes = 100'000'000;  // the limit of the reference library
constexpr std::size_t most_dimensions = 64;               // ATen's

Error broken(const fs::path& file, const std::string& what) {
    return invalid_input(file.string() + " is not a valid safetensors file: " + what);
}

/// Makes tensors of the header's JSON as it is read, without a tree of it: a header may have 100
/// MB.
/// {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "__metadata__": {...}}
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
public:
    std::vector<StoredTensor> tensors;
    std::string error;  ///< the first

    bool start_object(std::size_t) override {
        ++depth_;
        if (depth_ == 1) return true;
        if (in_metadata_) return depth_ <= 2 || fail("__metadata__ holds more than texts");
        if (depth_ > 2) return fail_field("is an object");
        dtype_ = nullptr;
        shape_.reset();
        offsets_.clear();
        has_offsets_ = false;
        return true;
    }
    bool end_object() override {
        if (--depth_ != 1) return true;
        if (in_metadata_) {
            in_metadata_ = false;
            return true;
        }
        return finish_tensor();
    }
    bool key(std::string& name) override {
        if (depth_ == 1) {
            name_ = name;
            in_metadata_ = name == "__metadata__";
            if (!names_.insert(name).second) return fail("the tensor " + name + " is there twice");
        } else if (!in_metadata_) {
            field_ = name;
        }
        return true;
    }
    bool start_array(std::size_t) override {
        if (depth_ == 0) return fail("the header is not a JSON object");
        if (in_metadata_) return fail("__metadata__ holds more than texts");
        if (depth_ == 1 || in_list_) return fail_field("is a list");
        in_list_ = true;
        if (field_ == "shape") shape_.emplace();
        if (field_ == "data_offsets") has_offsets_ = true;
        return true;
    }
    bool end_array() override {
        in_list_ = false;
        return true;
    }
    bool number_unsigned(number_unsigned_t value) override {
        if (!in_list_) return other_value(std::to_string(value));
        if (field_ == "shape") {
            if (shape_->size() == most_dimensions) return fail_field("has too many dimensions");
            shape_->push_back(value);
        } else if (field_ == "data_offsets") {
            if (offsets_.size() == 2) return fail_field("is not a pair of offsets");
            offsets_.push_back(value);
        }
        return true;
    }
    bool string(std::string& value) override {
        if (depth_ != 2 || in_list_ || field_ != "dtype" || in_metadata_)
            return other_value('"' + value.substr(0, 40) + '"');
        const auto* found = std::ranges::find_if(
            stored_types, [&](const StoredType& type) { return value == type.name; });
        if (found == std::end(stored_types))
            return fail_tensor("dtype \"" + value.substr(0, 40) + "\" is not supported");
        dtype_ = found;
        return true;
    }
    bool null() override { return other_value("null"); }
    bool boolean(bool value) override { return other_value(value ? "true" : "false"); }
    bool number_integer(number_integer_t value) override {
        return other_value(std::to_string(value));
    }
    bool number_float(number_float_t, const std::string& text) override {
        return other_value(text.substr(0, 40));
    }
    bool binary(nlohmann::json::binary_t&) override { return false; }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        return fail("the header is not a JSON object");
    }

private:
    bool fail(const std::string& what) {
        if (error.empty()) error = what;
        return false;
    }
    bool fail_tensor(const std::string& what) {
        return fail("tensor " + name_.substr(0, 200) + ": " + what);
    }
    bool fail_field(const std::string& what) {
        return fail_tensor(depth_ == 1 ? "it " + what : field_.substr(0, 40) + " " + what);
    }
    /// A value that means nothing where it stands; fields that are not known are left alone.
    bool other_value(const std::string& value) {
        if (depth_ == 0) return fail("the header is not a JSON object");
        if (in_metadata_) return true;
        if (depth_ == 1) return fail_tensor("it is " + value);
        if (field_ == "shape") return fail_tensor("shape is not a list of sizes: " + value);
        if (field_ == "data_offsets")
            return fail_tensor("data_offsets is not a pair of offsets: " + value);
        if (field_ == "dtype") return fail_tensor("dtype " + value + " is not supported");
        return true;
    }

    bool finish_tensor() {
        if (!dtype_ || !shape_ || !has_offsets_)
            return fail_tensor("dtype, shape or data_offsets is missing");
        if (offsets_.size() != 2) return fail_tensor("data_offsets is not a pair of offsets");
        StoredTensor tensor;
        tensor.name = name_;
        tensor.type = dtype_;
        auto bytes = static_cast<std::uint64_t>(dtype_->bytes);
        std::string shape;
        for (const std::uint64_t extent : *shape_) {
            shape += (shape.empty() ? "" : ", ") + std::to_string(extent);
            constexpr std::uint64_t most = std::uint64_t{1} << 62;
            if (extent > most || (extent != 0 && bytes > most / extent))
                return fail_tensor("shape [" + shape + " ...] is too large");
            bytes *= extent;
            tensor.shape.push_back(static_cast<std::int64_t>(extent));
        }
        tensor.begin = offsets_[0];
        tensor.end = offsets_[1];
        if (tensor.end < tensor.begin || tensor.end - tensor.begin != bytes)
            return fail_tensor("data_offsets [" + std::to_string(tensor.begin) + ", " +
                               std::to_string(tensor.end) + "] do not fit shape [" + shape +
                               "] of dtype " + dtype_->name);
        tensors.push_back(std::move(tensor));
        return true;
    }

    int depth_ = 0;
    bool in_metadata_ = false, in_list_ = false, has_offsets_ = false;
    std::string name_, field_;
    const StoredType* dtype_ = nullptr;
    std::optional<std::vector<std::uint64_t>> shape_;
    std::vector<std::uint64_t> offsets_;
    std::unordered_set<std::string> names_;
};

Status check_cover(const fs::path& file, const std::vector<StoredTensor>& tensors,
                   std::uint64_t data_bytes) {
    std::uint64_t position = 0;
    for (const StoredTensor& tensor : tensors) {
        if (tensor.begin < position)
            return broken(file, "tensor " + tensor.name + " overlaps another");
        if (tensor.begin > position)
            return broken(file, "there is a gap before tensor " + tensor.name);
        position = tensor.end;
    }
    if (position > data_bytes)
        return broken(file, "it is cut off: its tensors need " + std::to_string(position) +
                                " bytes, it has " + std::to_string(data_bytes) +
                                "; copy or download it again");
    if (position < data_bytes) return broken(file, "there are bytes after the last tensor");
    return {};
}

}  // namespace

Error safetensors_read_error(const fs::path& path, int error) {
    return error > 0 ? file_error("cannot read", path, error)
                     : broken(path, "it was cut off while it was read");
}

Result<std::vector<StoredTensor>> read_safetensors_header(const RawFile& file,
                                                          const fs::path& path) {
    if (!file.is_open()) return file_error("cannot read", path, errno);
    struct stat info {};
    if (::fstat(file.fd(), &info) != 0) return file_error("cannot read", path, errno);
    if (!S_ISREG(info.st_mode)) return broken(path, "it is not a regular file");
    const auto size = static_cast<std::uint64_t>(info.st_size);
    std::uint64_t header_bytes = 0;
    if (size < sizeof header_bytes) return broken(path, "it is shorter than its header");
    if (const int error = file.read(&header_bytes, sizeof header_bytes, 0))
        return safetensors_read_error(path, error);
    if (header_bytes > most_header_bytes || header_bytes > size - sizeof header_bytes)
        return broken(path, "the header's length of " + std::to_string(header_bytes) +
                                " bytes does not fit a file of " + std::to_string(size));
    std::string text(header_bytes, '\0');
    if (const int error = file.read(text.data(), header_bytes, sizeof header_bytes))
        return safetensors_read_error(path, error);

    HeaderReader reader;
    if (!nlohmann::json::sax_parse(text, &reader)) {
        if (reader.error.empty()) reader.error = "the header is not a JSON object";
        return broken(path, reader.error);
    }
    std::ranges::sort(reader.tensors, [](const StoredTensor& a, const StoredTensor& b) {
        return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
    });
    const std::uint64_t start = sizeof header_bytes + header_bytes;
    PLUMB_TRY_STATUS(check_cover(path, reader.tensors, size - start));
    for (StoredTensor& tensor : reader.tensors) {
        tensor.begin += start;
        tensor.end += start;
    }
    return std::move(reader.tensors);
}

}  // namespace plumb
