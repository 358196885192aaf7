// SPDX-License-Identifier: GPL-3.0-or-later
#include "structure_rules.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string_view>

namespace fs = std::filesystem;

namespace {

/// core's folders in their order: each may include those before it.
const std::vector<std::string> core_folders = {"base",    "config", "text",  "store",  "analysis",
                                               "plugin",  "data",   "tasks", "model",  "algorithms",
                                               "rollout", "reward", "train", "session"};
/// What the clients may use, beside their own files.
const std::set<std::string> door = {"base", "config", "store", "analysis", "session"};
/// Folders narrower than their place in the order.
const std::map<std::string, std::set<std::string>> narrow = {
    {"store", {"base", "store"}},
    {"algorithms", {"base", "algorithms"}},
    {"app", {"base", "config", "store", "analysis", "plugin", "session"}},
    {"ui", door},
};
const std::set<std::string> torch_free = {"base", "config", "text",   "store", "analysis", "plugin",
                                          "data", "tasks",  "reward", "app",   "ui"};

/// The session's headers for its clients; the others, of its workers, may include train's.
const std::set<std::string> session_door = {
    "core/session/session.h",      "core/session/events.h",   "core/session/generation.h",
    "core/session/data_preview.h", "core/session/forecast.h", "core/session/reward_trial.h",
    "core/session/model_info.h",   "core/session/parity.h",   "core/session/run_plan.h"};

constexpr long most_source_lines = 600;
constexpr long most_header_lines = 300;

struct Include {
    std::string path;
    bool quoted = false;
    long line = 0;
};

struct Source {
    std::string path;    ///< "core/base/files.h"
    std::string folder;  ///< of core: "base"; else the top folder: "app"
    bool header = false;
    long lines = 0;
    std::string first_line;
    std::vector<Include> includes;
};

Source parse(const std::string& path, const std::string& content) {
    static const std::regex include_line(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re");
    Source source{path, "", path.ends_with(".h"), 0, "", {}};
    const std::string below = path.starts_with("core/") ? path.substr(5) : path;
    source.folder = below.substr(0, below.find('/'));
    std::istringstream stream(content);
    for (std::string line; std::getline(stream, line);) {
        if (++source.lines == 1) source.first_line = line;
        std::smatch match;
        if (std::regex_search(line, match, include_line))
            source.includes.push_back({match[2], match[1] == "\"", source.lines});
    }
    return source;
}

bool is_torch(const std::string& include) {
    for (const char* prefix : {"torch/", "ATen/", "c10/", "caffe2/", "torch_pch"})
        if (include.starts_with(prefix)) return true;
    return false;
}

bool is_qt(const std::string& include) {
    static const std::regex qt("^(Q[A-Z]|Qt[A-Z][A-Za-z]*/|qcustomplot\\.h)");
    return std::regex_search(include, qt);
}

/// The files of a tree, and which of their own headers they include.
class Project {
public:
    explicit Project(const SourceTree& tree) {
        for (const auto& [path, content] : tree) sources_.emplace(path, parse(path, content));
    }

    const std::map<std::string, Source>& sources() const { return sources_; }

    /// The file that a quoted include names, or null.
    const Source* find(const Source& from, const std::string& include) const {
        const std::string top = from.path.substr(0, from.path.find('/'));
        const std::string beside = from.path.substr(0, from.path.rfind('/') + 1) + include;
        for (const std::string& path :
             {"core/" + include, top + "/" + include, "ui/" + include, include, beside})
            if (const auto found = sources_.find(path); found != sources_.end())
                return &found->second;
        return nullptr;
    }

    /// The first header with torch that an include of `from` leads to, as "a.h -> b.h", or "".
    std::string way_to_torch(const Source& from, std::set<std::string>& seen) const {
        for (const Include& include : from.includes) {
            if (is_torch(include.path)) return from.path;
            const Source* next = include.quoted ? find(from, include.path) : nullptr;
            if (!next || !seen.insert(next->path).second) continue;
            if (const std::string way = way_to_torch(*next, seen); !way.empty())
                return from.path + " -> " + way;
        }
        return "";
    }

private:
    std::map<std::string, Source> sources_;
};

std::string place(const Source& source, long line) {
    return source.path + ":" + std::to_string(line) + ": ";
}

bool may_include(const std::string& folder, const std::string& other) {
    if (folder == other || folder == "bench") return true;
    if (const auto found = narrow.find(folder); found != narrow.end())
        return found->second.contains(other);
    const auto self = std::find(core_folders.begin(), core_folders.end(), folder);
    return std::find(core_folders.begin(), self, other) != self;
}

bool must_be_free_of_torch(const Source& source) {
    return torch_free.contains(source.folder) || (source.folder == "session" && source.header);
}

bool may_use_qt(const Source& source) {
    return source.folder == "ui" || source.path.starts_with("app/main") ||
           source.path == "bench/bench_charts.cpp" || source.path == "bench/bench_compare.cpp" ||
           source.path == "bench/bench_compare_page.cpp" ||
           source.path == "bench/bench_labels.cpp" || source.path == "bench/bench_window.cpp" ||
           source.path == "bench/window_program.h";
}

void check_own(const Project& project, const Source& source, const Include& include,
               std::vector<std::string>& problems) {
    const Source* target = project.find(source, include.path);
    if (!target) {
        problems.push_back(place(source, include.line) + "includes \"" + include.path +
                           "\", which is no file of the project");
        return;
    }
    const bool window_program = source.path.starts_with("app/main") && target->folder == "ui";
    if (!window_program && !may_include(source.folder, target->folder))
        problems.push_back(place(source, include.line) + source.folder + " may not include " +
                           target->folder + " (\"" + include.path + "\")");
    if (!must_be_free_of_torch(source)) return;
    if (source.folder == "session" && !session_door.contains(source.path)) return;
    std::set<std::string> seen = {source.path};
    if (const std::string way = project.way_to_torch(*target, seen); !way.empty())
        problems.push_back(place(source, include.line) + "reaches torch through " + way);
}

void check_foreign(const Source& source, const Include& include,
                   std::vector<std::string>& problems) {
    const std::string at = place(source, include.line);
    const std::string named = " (<" + include.path + ">)";
    if (is_torch(include.path) && must_be_free_of_torch(source))
        problems.push_back(at + "torch is not used here" + named);
    if (is_qt(include.path) && !may_use_qt(source))
        problems.push_back(at + "Qt is used in ui and the window program alone" + named);
    if (include.path.starts_with("spdlog/") && source.path != "core/base/log.cpp")
        problems.push_back(at + "spdlog is used in core/base/log.cpp alone" + named);
    // json_fwd.hpp declares names alone and costs nothing.
    if (include.path.starts_with("nlohmann/") && include.path != "nlohmann/json_fwd.hpp" &&
        source.header)
        problems.push_back(at + "JSON is used in .cpp files alone" + named);
}

void check_shape(const Source& source, std::vector<std::string>& problems) {
    const long most = source.header ? most_header_lines : most_source_lines;
    if (source.lines > most)
        problems.push_back(place(source, source.lines) + "longer than " + std::to_string(most) +
                           " lines");
    if (source.first_line != "// SPDX-License-Identifier: GPL-3.0-or-later")
        problems.push_back(place(source, 1) + "the first line does not name the licence");
    if (source.path.starts_with("core/") && source.path.find('/', 5) != std::string::npos &&
        std::find(core_folders.begin(), core_folders.end(), source.folder) == core_folders.end())
        problems.push_back(place(source, 1) + "core/" + source.folder +
                           " is no folder of docs/architecture.md");
}

}  // namespace

SourceTree read_sources(const fs::path& project) {
    SourceTree tree;
    for (const char* top : {"core", "app", "ui", "bench"}) {
        if (!fs::is_directory(project / top)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(project / top)) {
            const std::string extension = entry.path().extension().string();
            if (!entry.is_regular_file() || (extension != ".h" && extension != ".cpp")) continue;
            std::ifstream file(entry.path(), std::ios::binary);
            tree[fs::relative(entry.path(), project).generic_string()] =
                std::string(std::istreambuf_iterator<char>(file), {});
        }
    }
    return tree;
}

std::vector<std::string> structure_problems(const SourceTree& sources) {
    const Project project(sources);
    std::vector<std::string> problems;
    for (const auto& [path, source] : project.sources()) {
        check_shape(source, problems);
        for (const Include& include : source.includes) {
            if (include.quoted)
                check_own(project, source, include, problems);
            else
                check_foreign(source, include, problems);
        }
    }
    return problems;
}
