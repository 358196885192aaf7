// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/new_model.h"

#include <algorithm>

#include "base/random.h"

namespace plumb {

Result<at::Device> open_device(const std::string& name) {
    try {
        const at::Device device(name);
        if (device.is_cuda() && !at::hasCUDA())
            return invalid_input(
                "device " + name +
                ": this build of LibTorch finds no CUDA device; set device to cpu");
        return device;
    } catch (const c10::Error&) {
        return invalid_input("device " + name + " is unknown; use cpu, cuda or cuda:N");
    }
}

Policy make_policy(Decoder model, std::shared_ptr<const Tokenizer> tokenizer) {
    std::vector<std::int64_t> suppressed;
    const auto& eos = model.config().eos_token_ids;
    const auto pad = tokenizer->special().pad;
    if (pad && std::ranges::find(eos, *pad) == eos.end()) suppressed.push_back(*pad);
    return Policy{std::move(model), std::move(tokenizer), std::move(suppressed)};
}

ModelConfig new_model_config(const Settings& settings, const Tokenizer& tokenizer) {
    ModelConfig config;
    config.vocab_size = tokenizer.vocab_size();
    config.hidden_size = settings.hidden_size;
    config.intermediate_size = settings.intermediate_size;
    config.num_hidden_layers = settings.num_hidden_layers;
    config.num_attention_heads = settings.num_attention_heads;
    config.num_key_value_heads = settings.num_key_value_heads;
    config.head_dim = settings.hidden_size / settings.num_attention_heads;
    config.max_position_embeddings = settings.max_position_embeddings;
    config.norm_eps = settings.rms_norm_eps;
    config.rope_theta = settings.rope_theta;
    config.tie_word_embeddings = settings.tie_word_embeddings;
    config.bos_token_id = tokenizer.special().bos;
    config.pad_token_id = tokenizer.special().pad;
    if (tokenizer.special().eos) config.eos_token_ids = {*tokenizer.special().eos};
    return config;
}

Result<Policy> new_policy(const Settings& settings, std::shared_ptr<const Tokenizer> tokenizer,
                          at::Device device) {
    Decoder model(new_model_config(settings, *tokenizer), device);
    model.initialise(derive_seed(static_cast<std::uint64_t>(settings.seed), "weights"));
    return make_policy(std::move(model), std::move(tokenizer));
}

}  // namespace plumb
