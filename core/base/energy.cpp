// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/energy.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <system_error>

namespace plumb {
namespace fs = std::filesystem;
namespace {

std::optional<std::int64_t> read_number(const fs::path& file) {
    std::ifstream stream(file);
    std::int64_t value = 0;
    if (!(stream >> value) || value < 0) return std::nullopt;
    return value;
}

/// Whether the folder is the zone of a whole package. Its parts (core, dram) lie below it and
/// beside it as intel-rapl:N:M; psys, the whole board, would count the package once more.
bool is_package(const fs::path& zone) {
    const std::string name = zone.filename().string();
    if (!name.starts_with("intel-rapl:") || std::ranges::count(name, ':') != 1) return false;
    std::ifstream stream(zone / "name");
    std::string what;
    return stream >> what && what.starts_with("package");
}

}  // namespace

EnergyMeter::EnergyMeter(const fs::path& folder) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (!is_package(entry.path())) continue;
        packages_.push_back({entry.path() / "energy_uj",
                             read_number(entry.path() / "max_energy_range_uj").value_or(0)});
    }
    restart();
}

void EnergyMeter::restart() {
    for (Package& package : packages_) package.start = read_number(package.counter);
}

std::optional<double> EnergyMeter::joules() const {
    constexpr double microjoules = 1e6;
    if (packages_.empty()) return std::nullopt;
    double sum = 0;
    for (const Package& package : packages_) {
        const auto now = read_number(package.counter);
        if (!now || !package.start) return std::nullopt;
        std::int64_t used = *now - *package.start;
        if (used < 0) used += package.range;
        if (used < 0) return std::nullopt;
        sum += static_cast<double>(used) / microjoules;
    }
    return sum;
}

}  // namespace plumb
