// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "base/result.h"
#include "config/settings.h"
#include "model/decoder.h"

namespace plumb {

/// The frozen model that a run compares its policy with: what it started from, unless
/// sync_ref_model has it follow the policy. In memory from its first use.
class Reference {
public:
    /// A policy with an adapter is, without it, its own reference, on the same memory. The policy
    /// must outlive the reference.
    Reference(std::filesystem::path start_model, const Decoder& policy)
        : start_model_(std::move(start_model)), policy_(policy) {}
    /// Takes back what save() left in a checkpoint, if anything; at once, since a run that goes on
    /// deletes the checkpoint in time and saves what is in memory.
    Status restore(const std::filesystem::path& checkpoint);

    Result<const Decoder*> get();
    /// The same, or null where training with these settings compares the policy with nothing.
    Result<const Decoder*> get_if_used(const Settings& settings);
    bool in_memory() const { return model_.has_value(); }

    /// After `step` updates: every ref_model_sync_steps of them the reference becomes
    /// alpha * policy + (1 - alpha) * reference (Gorbatovski et al. 2024, TR-DPO).
    Status follow(const Decoder& policy, const Settings& settings, std::int64_t step);
    /// Into the folder of a checkpoint, where the reference differs from the start model.
    Status save(const std::filesystem::path& folder) const;

private:
    std::filesystem::path start_model_;
    const Decoder& policy_;
    std::optional<Decoder> model_;
    bool has_followed_ = false;
};

}  // namespace plumb
