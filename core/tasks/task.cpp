// SPDX-License-Identifier: GPL-3.0-or-later
#include "tasks/task.h"

#include "tasks/arithmetic_task.h"
#include "tasks/data_task.h"
#include "tasks/reviews_task.h"

namespace plumb {
namespace {

ChatFormat chat_format_of(const Settings& settings) {
    std::error_code problem;
    const std::filesystem::path named = settings.model_name_or_path;
    return std::filesystem::is_directory(named, problem) ? ChatFormat({named}) : ChatFormat();
}

}  // namespace

double Task::epoch(std::int64_t index) const {
    return rows() == 0 ? 0.0 : static_cast<double>(index) / static_cast<double>(rows());
}

const std::vector<Preference>& Task::pairs() const {
    static const std::vector<Preference> none;
    return none;
}
bool Task::well_formed(const Attempt&) const { return true; }

std::optional<bool> Task::used_scratchpad(std::string_view) const { return std::nullopt; }

Result<std::unique_ptr<Task>> make_task(const Settings& settings, bool needs_tokenizer,
                                        const std::stop_token& stop, const ChatFormat* chat) {
    if (settings.task == "data")
        return DataTask::make(settings, needs_tokenizer, stop,
                              chat ? *chat : chat_format_of(settings));
    if (settings.task == "reviews")
        return std::unique_ptr<Task>(std::make_unique<ReviewsTask>(settings));
    if (settings.task != "arithmetic")
        return invalid_input("task " + settings.task +
                             " does not exist. Set task to arithmetic, reviews or data.");
    if (settings.arithmetic_digits < 3 || settings.arithmetic_digits > 12)
        return invalid_input("arithmetic_digits is " + std::to_string(settings.arithmetic_digits) +
                             ". Choose 3 to 12.");
    return std::unique_ptr<Task>(std::make_unique<ArithmeticTask>(settings));
}

}  // namespace plumb
