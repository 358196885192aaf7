// SPDX-License-Identifier: GPL-3.0-or-later
#include "reward/program_reward.h"

#include <chrono>
#include <cstring>
#include <filesystem>
#include <utility>

#include <unistd.h>
#include <nlohmann/json.hpp>

#include "base/child_program.h"
#include "base/log.h"
#include "base/strings.h"
#include "config/roles.h"
#include "plugin/host.h"
#include "reward/reward_lines.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

using Reply = ChildProgram::Reply;

constexpr int most_logged_lines = 200;

bool is_plugin(const fs::path& file) { return file.extension() == ".so"; }
bool is_python(const fs::path& file) { return file.extension() == ".py"; }

/// "The reward plug-in length (/home/ada/length.so)".
std::string described(const fs::path& file) {
    return std::string("The reward ") + (is_plugin(file) ? "plug-in " : "program ") +
           file.stem().string() + " (" + file.string() + ")";
}

/// What a plug-in is created with.
std::string plugin_config(const Settings& settings) {
    return nlohmann::json({{"task", settings.task},
                           {"algorithm", settings.algorithm},
                           {"seed", settings.seed},
                           {"max_completion_length", settings.max_completion_length}})
        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<ChildProgram::Command> command_of(const fs::path& file, const Settings& settings) {
    ChildProgram::Command command;
    command.folder = file.parent_path();
    if (is_plugin(file)) {
        PLUMB_TRY(command.file, plugin_host_program());
        command.arguments = {file.string(), plugin_config(settings)};
    } else if (is_python(file)) {
        command.file = find_on_path("python3");
        command.arguments = {file.string()};
    } else {
        command.file = file;
    }
    return command;
}

class OwnReward : public RewardFunction {
public:
    OwnReward(fs::path file, const Settings& settings)
        : file_(std::move(file)),
          name_(file_.stem().string()),
          settings_(settings),
          limit_(std::chrono::duration_cast<ChildProgram::Clock::duration>(
              std::chrono::duration<double>(settings.reward_timeout))) {}

    const std::string& name() const override { return name_; }

    /// Starts the program and waits for its hello.
    Status start(const std::stop_token& stop) {
        PLUMB_TRY(auto command, command_of(file_, settings_));
        command.error_line = [this](std::string_view line) { log_complaint(line); };
        auto started = ChildProgram::start(std::move(command));
        if (!started)
            return Error{started.error().code,
                         described(file_) + " does not run: " + started.error().message};
        program_ = std::move(started).value();
        const auto answer = program_->ask({}, deadline(), stop);
        if (answer.reply != Reply::line) return give_up(answer, "before it said hello");
        if (const Status hello = read_hello(answer.text); !hello) return refuse(hello.error());
        return {};
    }

private:
    Result<Scores> compute(std::span<const RewardInput> rows,
                           const std::stop_token& stop) override {
        if (rows.empty()) return Scores{};
        logged_ = 0;
        PLUMB_TRY_STATUS(be_there(stop));
        const std::string line = batch_line(++batch_, rows);
        auto answer = program_->ask(line, deadline(), stop);
        if (answer.reply == Reply::ended && answer.unread && !restarted_) {
            // It died between two batches, as late as that.
            PLUMB_TRY_STATUS(start_again(stop));
            answer = program_->ask(line, deadline(), stop);
        }
        restarted_ = false;
        if (answer.reply != Reply::line)
            return give_up(answer, "while scoring " +
                                       (rows.size() == 1
                                            ? named_row(0, rows)
                                            : "completions 1 to " + std::to_string(rows.size())))
                .error();
        auto scores = read_scores(answer.text, batch_, rows);
        if (!scores) return refuse(scores.error()).error();
        return scores;
    }

    /// A program that writes without end does not fill the disk with its complaints.
    void log_complaint(std::string_view line) {
        if (++logged_ <= most_logged_lines) log_info(name_ + ": " + std::string(line));
        if (logged_ == most_logged_lines)
            log_info(name_ + ": its further lines for this batch are left out");
    }

    Status be_there(const std::stop_token& stop) {
        if (program_ && program_->running()) return {};
        if (program_) return start_again(stop);
        return start(stop);  // after an error or a stop
    }

    Status start_again(const std::stop_token& stop) {
        restarted_ = true;
        log_warning(described(file_) + " " + program_->how_it_ended() +
                    " between two batches and is started again");
        program_.reset();
        return start(stop);
    }

    ChildProgram::Clock::time_point deadline() const { return ChildProgram::Clock::now() + limit_; }

    /// The error for a program that gave no line, and its end. when: what it was doing.
    Status give_up(const ChildProgram::Answer& answer, const std::string& when) {
        if (answer.reply == Reply::cancelled) {
            program_.reset();
            return cancelled();
        }
        return refuse(
            {ErrorCode::failed, reason(answer.reply) + " " + when + remedy(answer.reply)});
    }

    std::string reason(Reply reply) const {
        switch (reply) {
            case Reply::timeout:
                return "gave no answer within " + format_number(settings_.reward_timeout) +
                       " seconds";
            case Reply::closed: return "closed its standard input or output";
            case Reply::too_long:
                return "wrote a line of more than " +
                       std::to_string(ChildProgram::most_line_bytes >> 20) + " MiB";
            default: break;
        }
        if (is_plugin(file_) && program_->signal() != 0)
            return "crashed with signal " + std::to_string(program_->signal()) + " (" +
                   ::strsignal(program_->signal()) + ")";
        return program_->how_it_ended();
    }

    static std::string remedy(Reply reply) {
        if (reply != Reply::timeout) return "";
        return "; make it faster, or raise reward_timeout";
    }

    /// Ends the program; the error with its name before and what it last complained of behind.
    Status refuse(const Error& error) {
        program_->stop(false);
        const std::string complaint = program_->last_errors();
        program_.reset();
        return Error{error.code,
                     described(file_) + " " + error.message + "." +
                         (complaint.empty() ? "" : " Its standard error ends with:\n" + complaint)};
    }

    fs::path file_;
    std::string name_;
    Settings settings_;
    ChildProgram::Clock::duration limit_;
    std::unique_ptr<ChildProgram> program_;
    std::int64_t batch_ = 0;
    int logged_ = 0;          ///< lines of its standard error, since the batch began
    bool restarted_ = false;  ///< for the batch that is being scored
};

}  // namespace

