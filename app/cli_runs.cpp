// SPDX-License-Identifier: GPL-3.0-or-later
// runs: lists them, and with a word behind it changes what is said of them, down to deleting them.
#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "analysis/colours.h"
#include "base/files.h"
#include "base/strings.h"
#include "cli_commands.h"
#include "session/run_plan.h"

namespace plumb::cli {
namespace {

namespace fs = std::filesystem;

struct ListOptions {
    bool all = false;      ///< archived ones too
    bool deleted = false;  ///< those that can be brought back instead
};

std::string run_json(const RunRecord& run, const fs::path& workspace) {
    JsonLine line("run");
    line.step(run.step).set("run", run.id).set("name", run.name);
    line.set("algorithm", run.algorithm).set("preset", run.preset);
    line.set("state", to_string(run.state)).set("total_steps", run.total_steps);
    line.set("created_ms", run.created_ms).set("finished_ms", run.finished_ms);
    const std::uint64_t bytes = folder_bytes(workspace / "runs" / std::to_string(run.id));
    line.set("bytes", static_cast<std::int64_t>(bytes)).set("message", run.message);
    line.set("note", run.note).set("shade", run.shade).set("archived", run.archived);
    line.set("deleted_ms", run.deleted_ms);
    return line.text();
}

/// The beginning of a note, for a column.
std::string note_text(const std::string& note) {
    constexpr std::size_t longest = 40;
    std::string text = one_line(note);
    if (invalid_utf8_offset(text)) return text.substr(0, longest);
    const auto characters = utf8_characters(text);
    if (characters.size() <= longest) return text;
    const auto end = static_cast<std::size_t>(characters[longest - 3].data() - text.data());
    return text.substr(0, end) + "...";
}

void print_table(Context& context, const std::vector<RunRecord>& runs, const fs::path& workspace) {
    const bool notes = std::ranges::any_of(runs, [](const auto& run) { return !run.note.empty(); });
    const bool archived = std::ranges::any_of(runs, &RunRecord::archived);
    std::vector<Column> columns = {{"run", true},  {"name"},    {"algorithm"}, {"state"},
                                   {"step", true}, {"started"}, {"disk", true}};
    if (archived) columns.push_back({"archived"});
    if (notes) columns.push_back({"note"});
    std::vector<std::vector<std::string>> rows;
    for (const RunRecord& run : runs) {
        const std::uint64_t bytes = folder_bytes(workspace / "runs" / std::to_string(run.id));
        rows.push_back({std::to_string(run.id), one_line(run.name), run.algorithm,
                        to_string(run.state), step_text(run), format_time(run.created_ms),
                        format_bytes(bytes)});
        if (archived) rows.back().push_back(run.archived ? "yes" : "");
        if (notes) rows.back().push_back(note_text(run.note));
    }
    context.out.write(format_table(columns, rows));
}

int list_runs(Context& context, const ListOptions& options) {
    const fs::path folder = context.workspace_folder();
    std::error_code ignored;
    const std::string none = options.deleted ? "No deleted runs in " : "No runs yet in ";
    if (context.workspace.empty() && !fs::exists(folder, ignored)) {
        tell(none + folder.string());
        return 0;
    }
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    auto runs = (*reader)->runs(options.deleted ? RunScope::deleted : RunScope::kept);
    if (!runs.ok()) return report(runs.error());
    std::size_t left_out = 0;
    if (!options.all && !options.deleted)
        left_out = std::erase_if(*runs, std::mem_fn(&RunRecord::archived));

    if (context.json)
        for (const RunRecord& run : *runs) context.out.line(run_json(run, folder));
    else if (!runs->empty())
        print_table(context, *runs, folder);
    else if (left_out == 0)
        tell(none + folder.string());
    context.out.flush();
    if (left_out > 0 && !context.json)
        tell(std::to_string(left_out) +
             (left_out == 1 ? " archived run is" : " archived runs are") +
             " left out; --all shows " + (left_out == 1 ? "it" : "them"));
    return 0;
}

/// What a subcommand does to the runs that it names; it has the store open for writing.
struct Change {
    RunScope scope = RunScope::kept;
    std::function<Status(Store&, const std::vector<RunRecord>&)> apply;
    std::string done;          ///< "is archived"
    bool all_if_none = false;  ///< no run named: all of the scope
};

/// Finds the runs, changes them and says so; with --json as they are now.
int change_runs(Context& context, const std::vector<std::string>& names, const Change& change) {
    std::vector<RunRecord> runs;
    {
        auto reader = context.open_reader();
        if (!reader.ok()) return report(reader.error());
        for (const std::string& name : names) {
            const auto found = (*reader)->find_run(name, change.scope);
            if (!found.ok()) return report(found.error());
            runs.push_back(*found);
        }
        if (names.empty() && change.all_if_none) {
            auto all = (*reader)->runs(change.scope);
            if (!all.ok()) return report(all.error());
            runs = std::move(*all);
        }
    }
    auto store = Store::open(context.workspace_folder(), Access::read_write);
    if (!store.ok()) return report(store.error());
    if (const Status status = change.apply(**store, runs); !status.ok())
        return report(status.error());
    for (const RunRecord& before : runs) {
        if (!context.json) {
            context.out.line("Run " + std::to_string(before.id) + " " + one_line(before.name) +
                             " " + change.done);
            continue;
        }
        auto reader = context.open_reader();
        if (!reader.ok()) return report(reader.error());
        const auto now = (*reader)->run(before.id);
        if (now.ok()) context.out.line(run_json(*now, context.workspace_folder()));
    }
    return 0;
}

std::vector<RunId> ids_of(const std::vector<RunRecord>& runs) {
    std::vector<RunId> ids;
    for (const RunRecord& run : runs) ids.push_back(run.id);
    return ids;
}

Status delete_runs(Store& store, const std::vector<RunRecord>& runs) {
    PLUMB_TRY(auto reader, StoreReader::open(store.folder()));
    PLUMB_TRY(const RunUsers users, users_of(*reader, ids_of(runs)));
    PLUMB_TRY_STATUS(store.delete_runs(ids_of(runs)));
    for (const RunRecord& user : users.runs)
        tell("Run " + std::to_string(user.id) + " " + user.name +
             " names one of them as its model; without it, it cannot be repeated");
    for (const QueuedRun& user : users.queued)
        tell("Entry " + std::to_string(user.id) + " of the queue, " + user.name +
             ", names one of them as its model and will not start");
    return {};
}

Status purge_runs(Store& store, const std::vector<RunRecord>& runs) {
    for (const RunRecord& run : runs) PLUMB_TRY_STATUS(store.remove_run(run.id));
    return {};
}

Result<std::int64_t> shade_number(const std::string& name) {
    const auto found = std::ranges::find(shade_names, name);
    if (found != shade_names.end()) return found - shade_names.begin();
    const std::vector<std::string> all(shade_names.begin(), shade_names.end());
    return invalid_input("unknown shade '" + name + "'; the shades are " + join(all, ", "));
}

struct ChangeOptions {
    std::vector<std::string> runs;
    std::string run, text;
};

CLI::App* add_change(CLI::App& parent, Context& context, const std::string& name,
                     const std::string& help) {
    CLI::App* command = parent.add_subcommand(name, help);
    add_shared_options(*command, context);
    return command;
}

/// A subcommand with runs behind it.
void add_runs_change(CLI::App& parent, Context& context, const std::string& name,
                     const std::string& help, const Change& change) {
    auto options = std::make_shared<ChangeOptions>();
    CLI::App* command = add_change(parent, context, name, help);
    auto* runs = command->add_option("run", options->runs, "Numbers or names of the runs");
    runs->type_name("RUN");
    if (!change.all_if_none) runs->required();
    command->callback([&context, options, change] {
        context.action = [&context, options, change] {
            return change_runs(context, options->runs, change);
        };
    });
}

/// A subcommand with a run and a text behind it.
void add_text_change(CLI::App& parent, Context& context, const std::string& name,
                     const std::string& help, const std::string& type,
                     const std::function<Result<Change>(const std::string& text)>& change_of) {
    auto options = std::make_shared<ChangeOptions>();
    CLI::App* command = add_change(parent, context, name, help);
    command->add_option("run", options->run, "Number or name of the run")
        ->required()
        ->type_name("RUN");
    command->add_option("text", options->text)->required()->type_name(type);
    command->callback([&context, options, change_of] {
        context.action = [&context, options, change_of] {
            const auto change = change_of(options->text);
            return change.ok() ? change_runs(context, {options->run}, *change)
                               : report(change.error());
        };
    });
}

}  // namespace

void add_runs_commands(CLI::App& app, Context& context) {
    auto* runs = app.add_subcommand("runs", "List the runs of the workspace, or change them");
    auto options = std::make_shared<ListOptions>();
    runs->add_flag("--all", options->all, "Archived runs too");
    runs->add_flag("--deleted", options->deleted, "The deleted runs, which undelete brings back");
    add_shared_options(*runs, context);
    runs->require_subcommand(0, 1);
    runs->callback([&context, options, runs] {
        if (runs->get_subcommands().empty())
            context.action = [&context, options] { return list_runs(context, *options); };
    });

    using Runs = std::vector<RunRecord>;
    add_text_change(*runs, context, "rename", "Give a run another name", "NAME",
                    [](const std::string& name) -> Result<Change> {
                        return Change{.apply =
                                          [name](Store& store, const Runs& named) {
                                              return store.rename_run(named.front().id, name);
                                          },
                                      .done = "is now " + one_line(name)};
                    });
    add_text_change(*runs, context, "note", "Write a note to a run; '' takes it away", "TEXT",
                    [](const std::string& note) -> Result<Change> {
                        return Change{.apply =
                                          [note](Store& store, const Runs& named) {
                                              return store.set_note(named.front().id, note);
                                          },
                                      .done = note.empty() ? "has no note" : "has the note"};
                    });
    add_text_change(*runs, context, "colour", "Choose the shade of a run's colour",
                    "own|light|pale|dark", [](const std::string& name) -> Result<Change> {
                        PLUMB_TRY(const std::int64_t shade, shade_number(name));
                        return Change{.apply =
                                          [shade](Store& store, const Runs& named) {
                                              return store.set_shade(ids_of(named), shade);
                                          },
                                      .done = "has the shade " + name};
                    });
    const auto archive = [](bool archived) {
        return [archived](Store& store, const Runs& named) {
            return store.archive_runs(ids_of(named), archived);
        };
    };
    add_runs_change(*runs, context, "archive", "Leave runs out of the list",
                    {.apply = archive(true), .done = "is archived"});
    add_runs_change(*runs, context, "unarchive", "Take archived runs back into the list",
                    {.apply = archive(false), .done = "is in the list"});
    add_runs_change(*runs, context, "delete", "Delete runs; undelete brings them back for a day",
                    {.apply = delete_runs, .done = "is deleted"});
    add_runs_change(*runs, context, "undelete", "Bring deleted runs back",
                    {.scope = RunScope::deleted,
                     .apply = [](Store& store,
                                 const Runs& named) { return store.undelete_runs(ids_of(named)); },
                     .done = "is back"});
    add_runs_change(
        *runs, context, "purge",
        "Take deleted runs away for good, with their files (none named: all)",
        {.scope = RunScope::deleted, .apply = purge_runs, .done = "is gone", .all_if_none = true});
}

}  // namespace plumb::cli
