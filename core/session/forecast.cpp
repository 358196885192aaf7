// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/forecast.h"

#include <algorithm>
#include <memory>
#include <thread>

#include "base/strings.h"
#include "config/roles.h"
#include "config/validation.h"
#include "session/model_source.h"
#include "session/run_worker.h"
#include "tasks/task.h"
#include "text/tokenizer.h"
#include "train/new_model.h"
#include "train/run_shape.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

constexpr MemoryOwner order_of_display[] = {MemoryOwner::policy,       MemoryOwner::reference,
                                            MemoryOwner::reward_model, MemoryOwner::value_model,
                                            MemoryOwner::gradients,    MemoryOwner::optimizer,
                                            MemoryOwner::cache,        MemoryOwner::activations};

/// What a process takes that has LibTorch loaded and used, beside what the ledger counts.
constexpr double process_base = 250e6;

struct FirstModel {
    ModelConfig config;
    std::shared_ptr<const Tokenizer> tokenizer;
};

Result<FirstModel> first_model(const Settings& settings, const Task& task, const fs::path& workspace) {
    if (settings.model_name_or_path.empty())
        return FirstModel{new_model_config(settings, *task.tokenizer()), task.tokenizer()};
    PLUMB_TRY(const ModelSource source, find_model(settings.model_name_or_path, workspace));
    FirstModel policy;
    PLUMB_TRY(policy.config, read_model_config(source.folder));
    PLUMB_TRY(policy.tokenizer, load_tokenizer(source.folder));
    return policy;
}

Result<MemoryForecast> forecast(const Settings& given, const fs::path& workspace,
                                const std::stop_token& stop) {
    Settings settings = given;
    if (settings.threads == 0)
        settings.threads = std::max<std::int64_t>(1, std::thread::hardware_concurrency());
    PLUMB_TRY_STATUS(validate(settings));
    PLUMB_TRY(const auto task, make_task(settings, settings.model_name_or_path.empty(), stop));
    PLUMB_TRY(const FirstModel policy, first_model(settings, *task, workspace));
    PLUMB_TRY(RunShape shape, run_shape(settings, *task, policy.config, *policy.tokenizer, stop));
    if (uses_reward_model(settings) && !makes_reward_model(settings)) {
        const auto source = find_model(settings.reward_model, workspace);
        if (!source) return Error{source.error().code, "reward_model: " + source.error().message};
        PLUMB_TRY(shape.reward_model, read_model_config(source->folder));
    }
    const RunMemory memory = forecast_run(settings, shape);

    MemoryForecast result;
    for (const MemoryOwner owner : order_of_display)
        result.parts.push_back({std::string(memory_owner_name(owner)), memory.step.peak(owner)});
    result.peak = memory.step.peak();
    result.run_peak = memory.run_peak;
    result.run_peak_phase = memory.run_peak_phase;
    result.process = process_base + memory.run_peak;
    result.models = memory.models;
    result.parameters = Footprint(policy.config, settings.threads).parameter_count();
    result.assumptions = {"vocabulary of " + std::to_string(policy.config.vocab_size)};
    return result;
}

}  // namespace

Result<MemoryForecast> forecast_memory(const Settings& settings, const fs::path& workspace,
                                       const std::stop_token& stop) {
    Result<MemoryForecast> result = MemoryForecast{};
    const Status done = catch_everything([&]() -> Status {
        PLUMB_TRY(result, forecast(settings, workspace, stop));
        return {};
    });
    if (!done) return done.error();
    return result;
}

}  // namespace plumb
