// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/parity.h"

#include <algorithm>
#include <set>

#include "base/files.h"
#include "base/strings.h"
#include "session/parity_checks.h"

namespace plumb {
namespace parity {
namespace {

namespace fs = std::filesystem;

/// "losses/grpo": a JSON file or a folder of the reference data.
struct Item {
    std::string name;
    fs::path path;  ///< of a file without its ending
    bool is_folder = false;
};

Result<std::vector<Item>> list_items(const fs::path& root) {
    std::error_code problem;
    if (!fs::is_directory(root, problem))
        return Error{ErrorCode::not_found, root.string() + " is not a folder"};
    std::vector<Item> items;
    for (const auto& group : fs::directory_iterator(root, problem)) {
        if (!group.is_directory(problem)) continue;
        for (const auto& entry : fs::directory_iterator(group, problem)) {
            const fs::path path = entry.path();
            const bool is_folder = entry.is_directory(problem);
            if (!is_folder && path.extension() != ".json") continue;
            const fs::path stem = is_folder ? path : fs::path(path).replace_extension();
            items.push_back({fs::relative(stem, root, problem).generic_string(), stem, is_folder});
        }
    }
    if (problem) return file_error("cannot list", root, problem.value());
    if (items.empty())
        return Error{ErrorCode::not_found, root.string() + " holds no reference data"};
    std::sort(items.begin(), items.end(),
              [](const Item& a, const Item& b) { return a.name < b.name; });
    return items;
}

bool belongs_to(const Item& item, const std::string& part) {
    return item.name == part || item.name.starts_with(part + "/");
}

/// The items of the parts in the folder's order; a part without any is an error.
Result<std::vector<Item>> choose(const std::vector<Item>& items,
                                 const std::vector<std::string>& parts, const fs::path& root) {
    if (parts.empty()) return items;
    std::set<std::string> names;
    for (const Item& item : items) {
        names.insert(item.name);
        names.insert(item.name.substr(0, item.name.find('/')));
    }
    const std::vector<std::string> known(names.begin(), names.end());
    std::set<std::string> wanted;
    for (std::string part : parts) {
        while (part.ends_with('/')) part.pop_back();
        if (!names.contains(part)) {
            const auto nearest = nearest_name(part, known);
            return Error{ErrorCode::not_found,
                         root.string() + " has no part " + part +
                             (nearest ? "; did you mean " + *nearest + "?" : "")};
        }
        wanted.insert(part);
    }
    std::vector<Item> chosen;
    for (const Item& item : items)
        if (std::any_of(wanted.begin(), wanted.end(),
                        [&](const std::string& part) { return belongs_to(item, part); }))
            chosen.push_back(item);
    return chosen;
}

void check_item(const fs::path& root, const Item& item, const Report& report) {
    if (item.name == "losses/sft") return check_sft_losses(item.path, item.name, report);
    if (item.name == "losses/grpo") return check_grpo_losses(item.path, item.name, report);
    if (item.name == "losses/reward") return check_reward_losses(item.path, item.name, report);
    if (item.name == "losses/dpo") return check_dpo_losses(item.path, item.name, report);
    if (item.name == "losses/ppo") return check_ppo_losses(item.path, item.name, report);
    if (item.name == "data/packing") return check_packing(item.path, item.name, report);
    if (item.name == "data/extract_prompt")
        return check_prompt_extraction(item.path, item.name, report);
    if (item.name == "data/rewards") return check_rewards(item.path, item.name, report);
    if (item.name == "tokenizers/chat_templates" || item.name.starts_with("chat_templates/"))
        return check_chat_templates(item.path, item.name, report);
    if (item.is_folder && item.name.starts_with("tokenizers/"))
        return check_tokenizer(item.path, item.name, report);
    if (item.is_folder && item.name.starts_with("models/"))
        return check_model(item.path, item.name, report);
    if (item.is_folder && item.name.starts_with("train/"))
        return check_training(root, item.path, item.name, report);
    report(not_supported(item.name));
}

}  // namespace
}  // namespace parity

Result<std::vector<ParityLine>> run_parity(const std::filesystem::path& folder,
                                           const std::vector<std::string>& parts,
                                           const std::function<void(const ParityLine&)>& report) {
    PLUMB_TRY(const std::vector<parity::Item> items, parity::list_items(folder));
    PLUMB_TRY(const std::vector<parity::Item> chosen, parity::choose(items, parts, folder));
    std::vector<ParityLine> lines;
    for (const parity::Item& item : chosen)
        parity::check_item(folder, item, [&](ParityLine line) {
            if (report) report(line);
            lines.push_back(std::move(line));
        });
    return lines;
}

}  // namespace plumb
