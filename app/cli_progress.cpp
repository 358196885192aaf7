// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli_progress.h"

#include <span>
#include <utility>
#include <vector>

#include "analysis/metrics_csv.h"
#include "base/log.h"
#include "base/strings.h"

namespace plumb::cli {
namespace {

constexpr double redraw_seconds = 0.1;
constexpr double line_seconds = 5;

bool has_evaluation(const Metrics& metrics) {
    const auto first = metrics.lower_bound("eval/");
    return first != metrics.end() && first->first.starts_with("eval/");
}

/// With the task's own reward the held-out reward is the accuracy once more.
bool repeats_accuracy(const Metrics& metrics) {
    const auto reward = metrics.find("eval/reward"), accuracy = metrics.find("eval/accuracy");
    return reward != metrics.end() && accuracy != metrics.end() &&
           reward->second == accuracy->second;
}

std::string rate(double tokens_per_second) {
    if (tokens_per_second < 1000) return format_fixed(tokens_per_second, 0);
    return format_fixed(tokens_per_second / 1000, 1) + "k";
}

std::string cut(const std::string& text, std::size_t width) {
    const auto characters = utf8_characters(text);
    if (characters.size() <= width) return text;
    std::string result;
    for (std::size_t i = 0; i < width; ++i) result += characters[i];
    return result;
}

struct Shown {
    std::string_view key, label;
    std::string_view unless = {};  ///< left out where the run has this one, which says it better
};
/// What people look at first, most telling first: a narrow terminal cuts the rest. A proxy has the
/// gold reward beside it.
constexpr Shown of_training[] = {
    {"eval/accuracy", "accuracy"},
    {"eval/accuracy_gold", "by gold"},
    {"reward", "reward"},
    {"eval/reward", "held-out reward", "reward"},
    {"gold_reward", "gold"},
    {"eval/gold_reward", "held-out gold"},
    {"rewards/margins", "margin"},
    {"objective/kl", "kl"},
    {"kl", "kl a token", "objective/kl"},
    {"eval/kl_sequence", "held-out kl", "objective/kl"},
    {"loss", "loss"},
    {"completions/mean_length", "length"},
};
constexpr Shown of_start[] = {{"start/loss", "loss"}};
constexpr Shown of_reward_model[] = {{"reward_model/accuracy", "accuracy"},
                                     {"reward_model/loss", "loss"}};

std::span<const Shown> shown_in(std::string_view phase) {
    if (phase.starts_with("supervised")) return of_start;
    if (phase == "reward model") return of_reward_model;
    return of_training;
}

/// "  accuracy 0.91  reward 0.883  loss 0.012": the newest values of the phase's main metrics.
std::string main_metrics(const Metrics& latest, std::string_view phase) {
    std::string text;
    for (const Shown& shown : shown_in(phase)) {
        const auto found = latest.find(std::string(shown.key));
        if (found == latest.end() || latest.contains(std::string(shown.unless))) continue;
        if (shown.key == "eval/reward" && repeats_accuracy(latest)) continue;
        text += "  " + std::string(shown.label) + " " + format_significant(found->second, 3);
    }
    return text;
}

}  // namespace

ProgressDisplay::ProgressDisplay(Output& out) : out_(out), live_(out.is_terminal()) {
    // The redrawn line and log lines share the terminal: what the log says passes through here.
    set_console_level(live_ ? LogLevel::error : LogLevel::warning);
    if (!live_) return;
    set_log_listener([this](LogLevel level, std::string_view text) {
        if (level != LogLevel::warning) return;
        const std::lock_guard lock(mutex_);
        erase();
        tell("warning " + std::string(text));
        refresh(true);
    });
}

ProgressDisplay::~ProgressDisplay() {
    set_log_listener({});
    set_console_level(LogLevel::info);
    const std::lock_guard lock(mutex_);
    erase();
}

void ProgressDisplay::show(const Progress& progress) {
    const std::lock_guard lock(mutex_);
    const bool new_phase = progress.phase != progress_.phase;
    progress_ = progress;
    // Where lines stay, an evaluation is told by its result.
    if (live_ || progress.phase != "evaluate") refresh(new_phase);
}

void ProgressDisplay::show(const StepDone& step) {
    const std::lock_guard lock(mutex_);
    step_ = step;
    for (const auto& [key, value] : step.metrics) latest_[key] = value;
    if (!live_ && has_evaluation(step.metrics))
        out_.line(evaluation_line(step));
    else
        refresh(false);
}

void ProgressDisplay::message(std::string_view text) {
    const std::lock_guard lock(mutex_);
    erase();
    out_.line(text);
}

std::string ProgressDisplay::status_line() const {
    std::string line = progress_.phase.empty() ? "start" : progress_.phase;
    const bool training = progress_.phase == "train" || progress_.phase.empty();
    const std::int64_t done = training ? std::max(step_.step, progress_.done) : progress_.done;
    const std::int64_t total =
        training && progress_.total == 0 ? step_.total_steps : progress_.total;
    if (total > 0) line += "  step " + std::to_string(done) + "/" + std::to_string(total);
    if (progress_.seconds_left >= 0) {
        // This phase ends early, as soon as its accuracy check passes.
        const bool may_end_early = progress_.phase == "supervised: textbook";
        line += (may_end_early ? "  at most " : "  ") + format_duration(progress_.seconds_left) +
                " left";
    }
    line += main_metrics(latest_, progress_.phase);
    if (progress_.tokens_per_second > 0)
        line += "  " + rate(progress_.tokens_per_second) + " tokens/s";
    return line;
}

std::string ProgressDisplay::evaluation_line(const StepDone& step) const {
    std::string line = "evaluated  step " + std::to_string(step.step);
    if (step.total_steps > 0) line += "/" + std::to_string(step.total_steps);
    std::vector<std::string> keys;
    for (const auto& [key, value] : step.metrics)
        if (key.starts_with("eval/") && !key.ends_with("_std") &&
            !(key == "eval/reward" && repeats_accuracy(step.metrics)))
            keys.push_back(key);
    for (const std::string& key : ordered_keys(std::move(keys)))
        line += "  " + key.substr(5) + " " + format_significant(step.metrics.at(key), 3);
    return line;
}

void ProgressDisplay::refresh(bool now) {
    const double time = monotonic_seconds();
    const double pause = live_ ? redraw_seconds : line_seconds;
    if (!now && time - shown_at_ < pause) return;
    shown_at_ = time;
    if (!live_) {
        out_.line(status_line());
        return;
    }
    // The cursor stays at the line's start: an error line of the log then covers it.
    out_.write("\x1b[K" + cut(status_line(), out_.width() - 1) + "\r");
    out_.flush();
    drawn_ = true;
}

void ProgressDisplay::erase() {
    if (!std::exchange(drawn_, false)) return;
    out_.write("\x1b[K");
    out_.flush();
}

}  // namespace plumb::cli