Status check_own_reward(const std::string& entry) {
    const fs::path file = entry;
    std::error_code ignored;
    if (!fs::exists(file, ignored))
        return Error{ErrorCode::not_found,
                     "reward_funcs: there is no file " + entry +
                         "; relative paths are taken from the run file's folder, on the command "
                         "line from where you are"};
    if (!fs::is_regular_file(file, ignored))
        return invalid_input("reward_funcs: " + entry + " is no file; name a program or a .so");
    if (is_plugin(file)) {
        if (const auto host = plugin_host_program(); !host) return host.error();
    } else if (is_python(file)) {
        if (find_on_path("python3").empty())
            return invalid_input("reward_funcs: " + entry +
                                 " needs python3, which is not on PATH; install it");
    } else if (::access(file.c_str(), X_OK) != 0) {
        return invalid_input("reward_funcs: " + entry +
                             " may not be executed; allow it with chmod +x");
    }
    if (::access(file.c_str(), R_OK) != 0 && (is_plugin(file) || is_python(file)))
        return invalid_input("reward_funcs: " + entry + " may not be read; allow it with chmod +r");
    return {};
}

Result<std::unique_ptr<RewardFunction>> make_own_reward(const std::string& entry,
                                                        const Settings& settings,
                                                        const std::stop_token& stop) {
    PLUMB_TRY_STATUS(check_own_reward(entry));
    auto reward = std::make_unique<OwnReward>(fs::absolute(entry).lexically_normal(), settings);
    PLUMB_TRY_STATUS(reward->start(stop));
    return std::unique_ptr<RewardFunction>(std::move(reward));
}

}  // namespace plumb
