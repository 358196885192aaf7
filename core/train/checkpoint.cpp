// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/checkpoint.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include <unistd.h>

#include "base/files.h"
#include "model/adapter_files.h"
#include "train/adapter.h"
#include "train/new_model.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

std::string slice_name(std::size_t i, const char* what) {
    return "rollout." + std::to_string(i) + "." + what;
}

/// Calls visit(name, tensor) for each tensor of a slice; the last two may be undefined.
template <class Slice, class Visit>
void visit_slice(Slice& slice, std::size_t i, Visit visit) {
    visit(slice_name(i, "ids"), slice.batch.sequences.ids);
    visit(slice_name(i, "segments"), slice.batch.sequences.segments);
    visit(slice_name(i, "predictors"), slice.batch.predictors);
    visit(slice_name(i, "targets"), slice.batch.targets);
    visit(slice_name(i, "slots"), slice.batch.slots);
    visit(slice_name(i, "mask"), slice.mask);
    visit(slice_name(i, "advantages"), slice.advantages);
    visit(slice_name(i, "old_logprobs"), slice.old_logprobs);
    visit(slice_name(i, "ref_logprobs"), slice.ref_logprobs);
}

constexpr const char* value_folder = "value";
/// Apart from trainer.json, whose bytes are the same whenever a run is repeated.
constexpr const char* clock_file = "clock.json";

/// Calls visit(prefix, optimizer) for each optimiser.
template <class Visit>
void visit_optimizers(const Trained& trained, Visit visit) {
    visit(std::string("adam."), trained.optimizer);
    if (trained.value_optimizer) visit(std::string("value_adam."), *trained.value_optimizer);
}

Json to_json(const MovingCoefficient& coefficient) {
    return {{"setting", coefficient.setting}, {"value", coefficient.value}};
}

Json to_json(const UpdateSeconds& seconds) {
    return {{"generate", seconds.generate}, {"score", seconds.score}, {"update", seconds.update}};
}

/// Zeros where the checkpoint does not know, or says something else.
UpdateSeconds seconds_of(const fs::path& folder) {
    const auto text = read_file(folder / clock_file);
    const Json json = text ? Json::parse(*text, nullptr, false) : Json();
    const auto number = [&](const char* key) {
        return json.is_object() && json.contains(key) && json.at(key).is_number()
                   ? json.at(key).get<double>()
                   : 0.0;
    };
    return {number("generate"), number("score"), number("update")};
}

Json to_json(const Work& work) {
    return {{"generated_tokens", work.generated_tokens},
            {"scored_tokens", work.scored_tokens},
            {"trained_tokens", work.trained_tokens},
            {"flops", work.flops}};
}

Work work_from(const Json& json) {
    if (!json.contains("work")) return {};
    const Json& work = json.at("work");
    return {work.at("generated_tokens"), work.at("scored_tokens"), work.at("trained_tokens"),
            work.at("flops")};
}

MovingCoefficient coefficient_from(const Json& json, const char* key) {
    if (!json.contains(key)) return {};
    return {json.at(key).at("setting"), json.at(key).at("value")};
}

Json to_json(const TrainerState& state, std::int64_t optimizer_steps) {
    Json slices = Json::array();
    if (!state.rollout.used_up())
        for (const auto& slice : state.rollout.slices)
            slices.push_back({{"rows", slice.batch.rows},
                              {"width", slice.batch.width},
                              {"tokens", slice.batch.tokens}});
    Json json = {{"format", 1},
                 {"step", state.step},
                 {"next_row", state.next_row},
                 {"rollouts", state.rollouts},
                 {"num_tokens", state.num_tokens},
                 {"optimizer_steps", optimizer_steps},
                 {"kl_coef", to_json(state.kl_coef)},
                 {"entropy_coef", to_json(state.entropy_coef)},
                 {"work", to_json(state.work)},
                 {"rollout",
                  {{"used", state.rollout.used},
                   {"total", state.rollout.total},
                   {"num_items", state.rollout.num_items},
                   {"step", state.rollout.step},
                   {"slices", slices}}}};
    if (state.best_score) json["best_score"] = *state.best_score;
    if (std::isfinite(state.last_entropy)) json["last_entropy"] = state.last_entropy;
    return json;
}

TrainerState from_json(const Json& json) {
    TrainerState state;
    state.step = json.at("step");
    state.next_row = json.at("next_row");
    state.rollouts = json.at("rollouts");
    state.num_tokens = json.at("num_tokens");
    state.work = work_from(json);
    state.kl_coef = coefficient_from(json, "kl_coef");
    state.entropy_coef = coefficient_from(json, "entropy_coef");
    if (json.contains("best_score")) state.best_score = json.at("best_score").get<double>();
    if (json.contains("last_entropy")) state.last_entropy = json.at("last_entropy");
    const Json& rollout = json.at("rollout");
    state.rollout.used = rollout.at("used");
    state.rollout.total = rollout.at("total");
    state.rollout.num_items = rollout.at("num_items");
    state.rollout.step = rollout.value("step", std::int64_t{0});
    for (const Json& slice : rollout.at("slices")) {
        RolloutSlice& added = state.rollout.slices.emplace_back();
        added.batch.rows = slice.value("rows", std::int64_t{0});
        added.batch.width = slice.at("width");
        added.batch.tokens = slice.at("tokens");
    }
    return state;
}

}  // namespace

Status save_policy(const fs::path& folder, const Policy& policy) {
    PLUMB_TRY_STATUS(save_model(policy.model, folder));
    return policy.tokenizer->save(folder);
}

