// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/safetensors.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <limits>
#include <set>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/files.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;
static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

constexpr std::uint64_t max_header_bytes = 100'000'000;  // the limit of the reference library

struct DtypeName {
    const char* name;
    at::ScalarType type;
};
constexpr DtypeName dtype_names[] = {
    {"F64", at::kDouble}, {"F32", at::kFloat}, {"F16", at::kHalf},  {"BF16", at::kBFloat16},
    {"I64", at::kLong},   {"I32", at::kInt},   {"I16", at::kShort}, {"I8", at::kChar},
    {"U8", at::kByte},    {"BOOL", at::kBool},
};

struct Entry {
    std::string name;
    at::ScalarType type = at::kFloat;
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0, end = 0;  // bytes after the header
};

class File {
public:
    File(const fs::path& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
    ~File() { close(); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    bool is_open() const { return fd_ >= 0; }
    int fd() const { return fd_; }
    int close() {
        const int result = fd_ >= 0 ? ::close(fd_) : 0;
        fd_ = -1;
        return result;
    }

    /// 0, an errno, or -1 at a premature end of the file.
    int read(void* target, std::uint64_t bytes) {
        char* next = static_cast<char*>(target);
        while (bytes > 0) {
            const ssize_t count = ::read(fd_, next, std::min<std::uint64_t>(bytes, 1 << 30));
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) return errno;
            if (count == 0) return -1;
            next += count;
            bytes -= static_cast<std::uint64_t>(count);
        }
        return 0;
    }
    /// 0 or an errno.
    int write(const void* source, std::uint64_t bytes) {
        const char* next = static_cast<const char*>(source);
        while (bytes > 0) {
            const ssize_t count = ::write(fd_, next, std::min<std::uint64_t>(bytes, 1 << 30));
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) return errno;
            next += count;
            bytes -= static_cast<std::uint64_t>(count);
        }
        return 0;
    }

private:
    int fd_;
};

Error broken(const fs::path& file, const std::string& what) {
    return invalid_input(file.string() + " is not a valid safetensors file: " + what);
}

/// JSON of the header; a key that stands twice is an error, which nlohmann-json alone would hide.
Result<json> parse_header(const fs::path& file, const std::string& text) {
    std::set<std::string> names;
    std::string duplicate;
    const auto callback = [&](int depth, json::parse_event_t event, json& parsed) {
        if (event == json::parse_event_t::key && depth == 1 &&
            !names.insert(parsed.get<std::string>()).second)
            duplicate = parsed.get<std::string>();
        return true;
    };
    json header = json::parse(text, callback, false);
    if (!header.is_object()) return broken(file, "the header is not a JSON object");
    if (!duplicate.empty()) return broken(file, "the tensor " + duplicate + " is there twice");
    return header;
}

bool is_offset(const json& value) { return value.is_number_unsigned(); }

Result<Entry> parse_entry(const fs::path& file, const std::string& name, const json& value) {
    const auto bad = [&](const std::string& what) {
        return broken(file, "tensor " + name + ": " + what);
    };
    if (!value.is_object() || !value.contains("dtype") || !value.contains("shape") ||
        !value.contains("data_offsets"))
        return bad("dtype, shape or data_offsets is missing");
    Entry entry;
    entry.name = name;
    const json& dtype = value.at("dtype");
    const auto* known = std::find_if(std::begin(dtype_names), std::end(dtype_names),
                                     [&](const DtypeName& d) { return dtype == d.name; });
    if (known == std::end(dtype_names)) return bad("dtype " + dtype.dump() + " is not supported");
    entry.type = known->type;

    const json& shape = value.at("shape");
    if (!shape.is_array()) return bad("shape is not a list");
    std::uint64_t bytes = c10::elementSize(entry.type);
    for (const json& size : shape) {
        if (!is_offset(size)) return bad("shape " + shape.dump() + " is not a list of sizes");
        const auto extent = size.get<std::uint64_t>();
        if (extent != 0 && bytes > (std::uint64_t{1} << 62) / extent)
            return bad("shape " + shape.dump() + " is too large");
        bytes *= extent;
        entry.shape.push_back(static_cast<std::int64_t>(extent));
    }
    const json& offsets = value.at("data_offsets");
    if (!offsets.is_array() || offsets.size() != 2 || !is_offset(offsets[0]) ||
        !is_offset(offsets[1]))
        return bad("data_offsets is not a pair of offsets");
    entry.begin = offsets[0].get<std::uint64_t>();
    entry.end = offsets[1].get<std::uint64_t>();
    if (entry.end < entry.begin || entry.end - entry.begin != bytes)
        return bad("data_offsets " + offsets.dump() + " do not fit shape " + shape.dump() +
                   " of dtype " + known->name);
    return entry;
}

