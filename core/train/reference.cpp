// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/reference.h"

#include "base/files.h"
#include "config/roles.h"
#include "model/memory_ledger.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

constexpr const char* folder_name = "reference";

}  // namespace

Status Reference::restore(const fs::path& checkpoint) {
    std::error_code ignored;
    if (!fs::exists(checkpoint / folder_name, ignored)) return {};
    PLUMB_TRY(Decoder model,
              Decoder::load(checkpoint / folder_name, policy_.device(), policy_.config().dtype));
    account_as(model, MemoryOwner::reference);
    model_.emplace(std::move(model));
    has_followed_ = true;
    return {};
}

Result<const Decoder*> Reference::get() {
    if (!model_) {
        if (policy_.has_adapter()) {
            model_.emplace(policy_.sharing());
            return static_cast<const Decoder*>(&*model_);
        }
        PLUMB_TRY(Decoder model,
                  Decoder::load(start_model_, policy_.device(), policy_.config().dtype));
        account_as(model, MemoryOwner::reference);
        model_.emplace(std::move(model));
    }
    return static_cast<const Decoder*>(&*model_);
}

Result<const Decoder*> Reference::get_if_used(const Settings& settings) {
    if (!has_reference(settings)) return static_cast<const Decoder*>(nullptr);
    return get();
}

Status Reference::follow(const Decoder& policy, const Settings& settings, std::int64_t step) {
    if (!settings.sync_ref_model || step % settings.ref_model_sync_steps != 0) return {};
    if (const auto loaded = get(); !loaded) return loaded.error();
    const at::NoGradGuard no_gradient;
    model_->flat_parameters().lerp_(policy.flat_parameters().detach(),
                                    settings.ref_model_mixup_alpha);
    has_followed_ = true;
    return {};
}

Status Reference::save(const fs::path& folder) const {
    if (!has_followed_) return {};
    const fs::path own = folder / folder_name;
    std::error_code error;
    fs::create_directories(own, error);
    if (error) return file_error("cannot create", own, error.value());
    return model_->save(own);
}

}  // namespace plumb
