// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/adapter.h"

#include "base/random.h"
#include "config/roles.h"
#include "model/adapter_files.h"

namespace plumb {
namespace fs = std::filesystem;

LoraConfig lora_config(const Settings& settings) {
    LoraConfig config;
    config.r = settings.lora_r;
    config.lora_alpha = settings.lora_alpha;
    config.lora_dropout = trains_with_dropout(settings) ? settings.lora_dropout : 0.0;
    config.use_rslora = settings.use_rslora;
    config.target_modules = settings.lora_target_modules;
    config.modules_to_save = settings.lora_modules_to_save;
    return config;
}

Status add_new_adapter(Decoder& model, const Settings& settings, std::string_view purpose) {
    return model.add_adapter(lora_config(settings),
                             derive_seed(static_cast<std::uint64_t>(settings.seed),
                                         "adapter of the " + std::string(purpose)));
}

void set_base_folder(Decoder& model, const fs::path& folder, const std::string& named) {
    BaseModel base{folder, {}, fingerprint_of(model)};
    std::error_code ignored;
    if (!named.empty() && fs::is_directory(named, ignored) && !is_adapter_folder(named))
        base.name = fs::weakly_canonical(named, ignored).string();
    model.set_base(std::move(base));
}

Status load_weights_into(Decoder& model, const fs::path& folder) {
    if (!model.has_adapter()) return model.load_weights(folder);
    PLUMB_TRY(const TensorMap tensors, read_adapter_tensors(folder));
    return model.load_adapter_tensors(tensors, folder.string());
}

Status save_model(const Decoder& model, const fs::path& folder) {
    return model.has_adapter() ? write_adapter(model, folder) : model.save(folder);
}

}  // namespace plumb
