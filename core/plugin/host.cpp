// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/host.h"

#include <array>
#include <cerrno>
#include <cmath>
#include <iostream>
#include <limits>
#include <string_view>
#include <vector>

#include <unistd.h>
#include <nlohmann/json.hpp>

#include "plugin/library.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

constexpr const char* host_name = "plumbline-plugin-host";

/// The answers' way out. Standard output itself is given to standard error, so that a plug-in that
/// prints does not break into the answers.
class Answers {
public:
    Answers() : fd_(::dup(STDOUT_FILENO)) { ::dup2(STDERR_FILENO, STDOUT_FILENO); }

    /// False where nobody reads them any more.
    bool write(const Json& answer) const {
        const std::string line = answer.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
        std::string_view left = line;
        while (!left.empty()) {
            const ssize_t count = ::write(fd_, left.data(), left.size());
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) return false;
            left.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }

private:
    int fd_;
};

/// The rows of one batch, as the plug-in sees them.
struct Rows {
    explicit Rows(const Json& list) {
        for (const Json& row : list) {
            Texts& text = texts.emplace_back();
            row.at("prompt").get_to(text.prompt);
            row.at("completion").get_to(text.completion);
            row.at("completion_with_special").get_to(text.with_special);
            row.at("answer").get_to(text.answer);
            row.at("tokens").get_to(text.tokens);
            text.ended = row.at("ended").get<bool>();
        }
        const auto view = [](const std::string& text) {
            return plumbline_text{text.c_str(), text.size()};
        };
        for (const Texts& text : texts)
            rows.push_back({view(text.prompt), view(text.completion), view(text.with_special),
                            view(text.answer), text.tokens.data(), text.tokens.size(),
                            static_cast<std::uint8_t>(text.ended)});
    }

    struct Texts {
        std::string prompt, completion, with_special, answer;
        std::vector<std::int64_t> tokens;
        bool ended = false;
    };
    std::vector<Texts> texts;
    std::vector<plumbline_reward_row> rows;
};

Json score(const PluginLibrary& plugin, const Json& batch) {
    Json answer = {{"id", batch.at("id")}};
    const Rows batch_rows(batch.at("rows"));
    const auto& rows = batch_rows.rows;
    std::vector<double> scores(rows.size(), std::numeric_limits<double>::quiet_NaN());
    std::vector<std::uint8_t> has_score(rows.size(), 1);
    std::array<char, 1024> error{};
    const int failed =
        plugin.functions().score(plugin.instance(), rows.data(), rows.size(), scores.data(),
                                 has_score.data(), error.data(), error.size());
    error.back() = 0;
    if (failed != 0) {
        answer["error"] = error[0] ? error.data() : "it gives no reason";
        return answer;
    }
    Json list = Json::array();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (has_score[i] && !std::isfinite(scores[i])) {
            answer["error"] = "a score that is not finite, or was never written";
            answer["row"] = i;
            return answer;
        }
        list.push_back(has_score[i] ? Json(scores[i]) : Json());
    }
    answer["scores"] = std::move(list);
    return answer;
}

}  // namespace

Result<fs::path> plugin_host_program() {
    std::error_code problem;
    const fs::path folder = fs::read_symlink("/proc/self/exe", problem).parent_path();
    for (const fs::path& file : {folder / host_name, folder.parent_path() / "bin" / host_name})
        if (::access(file.c_str(), X_OK) == 0) return file;
    return Error{ErrorCode::not_found, std::string(host_name) +
                                           ", which loads native plug-ins, is missing in " +
                                           folder.string() + "; install or build Plumbline again"};
}

int run_plugin_host(const std::string& plugin_file, const std::string& config) {
    const Answers answers;
    auto plugin = PluginLibrary::load(plugin_file, config);
    if (!plugin) {
        answers.write({{"error", plugin.error().message}});
        return 1;
    }
    const char* name = plugin->functions().name;
    if (!answers.write({{"plumbline", 1}, {"name", name ? name : ""}})) return 1;
    std::ios::sync_with_stdio(false);
    for (std::string line; std::getline(std::cin, line);) {
        const Json batch = Json::parse(line, nullptr, false);
        if (!batch.is_object() || !batch.contains("id") || !batch.contains("rows")) return 2;
        if (!answers.write(score(*plugin, batch))) return 1;
    }
    return 0;
}

}  // namespace plumb