/// The tensors in the order of the file; together they must cover its data without gap or overlap.
Result<std::vector<Entry>> parse_entries(const fs::path& file, const json& header,
                                         std::uint64_t data_bytes) {
    std::vector<Entry> entries;
    for (const auto& [name, value] : header.items()) {
        if (name == "__metadata__") continue;
        PLUMB_TRY(Entry entry, parse_entry(file, name, value));
        entries.push_back(std::move(entry));
    }
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
    });
    std::uint64_t position = 0;
    for (const Entry& entry : entries) {
        if (entry.begin < position)
            return broken(file, "tensor " + entry.name + " overlaps another");
        if (entry.begin > position)
            return broken(file, "there is a gap before tensor " + entry.name);
        position = entry.end;
    }
    if (position > data_bytes)
        return broken(file, "it is cut off: its tensors need " + std::to_string(position) +
                                " bytes, it has " + std::to_string(data_bytes) +
                                "; copy or download it again");
    if (position < data_bytes) return broken(file, "there are bytes after the last tensor");
    return entries;
}

Error read_error(const fs::path& file, int error) {
    return error > 0 ? file_error("cannot read", file, error)
                     : broken(file, "it was cut off while it was read");
}

const char* dtype_name(at::ScalarType type) {
    for (const DtypeName& known : dtype_names)
        if (known.type == type) return known.name;
    return nullptr;
}

}  // namespace

Result<TensorMap> read_safetensors(const fs::path& path) {
    File file(path, O_RDONLY);
    if (!file.is_open()) return file_error("cannot read", path, errno);
    struct stat info {};
    if (::fstat(file.fd(), &info) != 0) return file_error("cannot read", path, errno);
    if (!S_ISREG(info.st_mode)) return broken(path, "it is not a regular file");
    const auto size = static_cast<std::uint64_t>(info.st_size);
    std::uint64_t header_bytes = 0;
    if (size < sizeof header_bytes) return broken(path, "it is shorter than its header");
    if (int error = file.read(&header_bytes, sizeof header_bytes)) return read_error(path, error);
    if (header_bytes > max_header_bytes || header_bytes > size - sizeof header_bytes)
        return broken(path, "the header's length of " + std::to_string(header_bytes) +
                                " bytes does not fit a file of " + std::to_string(size));
    std::string text(header_bytes, '\0');
    if (int error = file.read(text.data(), header_bytes)) return read_error(path, error);
    PLUMB_TRY(const json header, parse_header(path, text));
    PLUMB_TRY(const std::vector<Entry> entries,
              parse_entries(path, header, size - sizeof header_bytes - header_bytes));

    TensorMap tensors;
    for (const Entry& entry : entries) {
        at::Tensor tensor = at::empty(entry.shape, entry.type);
        if (int error = file.read(tensor.data_ptr(), entry.end - entry.begin))
            return read_error(path, error);
        tensors.emplace(entry.name, std::move(tensor));
    }
    return tensors;
}

Status write_safetensors(const fs::path& path, const TensorMap& tensors) {
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
                        {"shape", tensor.sizes().vec()},
                        {"data_offsets", {position, position + tensor.nbytes()}}};
        position += tensor.nbytes();
    }
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');
    const std::uint64_t header_bytes = text.size();

    const auto failed = [&](int error) { return file_error("cannot write", path, error); };
    if (int fault = write_fault("open")) return failed(fault);
    File file(path, O_WRONLY | O_CREAT | O_TRUNC);
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

Result<TensorMap> read_model_tensors(const fs::path& folder) {
    const fs::path single = folder / "model.safetensors";
    const fs::path index_file = folder / "model.safetensors.index.json";
    std::error_code ignored;
    if (fs::exists(single, ignored) || !fs::exists(index_file, ignored))
        return read_safetensors(single);

    PLUMB_TRY(const std::string text, read_file(index_file));
    const json index = json::parse(text, nullptr, false);
    if (!index.is_object() || !index.contains("weight_map") || !index.at("weight_map").is_object())
        return invalid_input(index_file.string() + ": there is no weight_map object");
    std::map<std::string, std::set<std::string>> names_of_shard;
    for (const auto& [name, shard] : index.at("weight_map").items()) {
        if (!shard.is_string() ||
            fs::path(shard.get<std::string>()).filename() != shard.get<std::string>())
            return invalid_input(index_file.string() + ": the shard of tensor " + name +
                                 " must be the name of a file in the same folder");
        names_of_shard[shard.get<std::string>()].insert(name);
    }
    TensorMap all;
    for (const auto& [shard, names] : names_of_shard) {
        PLUMB_TRY(TensorMap part, read_safetensors(folder / shard));
        for (const std::string& name : names)
            if (!part.contains(name))
                return invalid_input((folder / shard).string() + ": tensor " + name +
                                     ", which the index puts here, is missing");
        for (auto& [name, tensor] : part) {
            if (!names.contains(name))
                return invalid_input((folder / shard).string() + ": tensor " + name +
                                     " is not in the index for this shard");
            all.emplace(name, std::move(tensor));
        }
    }
    return all;
}

}  // namespace plumb
