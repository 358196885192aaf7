// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/lora.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "text/pattern.h"

namespace plumb {
namespace {

constexpr const char* all_linear = "all-linear";

Error no_such_module(const std::string& target, const std::vector<std::string>& modules) {
    return invalid_input("lora_target_modules: " + target +
                         " means no linear layer of this model; it has " +
                         join(short_names(modules), ", "));
}

Result<std::vector<std::string>> matching(const std::string& pattern,
                                          const std::vector<std::string>& modules) {
    const auto compiled = Pattern::make(pattern);
    if (!compiled) return invalid_input("lora_target_modules: " + compiled.error().message);
    std::vector<std::string> found;
    for (const std::string& module : modules) {
        PLUMB_TRY(const bool matches, compiled->matches_all_of(module));
        if (matches) found.push_back(module);
    }
    if (found.empty())
        return invalid_input("lora_target_modules: the regular expression " + pattern +
                             " matches the whole name of no linear layer; the first is " +
                             (modules.empty() ? "missing" : modules.front()));
    return found;
}

}  // namespace

double LoraConfig::scale(std::int64_t rank, double alpha) const {
    const auto of_rank = static_cast<double>(rank);
    return alpha / (use_rslora ? std::sqrt(of_rank) : of_rank);
}

bool saves_module(const std::string& entry, const std::string& module) {
    return module.ends_with(entry);
}

bool names_module(const std::string& name, const std::string& module) {
    return module == name || module.ends_with("." + name);
}

bool is_module_pattern(const std::string& entry) {
    return entry.find_first_of("*+?()[]{}|^$\\") != std::string::npos;
}

std::vector<std::string> short_names(const std::vector<std::string>& modules) {
    std::vector<std::string> names;
    for (const std::string& module : modules) {
        const std::string name = module.substr(module.rfind('.') + 1);
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
    return names;
}

Result<std::vector<std::string>> select_modules(const LoraConfig& config,
                                                const std::vector<std::string>& linear_modules,
                                                const std::vector<std::string>& default_targets,
                                                const std::string& head) {
    std::vector<std::string> offered;
    for (const std::string& module : linear_modules)
        if (std::ranges::none_of(config.modules_to_save,
                                 [&](const auto& name) { return saves_module(name, module); }))
            offered.push_back(module);
    const auto& targets = config.target_modules.empty() ? default_targets : config.target_modules;
    if (targets.size() == 1 && targets.front() == all_linear) {
        std::erase(offered, head);
        return offered;
    }
    if (targets.size() == 1 && is_module_pattern(targets.front()))
        return matching(targets.front(), offered);
    std::vector<std::string> found;
    for (const std::string& target : targets)
        if (std::ranges::none_of(offered,
                                 [&](const auto& module) { return names_module(target, module); }))
            return no_such_module(target, offered);
    for (const std::string& module : offered)
        if (std::ranges::any_of(targets,
                                [&](const auto& target) { return names_module(target, module); }))
            found.push_back(module);
    return found;
}

}  // namespace plumb