Status publish_policy(const fs::path& folder, const Policy& policy) {
    fs::path temporary = folder;
    temporary += ".tmp" + std::to_string(::getpid());
    std::error_code error;
    fs::remove_all(temporary, error);
    fs::create_directories(temporary, error);
    if (error) return file_error("cannot create", temporary, error.value());
    Status saved = save_policy(temporary, policy);
    if (saved) {
        fs::remove_all(folder, error);
        saved = publish_folder(temporary, folder);
    }
    if (!saved) fs::remove_all(temporary, error);
    return saved;
}

Result<fs::path> tokenizer_folder_of(const fs::path& folder) {
    std::error_code ignored;
    if (fs::exists(folder / "tokenizer.json", ignored)) return folder;
    return base_folder_of(folder);
}

Result<Policy> load_policy(const fs::path& folder, at::Device device) {
    PLUMB_TRY(Decoder model, load_any_model(folder, device));
    return with_tokenizer_of(folder, std::move(model));
}

Result<Policy> load_policy_for_generation(const fs::path& folder) {
    if (is_adapter_folder(folder)) return load_policy(folder, at::kCPU);
    PLUMB_TRY(Decoder model, Decoder::load_for_generation(folder, at::kCPU));
    return with_tokenizer_of(folder, std::move(model));
}

Result<Policy> with_tokenizer_of(const fs::path& model_folder, Decoder model) {
    PLUMB_TRY(const fs::path folder, tokenizer_folder_of(model_folder));
    PLUMB_TRY(auto tokenizer, load_tokenizer(folder));
    if (tokenizer->vocab_size() > model.config().vocab_size)
        return invalid_input((folder / "tokenizer.json").string() + " has " +
                             std::to_string(tokenizer->vocab_size()) +
                             " tokens, but config.json says vocab_size " +
                             std::to_string(model.config().vocab_size) +
                             "; use the tokenizer that belongs to this model");
    return make_policy(std::move(model), std::move(tokenizer));
}

Status write_checkpoint(const fs::path& folder, const Trained& trained, const TrainerState& state) {
    PLUMB_TRY_STATUS(save_policy(folder, trained.policy));
    if (trained.value) {
        std::error_code error;
        fs::create_directories(folder / value_folder, error);
        if (error) return file_error("cannot create", folder / value_folder, error.value());
        PLUMB_TRY_STATUS(save_model(*trained.value, folder / value_folder));
    }
    if (trained.reference) PLUMB_TRY_STATUS(trained.reference->save(folder));
    TensorMap tensors;
    visit_optimizers(trained, [&](const std::string& prefix, const AdamW& optimizer) {
        for (const auto& [name, tensor] : optimizer.state()) tensors[prefix + name] = tensor;
    });
    if (!state.rollout.used_up()) {
        for (std::size_t i = 0; i < state.rollout.slices.size(); ++i)
            visit_slice(state.rollout.slices[i], i,
                        [&](const std::string& name, const at::Tensor& t) {
                            if (t.defined()) tensors[name] = t;
                        });
    }
    PLUMB_TRY_STATUS(write_safetensors(folder / "trainer.safetensors", tensors));
    PLUMB_TRY_STATUS(write_file_atomic(folder / clock_file, to_json(state.seconds).dump(1)));
    return write_file_atomic(folder / "trainer.json",
                             to_json(state, trained.optimizer.steps()).dump(1));
}

Result<TrainerState> read_checkpoint(const fs::path& folder, const Trained& trained) {
    const fs::path json_file = folder / "trainer.json",
                   tensor_file = folder / "trainer.safetensors";
    PLUMB_TRY(const std::string text, read_file(json_file));
    PLUMB_TRY(const TensorMap tensors, read_safetensors(tensor_file));
    TrainerState state;
    std::int64_t optimizer_steps = 0;
    try {
        const Json json = Json::parse(text);
        if (json.at("format") != 1)
            return Error{ErrorCode::newer_version, json_file.string() +
                                                       " was written by a newer version of this "
                                                       "program; update it to resume this run"};
        state = from_json(json);
        optimizer_steps = json.at("optimizer_steps");
        state.seconds = seconds_of(folder);
    } catch (const Json::exception& problem) {
        return invalid_input(json_file.string() + " is damaged (" + problem.what() +
                             "); resume from another checkpoint");
    }
    Status loaded;
    visit_optimizers(trained, [&](const std::string& prefix, AdamW& optimizer) {
        if (loaded)
            loaded = optimizer.load_state(tensors, prefix, optimizer_steps, tensor_file.string());
    });
    PLUMB_TRY_STATUS(loaded);
    if (trained.value) {
        PLUMB_TRY_STATUS(load_weights_into(*trained.value, folder / value_folder));
    }
    if (trained.reference) PLUMB_TRY_STATUS(trained.reference->restore(folder));
    for (std::size_t i = 0; i < state.rollout.slices.size(); ++i)
        visit_slice(state.rollout.slices[i], i, [&](const std::string& name, at::Tensor& t) {
            if (const auto found = tensors.find(name); found != tensors.end()) t = found->second;
        });
    for (RolloutSlice& slice : state.rollout.slices) {
        CompletionBatch& batch = slice.batch;
        if (batch.sequences.segments.defined()) continue;
        batch.rows = batch.sequences.ids.size(0);  // as earlier versions kept them: padded rows
        batch.sequences = TokenTree::of_rows(batch.sequences.ids);
    }
    return state;
}

}  // namespace plumb
