// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/phase_cost.h"

#include <nlohmann/json.hpp>

#include "base/files.h"

namespace plumb {
namespace fs = std::filesystem;

void report_phase(RunMonitor& monitor, const std::string& name, const PhaseCost& cost) {
    const std::string folder = "phase/" + name + "/";
    Metrics metrics{{folder + "seconds", cost.seconds}};
    const auto add = [&](const char* what, double value) {
        if (value > 0) metrics[folder + what] = value;
    };
    add("generated_tokens", cost.work.generated_tokens);
    add("scored_tokens", cost.work.scored_tokens);
    add("trained_tokens", cost.work.trained_tokens);
    add("flops", cost.work.flops);
    monitor.metrics(0, metrics);
}

Status write_phase_cost(const fs::path& file, const PhaseCost& cost) {
    const nlohmann::json json = {{"seconds", cost.seconds},
                                 {"generated_tokens", cost.work.generated_tokens},
                                 {"scored_tokens", cost.work.scored_tokens},
                                 {"trained_tokens", cost.work.trained_tokens},
                                 {"flops", cost.work.flops}};
    return write_file_atomic(file, json.dump(1));
}

std::optional<PhaseCost> read_phase_cost(const fs::path& file) {
    const auto text = read_file(file);
    if (!text) return std::nullopt;
    try {
        const auto json = nlohmann::json::parse(*text);
        return PhaseCost{{json.at("generated_tokens"), json.at("scored_tokens"),
                          json.at("trained_tokens"), json.at("flops")},
                         json.at("seconds")};
    } catch (const nlohmann::json::exception&) {
        return std::nullopt;
    }
}

}  // namespace plumb
