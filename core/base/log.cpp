// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/log.h"

#include <memory>
#include <mutex>

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

// The only file that includes spdlog: the fmt inside the LibTorch wheel clashes with its own.

namespace plumb {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
        case LogLevel::debug: return spdlog::level::debug;
        case LogLevel::info: return spdlog::level::info;
        case LogLevel::warning: return spdlog::level::warn;
        case LogLevel::error: return spdlog::level::err;
    }
    return spdlog::level::info;
}

struct Sinks {
    std::mutex mutex;
    std::shared_ptr<spdlog::logger> console;
    std::shared_ptr<spdlog::logger> file;
    std::shared_ptr<std::function<void(LogLevel, std::string_view)>> listener;

    Sinks()
        : console(std::make_shared<spdlog::logger>(
              "plumbline", std::make_shared<spdlog::sinks::stderr_color_sink_mt>())) {
        console->set_pattern("%^%l%$ %v");
        console->set_level(spdlog::level::info);
    }
};

Sinks& sinks() {
    static Sinks instance;
    return instance;
}

}  // namespace

void log(LogLevel level, std::string_view text) {
    Sinks& all = sinks();
    std::shared_ptr<spdlog::logger> console, file;
    std::shared_ptr<std::function<void(LogLevel, std::string_view)>> listener;
    {
        std::lock_guard lock(all.mutex);
        console = all.console;
        file = all.file;
        listener = all.listener;
    }
    const auto spd_level = to_spdlog(level);
    console->log(spd_level, "{}", text);
    if (file) {
        file->log(spd_level, "{}", text);
        file->flush();
    }
    if (listener) (*listener)(level, text);
}

void set_console_level(LogLevel level) { sinks().console->set_level(to_spdlog(level)); }

void set_log_file(const std::filesystem::path& path) {
    std::shared_ptr<spdlog::logger> file;
    if (!path.empty()) {
        try {
            file = std::make_shared<spdlog::logger>(
                "file", std::make_shared<spdlog::sinks::basic_file_sink_mt>(path.string()));
            file->set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
            file->set_level(spdlog::level::debug);
            file->set_error_handler([](const std::string& what) {
                static std::once_flag once;
                std::call_once(once, [&] { sinks().console->error("{}", what); });
            });
        } catch (const spdlog::spdlog_ex& problem) {
            sinks().console->error("cannot write the log file {}: {}", path.string(),
                                   problem.what());
        }
    }
    std::lock_guard lock(sinks().mutex);
    sinks().file = std::move(file);
}

void set_log_listener(std::function<void(LogLevel, std::string_view)> listener) {
    auto shared =
        listener
            ? std::make_shared<std::function<void(LogLevel, std::string_view)>>(std::move(listener))
            : nullptr;
    std::lock_guard lock(sinks().mutex);
    sinks().listener = std::move(shared);
}

}  // namespace plumb
