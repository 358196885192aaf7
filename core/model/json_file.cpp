// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/json_file.h"

#include <cerrno>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "model/raw_file.h"

namespace plumb {
namespace {

constexpr int deepest = 64;

/// How deep lists and objects stand in each other; what is in strings does not count.
int nesting(std::string_view text) {
    int depth = 0, most = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\') ++i;
            if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            most = std::max(most, ++depth);
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return most;
}

}  // namespace

Result<nlohmann::json> read_untrusted_json(const std::filesystem::path& path,
                                           std::uint64_t most_bytes) {
    const RawFile file(path, O_RDONLY);
    if (!file.is_open()) return file_error("cannot read", path, errno);
    struct stat info {};
    if (::fstat(file.fd(), &info) != 0) return file_error("cannot read", path, errno);
    if (!S_ISREG(info.st_mode)) return invalid_input(path.string() + " is not a regular file");
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if (size > most_bytes)
        return invalid_input(path.string() + ": " + std::to_string(size) +
                             " bytes are more than such a file has (at most " +
                             std::to_string(most_bytes) + ")");
    std::string text(size, '\0');
    if (const int error = file.read(text.data(), size, 0))
        return error > 0 ? file_error("cannot read", path, error)
                         : invalid_input(path.string() + " was cut off while it was read");
    if (nesting(text) > deepest)
        return invalid_input(path.string() + ": lists and objects are nested more than " +
                             std::to_string(deepest) + " deep");
    nlohmann::json parsed = nlohmann::json::parse(text, nullptr, false);
    if (!parsed.is_object()) return invalid_input(path.string() + ": this is not a JSON object");
    return parsed;
}

}  // namespace plumb
