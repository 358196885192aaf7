// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/machine.h"

#include <unistd.h>

#include <algorithm>
#include <optional>

#include "base/files.h"
#include "base/strings.h"

namespace plumb {
namespace {

/// What the control group of a container allows (version 2, then 1); nothing where it allows all.
std::optional<std::uint64_t> container_limit() {
    for (const char* file :
         {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
        const auto text = read_file(file);
        if (!text) continue;
        const auto bytes = parse_int(trim(*text));  // "max" is no number
        if (bytes && *bytes > 0) return static_cast<std::uint64_t>(*bytes);
    }
    return std::nullopt;
}

}  // namespace

std::uint64_t memory_limit_bytes() {
    const long pages = ::sysconf(_SC_PHYS_PAGES), page = ::sysconf(_SC_PAGESIZE);
    const std::uint64_t machine =
        pages > 0 && page > 0 ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page)
                              : 0;
    const auto container = container_limit();
    if (!container) return machine;
    return machine == 0 ? *container : std::min(machine, *container);
}

}  // namespace plumb
