// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/library.h"

#include <array>
#include <utility>

#include <dlfcn.h>

namespace plumb {
namespace {

Error refused(std::string message) { return {ErrorCode::failed, std::move(message)}; }

}  // namespace

Result<PluginLibrary> PluginLibrary::load(const std::string& file, const std::string& config) {
    // Never unloaded: its threads and static objects live as long as the process.
    void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return refused("it cannot be loaded (" + std::string(::dlerror()) +
                       "); a plug-in is a shared object, built with -shared -fPIC");
    using Entry = const plumbline_reward_plugin* (*)(std::uint32_t);
    const auto entry = reinterpret_cast<Entry>(::dlsym(library, "plumbline_reward"));
    if (!entry)
        return refused(
            "it has no function plumbline_reward; declare it as plumbline_reward.h does, in C++ "
            "within extern \"C\"");
    const plumbline_reward_plugin* functions = entry(PLUMBLINE_REWARD_ABI);
    const std::string own = "version " + std::to_string(PLUMBLINE_REWARD_ABI);
    if (!functions)
        return refused("it does not serve " + own +
                       " of the plug-in interface; build it against the header of this Plumbline");
    if (functions->abi != PLUMBLINE_REWARD_ABI)
        return refused("it is built for version " + std::to_string(functions->abi) +
                       " of the plug-in interface, this Plumbline has " + own +
                       "; build it against the header of this Plumbline");
    if (!functions->create || !functions->score || !functions->destroy)
        return refused("it leaves out one of create, score and destroy");
    std::array<char, 1024> error{};
    void* instance = functions->create(config.c_str(), error.data(), error.size());
    error.back() = 0;
    if (!instance)
        return refused("it cannot be set up: " +
                       (error[0] ? std::string(error.data()) : "it gives no reason"));
    return PluginLibrary(functions, instance);
}

PluginLibrary::PluginLibrary(PluginLibrary&& other) noexcept
    : functions_(other.functions_), instance_(std::exchange(other.instance_, nullptr)) {}

PluginLibrary::~PluginLibrary() {
    if (instance_) functions_->destroy(instance_);
}

}  // namespace plumb
