// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/forecast.h"

#include <algorithm>
#include <memory>
#include <thread>

#include "base/strings.h"
#include "config/roles.h"
#include "config/validation.h"
#include "model/adapter_files.h"
#include "session/model_source.h"
#include "session/run_worker.h"
#include "tasks/data_task.h"
#include "tasks/task.h"
#include "text/tokenizer.h"
#include "train/micro_batch.h"
#include "train/new_model.h"
#include "train/run.h"
#include "train/run_shape.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

constexpr MemoryOwner order_of_display[] = {MemoryOwner::policy,       MemoryOwner::reference,
                                            MemoryOwner::reward_model, MemoryOwner::value_model,
                                            MemoryOwner::gradients,    MemoryOwner::optimizer,
                                            MemoryOwner::cache,        MemoryOwner::activations};

/// Bytes of text that a tokenizer is made from here. More would take long and hardly change the
/// lengths of rows.
constexpr std::size_t most_text = 1 << 20;

struct FirstModel {
    ModelConfig config;
    std::shared_ptr<const Tokenizer> tokenizer;
};

/// Rows spread over all, with at most so much text. text_of: a row's bytes.
template <class Row, class TextOf>
std::vector<Row> some_rows(const std::vector<Row>& rows, TextOf text_of) {
    std::size_t bytes = 0;
    for (const Row& row : rows) bytes += text_of(row);
    const std::size_t step = bytes / most_text + 1;
    std::vector<Row> some;
    for (std::size_t i = 0; i < rows.size(); i += step) some.push_back(rows[i]);
    return some;
}

/// Of a new model, with the size of its vocabulary. Of much text a part is read; the vocabulary is
/// taken to become as large as it may then.
Result<FirstModel> new_model(const Settings& settings, const Task& task,
                             const std::stop_token& stop) {
    FirstModel model;
    model.tokenizer = task.tokenizer();
    bool whole = true;
    if (!model.tokenizer) {
        const auto demonstrations = some_rows(task.demonstrations(), [](const Demonstration& row) {
            return row.prompt.size() + row.completion.size();
        });
        const auto prompts =
            some_rows(task.prompts(), [](const Prompt& row) { return row.text.size(); });
        whole = demonstrations.size() == task.demonstrations().size();
        PLUMB_TRY(model.tokenizer, make_data_tokenizer(demonstrations, prompts, settings, stop));
    }
    model.config = new_model_config(settings, *model.tokenizer);
    if (!whole) model.config.vocab_size = settings.vocab_size;
    return model;
}

Result<FirstModel> first_model(const Settings& settings, const Task& task,
                               const fs::path& workspace, const std::stop_token& stop) {
    if (settings.model_name_or_path.empty()) return new_model(settings, task, stop);
    PLUMB_TRY(const ModelSource source, find_model(settings.model_name_or_path, workspace));
    FirstModel model;
    PLUMB_TRY(model.config, read_any_model_config(source.folder));
    PLUMB_TRY(const fs::path tokens, tokenizer_folder_of(source.folder));
    PLUMB_TRY(model.tokenizer, load_tokenizer(tokens));
    return model;
}

std::string up_to(const std::string& what, std::int64_t tokens) {
    return what + " of up to " + std::to_string(tokens) + " tokens";
}

std::vector<std::string> assumptions(const Settings& settings, const RunShape& shape) {
    std::vector<std::string> said = {"vocabulary of " + std::to_string(shape.policy.vocab_size)};
    const bool samples = samples_completions(settings) || samples_pairs(settings);
    if (is_supervised(settings)) said.push_back(up_to("rows", shape.row.longest));
    if (samples) {
        const std::int64_t limit = settings.max_completion_length;
        said.push_back(up_to("prompts", shape.prompt.longest));
        if (shape.completion.mean < static_cast<double>(limit)) {
            RunShape longest = shape;
            longest.completion = {limit, static_cast<double>(limit)};
            said.push_back(up_to("completions", limit) +
                           ", in the mean as long as demonstrations; a step would take " +
                           format_fixed(forecast_run(settings, longest).step.peak() / 1e6, 0) +
                           " MB if all were so long");
        } else {
            said.push_back("completions of the full " + std::to_string(limit) + " tokens");
        }
    }
    if (shape.pair.longest > 0) said.push_back(up_to("pairs", shape.pair.longest));
    if (has_supervised_start(settings))
        said.push_back("a supervised start that is not in the cache yet");
    if (settings.device != "cpu")
        said.push_back("all of it on the CPU; what " + settings.device +
                       " holds is not told apart");
    return said;
}

Result<MemoryForecast> forecast(const Settings& given, const fs::path& workspace,
                                const std::stop_token& stop) {
    Settings settings = given;
    if (settings.threads == 0)
        settings.threads = std::max<std::int64_t>(1, std::thread::hardware_concurrency());
    PLUMB_TRY_STATUS(validate(settings));
    PLUMB_TRY_STATUS(check_first_model(settings));
    ChatFormat chat;
    if (!settings.model_name_or_path.empty()) {
        PLUMB_TRY(const ModelSource source, find_model(settings.model_name_or_path, workspace));
        chat = ChatFormat({source.folder});
    }
    PLUMB_TRY(const auto task, make_task(settings, false, stop, &chat));
    PLUMB_TRY(const FirstModel policy, first_model(settings, *task, workspace, stop));
    PLUMB_TRY(RunShape shape, run_shape(settings, *task, policy.config, *policy.tokenizer, stop));
    if (uses_reward_model(settings) && !makes_reward_model(settings)) {
        const auto source = find_reward_model(settings.reward_model, workspace);
        if (!source) return Error{source.error().code, "reward_model: " + source.error().message};
        PLUMB_TRY(shape.reward_model, read_any_model_config(source->folder));
    }
    PLUMB_TRY(settings, fit_micro_batch(settings, shape));
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
    result.assumptions = assumptions(settings, shape);
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
