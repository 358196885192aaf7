// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace plumb {

/// Energy of the processor packages, as Linux counts it below /sys/class/powercap (RAPL, of Intel's
/// and AMD's processors alike): of the whole machine, whatever else it does meanwhile. Many systems
/// let root alone read it; where it cannot be read nothing is known.
class EnergyMeter {
public:
    /// Measures from when it was made.
    explicit EnergyMeter(const std::filesystem::path& folder = "/sys/class/powercap");

    /// Begins anew.
    void restart();
    /// Joules of all packages since it was made or restarted. A counter that has begun again from 0
    /// meanwhile is taken to have done so once, at its max_energy_range_uj. Nothing where there is
    /// no counter, or one of them cannot be read.
    std::optional<double> joules() const;

private:
    struct Package {
        std::filesystem::path counter;
        std::int64_t range = 0;  ///< microjoules; the counter goes up to it. 0: not known
        std::optional<std::int64_t> start = {};
    };

    std::vector<Package> packages_;
};

}  // namespace plumb
