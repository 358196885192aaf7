// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/adapter_files.h"

#include <cmath>
#include <cstring>

#include <ATen/Parallel.h>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/strings.h"
#include "model/json_file.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* config_file = "adapter_config.json";
constexpr const char* tensor_file = "adapter_model.safetensors";
constexpr const char* base_file = "base_model.json";
constexpr std::uint64_t most_config_bytes = 16'000'000;

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

/// Reads one adapter_config.json; every error names the file and the key.
class ConfigReader {
public:
    using Json = nlohmann::json;

    ConfigReader(fs::path file, Json json) : file_(std::move(file)), json_(std::move(json)) {}

    Result<AdapterFolder> read() {
        PLUMB_TRY_STATUS(refuse_other_kinds());
        AdapterFolder adapter;
        LoraConfig& config = adapter.config;
        PLUMB_TRY(const double rank, number("r", 8));
        if (rank < 1 || rank != std::floor(rank) || rank > 1e6)
            return bad("r", "must be a whole number of at least 1");
        config.r = static_cast<std::int64_t>(rank);
        PLUMB_TRY(config.lora_alpha, number("lora_alpha", 8));
        PLUMB_TRY(config.lora_dropout, number("lora_dropout", 0));
        if (!(config.lora_dropout >= 0 && config.lora_dropout < 1))
            return bad("lora_dropout", "must be at least 0 and below 1");
        config.use_rslora = is_true("use_rslora");
        PLUMB_TRY(config.target_modules, names("target_modules"));
        PLUMB_TRY(config.modules_to_save, names("modules_to_save"));
        PLUMB_TRY(adapter.alphas, alphas());
        adapter.score_head = text("task_type") == "SEQ_CLS";
        adapter.base_name = text("base_model_name_or_path");
        return adapter;
    }

private:
    Error bad(const std::string& key, const std::string& what) const {
        return invalid_input(file_.string() + ": " + key + " " + what);
    }
    const Json* value(const std::string& key) const {
        const auto found = json_.find(key);
        return found == json_.end() || found->is_null() ? nullptr : &*found;
    }
    std::string text(const std::string& key) const {
        const Json* found = value(key);
        return found && found->is_string() ? found->get<std::string>() : "";
    }
    bool is_true(const std::string& key) const {
        const Json* found = value(key);
        return found && found->is_boolean() && found->get<bool>();
    }
    Result<double> number(const std::string& key, double standard) const {
        const Json* found = value(key);
        if (!found) return standard;
        if (!found->is_number() || !std::isfinite(found->get<double>()))
            return bad(key, "is not a number");
        return found->get<double>();
    }
    Result<std::vector<std::string>> names(const std::string& key) const {
        const Json* found = value(key);
        std::vector<std::string> all;
        if (!found) return all;
        if (found->is_string()) return std::vector{found->get<std::string>()};
        if (!found->is_array()) return bad(key, "is neither a list of names nor a text");
        for (const Json& name : *found) {
            if (!name.is_string()) return bad(key, "has an entry that is no text");
            all.push_back(name.get<std::string>());
        }
        return all;
    }
    Result<std::map<std::string, double>> alphas() const {
        std::map<std::string, double> all;
        const Json* found = value("alpha_pattern");
        if (!found) return all;
        if (!found->is_object()) return bad("alpha_pattern", "is not an object");
        for (const auto& [module, alpha] : found->items()) {
            if (!alpha.is_number()) return bad("alpha_pattern", module + " is not a number");
            if (is_module_pattern(module))
                return bad("alpha_pattern", module +
                                                " is a regular expression, which is not supported; "
                                                "name the modules");
            all[module] = alpha.get<double>();
        }
        return all;
    }
    Status refuse_other_kinds() const {
        if (text("peft_type") != "LORA")
            return bad("peft_type", "is not LORA, the only kind of adapter that is supported");
        for (const char* key : {"use_dora", "lora_bias", "use_qalora"})
            if (is_true(key)) return bad(key, "is true, which is not supported");
        for (const char* key :
             {"target_parameters", "trainable_token_indices", "layer_replication",
              "megatron_config", "alora_invocation_tokens", "arrow_config", "use_bdlora"})
            if (const Json* found = value(key); found && !found->empty() && *found != false)
                return bad(key, "is set, which is not supported");
        const std::string bias = text("bias");
        if (!bias.empty() && bias != "none")
            return bad("bias", "is " + bias + "; only none is supported");
        const std::string task = text("task_type");
        if (!task.empty() && task != "CAUSAL_LM" && task != "SEQ_CLS")
            return bad("task_type", "is " + task + "; CAUSAL_LM and SEQ_CLS are supported");
        return {};
    }

    fs::path file_;
    Json json_;
};

bool is_model_folder(const fs::path& folder) { return is_there(folder / "config.json"); }

