// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace plumb {

/// A low-rank adapter (Hu et al. 2021, LoRA) with PEFT's names: the weight of an adapted module is
/// W + scale B A with A [r, in] and B [out, r].
struct LoraConfig {
    std::int64_t r = 8;
    double lora_alpha = 8;
    double lora_dropout = 0;
    bool use_rslora = false;
    /// Ends of module names ("q_proj"), or one entry "all-linear" or a regular expression that
    /// matches whole names. Empty: the query and value projections of the family.
    std::vector<std::string> target_modules;
    /// Modules that the adapter replaces as a whole: ends of their names, see saves_module().
    std::vector<std::string> modules_to_save;

    /// alpha / r, or alpha / sqrt(r) (Kalajdzievski 2023, rsLoRA).
    double scale(std::int64_t rank, double alpha) const;
};

/// Whether an entry of modules_to_save means the module: its name ends so, as PEFT has it, so that
/// "norm" are all norms and "model.norm" is the last one.
bool saves_module(const std::string& entry, const std::string& module);
/// Whether a target's name means the module: it is its name, or a dotted end of it.
bool names_module(const std::string& name, const std::string& module);
/// Whether the entry can only be meant as a regular expression.
bool is_module_pattern(const std::string& entry);

/// Which of the linear modules (full names such as "model.layers.0.self_attn.q_proj") the targets
/// mean, in their order; saved ones are left out. Errors name the target that means none, and the
/// modules that there are. default_targets: of an empty list; head: left out by "all-linear".
Result<std::vector<std::string>> select_modules(const LoraConfig& config,
                                                const std::vector<std::string>& linear_modules,
                                                const std::vector<std::string>& default_targets,
                                                const std::string& head);

/// The last parts of the names, each once, in order: what target_modules says for them.
std::vector<std::string> short_names(const std::vector<std::string>& modules);

}  // namespace plumb
