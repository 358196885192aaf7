// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "base/result.h"
#include "plugin/plumbline_reward.h"

namespace plumb {

/// A loaded plug-in with one instance of its function. Runs the plug-in's code in this process.
class PluginLibrary {
public:
    /// Errors tell a file that is no shared object, a missing function, another version of the
    /// interface, or what the plug-in says itself; they continue "X does not start: it ...".
    static Result<PluginLibrary> load(const std::string& file, const std::string& config);
    ~PluginLibrary();
    PluginLibrary(PluginLibrary&& other) noexcept;
    PluginLibrary(const PluginLibrary&) = delete;
    PluginLibrary& operator=(const PluginLibrary&) = delete;

    const plumbline_reward_plugin& functions() const { return *functions_; }
    void* instance() const { return instance_; }

private:
    PluginLibrary(const plumbline_reward_plugin* functions, void* instance)
        : functions_(functions), instance_(instance) {}

    const plumbline_reward_plugin* functions_;
    void* instance_;
};

}  // namespace plumb