/// The base's folder, or nothing. Relative names are seen from the adapter's folder, then from
/// those around it, then from the working directory.
fs::path find_base(const fs::path& folder, const std::string& name) {
    if (name.empty()) return {};
    const fs::path path(name);
    if (path.is_absolute()) return is_model_folder(path) ? path : fs::path();
    std::error_code ignored;
    fs::path around = fs::weakly_canonical(folder, ignored);
    while (!around.empty()) {
        if (is_model_folder(around / path)) return (around / path).lexically_normal();
        if (around == around.parent_path()) break;
        around = around.parent_path();
    }
    return is_model_folder(path) ? path : fs::path();
}

std::string path_text(const fs::path& folder) {
    std::error_code ignored;
    const fs::path whole = fs::weakly_canonical(folder, ignored);
    return whole.empty() ? folder.string() : whole.string();
}

/// Numbers without a fraction as integers, as PEFT has them.
Json as_number(double value) {
    if (value == std::floor(value) && std::abs(value) < 1e15)
        return static_cast<std::int64_t>(value);
    return value;
}

Json to_json(const Decoder& model) {
    const LoraConfig& config = model.adapter_config();
    Json targets = config.target_modules;
    if (config.target_modules.size() == 1 && is_module_pattern(config.target_modules.front()))
        targets = config.target_modules.front();
    Json ranks = Json::object(), alphas = Json::object();
    for (const auto& [name, module] : model.adapted_modules()) {
        const auto rank = static_cast<double>(module.rank);
        const double alpha = module.scale * (config.use_rslora ? std::sqrt(rank) : rank);
        if (module.rank != config.r) ranks[name] = module.rank;
        if (std::abs(alpha - config.lora_alpha) > 1e-9 * config.lora_alpha)
            alphas[name] = as_number(alpha);
    }
    return {
        {"alpha_pattern", alphas},
        {"base_model_name_or_path",
         model.base()->name.empty() ? path_text(model.base()->folder) : model.base()->name},
        {"bias", "none"},
        {"fan_in_fan_out", false},
        {"inference_mode", true},
        {"init_lora_weights", true},
        {"lora_alpha", as_number(config.lora_alpha)},
        {"lora_dropout", config.lora_dropout},
        {"modules_to_save", config.modules_to_save.empty() ? Json() : Json(config.modules_to_save)},
        {"peft_type", "LORA"},
        {"r", config.r},
        {"rank_pattern", ranks},
        {"revision", nullptr},
        {"target_modules", targets},
        {"task_type", model.config().score_head ? "SEQ_CLS" : "CAUSAL_LM"},
        {"use_dora", false},
        {"use_rslora", config.use_rslora}};
}

/// Four sums of products over the bits of float32 numbers, so that the processor need not wait for
/// one to end; blocks of fixed size, whoever computes them.
std::uint64_t hash_of(const at::Tensor& values) {
    constexpr std::int64_t block = 1 << 16;
    constexpr std::uint64_t prime = 0x9e3779b97f4a7c15;
    const std::int64_t count = values.numel(), blocks = (count + block - 1) / block;
    const auto* data = values.const_data_ptr<float>();
    std::vector<std::uint64_t> hashes(static_cast<std::size_t>(blocks));
    at::parallel_for(0, blocks, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            std::uint64_t sums[4] = {1, 2, 3, 4};
            const std::int64_t last = std::min(count, (i + 1) * block);
            for (std::int64_t j = i * block; j < last; ++j) {
                std::uint32_t bits = 0;
                std::memcpy(&bits, data + j, sizeof bits);
                sums[j % 4] = (sums[j % 4] ^ bits) * prime;
            }
            std::uint64_t hash = 0;
            for (const std::uint64_t sum : sums) hash = (hash ^ (sum >> 29) ^ sum) * prime;
            hashes[static_cast<std::size_t>(i)] = hash;
        }
    });
    std::uint64_t hash = 0;
    for (const std::uint64_t part : hashes) hash = (hash ^ part ^ (hash >> 31)) * prime;
    return hash;
}

Error changed(const AdapterFolder& adapter) {
    return invalid_input(adapter.folder.string() + ": the base model in " + adapter.base.string() +
                         " has changed since the adapter was trained on it; put the files back as "
                         "they were");
}

Result<Decoder> load_base(const AdapterFolder& adapter, at::Device device, WeightType dtype) {
    PLUMB_TRY(Decoder model, Decoder::load(adapter.base, device, dtype));
    const std::string fingerprint = fingerprint_of(model);
    if (!adapter.fingerprint.empty() && adapter.fingerprint != fingerprint) return changed(adapter);
    model.set_base({adapter.base, adapter.base_name, fingerprint});
    return model;
}

/// Puts the folder's adapter on a model of its base.
Status attach(const AdapterFolder& adapter, Decoder& model) {
    PLUMB_TRY(const TensorMap tensors, read_adapter_tensors(adapter.folder));
    return model.add_adapter(adapter.config, adapter.alphas, tensors,
                             (adapter.folder / tensor_file).string());
}

}  // namespace

bool is_adapter_folder(const fs::path& folder) {
    return is_there(folder / config_file) && !is_there(folder / "model.safetensors") &&
           !is_there(folder / "model.safetensors.index.json");
}

Result<AdapterFolder> read_adapter_folder(const fs::path& folder) {
    PLUMB_TRY(nlohmann::json json, read_untrusted_json(folder / config_file, most_config_bytes));
    PLUMB_TRY(AdapterFolder adapter, ConfigReader(folder / config_file, std::move(json)).read());
    adapter.folder = folder;
    if (is_there(folder / base_file)) {
        PLUMB_TRY(const nlohmann::json base,
                  read_untrusted_json(folder / base_file, most_config_bytes));
        const auto text = [&](const char* key) {
            return base.contains(key) && base.at(key).is_string() ? base.at(key).get<std::string>()
                                                                  : std::string();
        };
        adapter.fingerprint = text("fingerprint");
        adapter.base = find_base(folder, text("folder"));
    }
    if (adapter.base.empty()) adapter.base = find_base(folder, adapter.base_name);
    if (adapter.base.empty())
        return Error{
            ErrorCode::not_found,
            folder.string() + " has an adapter, but its base model " +
                (adapter.base_name.empty() ? "is not named" : adapter.base_name + " is not there") +
                "; put the model's folder there, or name where it lies as "
                "base_model_name_or_path in " +
                (folder / config_file).string()};
    return adapter;
}

Result<fs::path> base_folder_of(const fs::path& folder) {
    if (!is_adapter_folder(folder)) return folder;
    PLUMB_TRY(const AdapterFolder adapter, read_adapter_folder(folder));
    return adapter.base;
}

Result<ModelConfig> read_any_model_config(const fs::path& folder) {
    if (!is_adapter_folder(folder)) return read_model_config(folder);
    PLUMB_TRY(const AdapterFolder adapter, read_adapter_folder(folder));
    PLUMB_TRY(ModelConfig config, read_model_config(adapter.base));
    config.score_head = config.score_head || adapter.score_head;
    return config;
}

Result<TensorMap> read_adapter_tensors(const fs::path& folder) {
    return read_safetensors(folder / tensor_file);
}

Result<Decoder> load_adapted(const fs::path& folder, at::Device device, WeightType dtype) {
    PLUMB_TRY(const AdapterFolder adapter, read_adapter_folder(folder));
    PLUMB_TRY(Decoder model, load_base(adapter, device, dtype));
    if (adapter.score_head && !model.config().score_head) {
        // The language model's own head is not needed, its other parameters stay where they are.
        model = model.sharing_with_score_head(std::nullopt);
        model.own_parameters();
    }
    PLUMB_TRY_STATUS(attach(adapter, model));
    return model;
}

Result<std::optional<Decoder>> load_adapted_on(const fs::path& folder, const Decoder& base) {
    if (!is_adapter_folder(folder) || !base.base()) return std::optional<Decoder>();
    PLUMB_TRY(const AdapterFolder adapter, read_adapter_folder(folder));
    if (adapter.fingerprint != base.base()->fingerprint) return std::optional<Decoder>();
    Decoder model = adapter.score_head && !base.config().score_head
                        ? base.sharing_with_score_head(std::nullopt)
                        : base.sharing();
    PLUMB_TRY_STATUS(attach(adapter, model));
    return std::optional<Decoder>(std::move(model));
}

Result<Decoder> load_any_model(const fs::path& folder, at::Device device) {
    if (!is_adapter_folder(folder)) return Decoder::load(folder, device);
    PLUMB_TRY(Decoder model, load_adapted(folder, device));
    model.merge_adapter();
    return model;
}

Status write_adapter(const Decoder& model, const fs::path& folder) {
    const BaseModel& base = *model.base();
    std::error_code error;
    fs::path relative = fs::relative(base.folder, folder, error);
    if (error || relative.empty()) relative = base.folder;
    PLUMB_TRY_STATUS(write_file_atomic(folder / config_file, to_json(model).dump(2)));
    PLUMB_TRY_STATUS(write_file_atomic(
        folder / base_file,
        Json{{"folder", relative.string()}, {"fingerprint", base.fingerprint}}.dump(1)));
    return write_safetensors(folder / tensor_file, model.adapter_tensors(), model.adapter_shapes());
}

std::string fingerprint_of(const Decoder& model) {
    const at::NoGradGuard no_gradient;
    std::string text;
    for (const auto& [name, tensor] : model.named_tensors()) {
        text += name + c10::str(tensor.sizes());
        text += std::to_string(hash_of(tensor.to(at::kCPU, at::kFloat).contiguous()));
    }
    return hash_hex(text);
}

}  // namespace plumb
