// SPDX-License-Identifier: GPL-3.0-or-later
// completions: those of a step in their groups, or all of a run that pass a filter, or the tokens
// of one.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/token_values.h"
#include "base/strings.h"
#include "cli_commands.h"

namespace plumb::cli {
namespace {

struct Options {
    std::string run, search, sort;
    std::optional<std::int64_t> step, from, to, tokens;
    std::optional<double> least, most;
    std::int64_t limit = 50;
    bool ascending = false, ended = false, cut = false, pinned = false, held_out = false;
};

/// The step that was asked for, else the last that has completions; an error names what there is.
Result<std::int64_t> completion_step(StoreReader& reader, const RunRecord& run,
                                     std::optional<std::int64_t> wanted) {
    PLUMB_TRY(const std::vector<std::int64_t> steps, reader.completion_steps(run.id));
    const std::string name = "run " + std::to_string(run.id);
    if (steps.empty()) return Error{ErrorCode::not_found, name + " has no completions"};
    if (!wanted) return steps.back();
    if (std::find(steps.begin(), steps.end(), *wanted) != steps.end()) return *wanted;
    return Error{ErrorCode::not_found,
                 name + " has no completions of step " + std::to_string(*wanted) + "; it has " +
                     std::to_string(steps.size()) + " steps from " + std::to_string(steps.front()) +
                     " to " + std::to_string(steps.back())};
}

std::string completion_json(const RunRecord& run, const CompletionRecord& row) {
    Metrics metrics = {{"advantage", row.advantage}, {"length", static_cast<double>(row.length)}};
    if (row.reward) metrics["reward"] = *row.reward;
    if (row.kl) metrics["kl"] = *row.kl;
    for (const auto& [name, value] : row.reward_parts)
        if (value) metrics["rewards/" + name] = *value;
    return JsonLine("completion")
        .step(row.step)
        .metrics(metrics)
        .set("run", run.id)
        .set("row", row.row)
        .set("group", row.group)
        .set("prompt", row.prompt)
        .set("completion", row.completion)
        .set("answer", row.answer)
        .set("ended", row.ended)
        .text();
}

void print_group(Context& context, const std::vector<CompletionRecord>& rows, std::size_t begin,
                 std::size_t end) {
    const CompletionRecord& head = rows[begin];
    context.out.line("\n" + one_line(head.prompt) +
                     (head.answer.empty() ? "" : "   (answer: " + one_line(head.answer) + ")"));
    std::vector<Column> columns = {
        {"  reward", true}, {"advantage", true}, {"length", true}, {"ended"}};
    if (head.reward_parts.size() > 1)
        for (const auto& part : head.reward_parts) columns.push_back({part.first, true});
    columns.push_back({"completion"});

    std::vector<std::vector<std::string>> cells;
    for (std::size_t i = begin; i < end; ++i) {
        const CompletionRecord& row = rows[i];
        cells.push_back({row.reward ? format_significant(*row.reward) : "-",
                         format_significant(row.advantage), std::to_string(row.length),
                         row.ended ? "yes" : "cut"});
        if (head.reward_parts.size() > 1) {
            for (const auto& part : head.reward_parts) {
                const auto found = row.reward_parts.find(part.first);
                const bool known = found != row.reward_parts.end() && found->second;
                cells.back().push_back(known ? format_significant(*found->second) : "-");
            }
        }
        cells.back().push_back(one_line(row.completion));
    }
    context.out.write(format_table(columns, cells));
}

int show_step(Context& context, StoreReader& reader, const RunRecord& run,
              std::optional<std::int64_t> at) {
    const auto step = completion_step(reader, run, at);
    if (!step.ok()) return report(step.error());
    CompletionQuery query;
    query.step = *step;
    const auto rows = reader.completions(run.id, query);
    if (!rows.ok()) return report(rows.error());

    if (context.json) {
        for (const CompletionRecord& row : *rows) context.out.line(completion_json(run, row));
        return 0;
    }
    context.out.line("Run " + std::to_string(run.id) + " " + one_line(run.name) + ", step " +
                     std::to_string(*step) + ": " + std::to_string(rows->size()) + " completions");
    for (std::size_t begin = 0; begin < rows->size() && !context.out.closed();) {
        std::size_t end = begin + 1;
        while (end < rows->size() && (*rows)[end].group == (*rows)[begin].group) ++end;
        print_group(context, *rows, begin, end);
        begin = end;
    }
    return 0;
}

/// The number that an order goes by; an error names those there are.
Result<CompletionNumber> number_named(const std::string& name,
                                      const std::vector<std::string>& parts) {
    const std::pair<const char*, CompletionValue> known[] = {
        {"step", CompletionValue::step},
        {"reward", CompletionValue::reward},
        {"advantage", CompletionValue::advantage},
        {"kl", CompletionValue::kl},
        {"length", CompletionValue::length}};
    std::vector<std::string> names;
    for (const auto& [known_name, value] : known) {
        if (name == known_name) return CompletionNumber{value};
        names.emplace_back(known_name);
    }
    for (const std::string& part : parts) {
        if (name == part) return CompletionNumber{CompletionValue::part, part};
        names.push_back(part);
    }
    return Error{ErrorCode::invalid_input,
                 "completions cannot be sorted by '" + name + "'; there are " + join(names, ", ")};
}

CompletionFilter filter_of(const Options& options, const CompletionNumber& number) {
    CompletionFilter filter;
    filter.search = options.search;
    filter.first_step = options.step ? options.step : options.from;
    filter.last_step = options.step ? options.step : options.to;
    if (options.ended || options.cut) filter.ended = options.ended;
    filter.pinned = options.pinned;
    if (options.held_out) filter.source = CompletionSource::held_out;
    filter.number =
        number.value == CompletionValue::step ? CompletionNumber{CompletionValue::reward} : number;
    filter.least = options.least;
    filter.most = options.most;
    return filter;
}

std::string number_text(const std::optional<double>& number) {
    return number ? format_significant(*number) : "-";
}

std::vector<std::string> cells_of(const CompletionRecord& row,
                                  const std::vector<std::string>& parts) {
    std::vector<std::string> cells = {std::to_string(row.step), std::to_string(row.row),
                                      number_text(row.reward)};
    for (const std::string& part : parts) {
        const auto found = row.reward_parts.find(part);
        cells.push_back(found == row.reward_parts.end() ? "-" : number_text(found->second));
    }
    cells.insert(cells.end(),
                 {row.held_out() ? "-" : format_significant(row.advantage), number_text(row.kl),
                  std::to_string(row.length), row.ended ? "yes" : "cut", one_line(row.prompt),
                  one_line(row.completion)});
    return cells;
}

int search(Context& context, StoreReader& reader, const RunRecord& run, const Options& options) {
    auto parts = reader.reward_parts(run.id);
    if (!parts.ok()) return report(parts.error());
    const auto number = number_named(options.sort.empty() ? "step" : options.sort, *parts);
    if (!number.ok()) return report(number.error());
    const CompletionFilter filter = filter_of(options, *number);
    const bool by_step = number->value == CompletionValue::step;
    const CompletionOrder order{*number, !by_step && !options.ascending};
    const auto rows = reader.completion_page(run.id, filter, order,
                                             {.limit = options.limit == 0 ? -1 : options.limit});
    if (!rows.ok()) return report(rows.error());
    if (context.json) {
        for (const PlacedCompletion& row : *rows)
            context.out.line(completion_json(run, row.record));
        return 0;
    }
    const auto count = reader.completion_count(run.id, filter);
    if (!count.ok()) return report(count.error());
    context.out.line("Run " + std::to_string(run.id) + " " + one_line(run.name) + ": " +
                     std::to_string(rows->size()) + " of " + std::to_string(*count) +
                     " completions");
    if (parts->size() < 2) parts->clear();
    std::vector<Column> columns = {{"step", true}, {"row", true}, {"reward", true}};
    for (const std::string& part : *parts) columns.push_back({part, true});
    columns.insert(columns.end(), {{"advantage", true},
                                   {"KL", true},
                                   {"length", true},
                                   {"ended"},
                                   {"prompt"},
                                   {"completion"}});
    std::vector<std::vector<std::string>> cells;
    for (const PlacedCompletion& row : *rows) cells.push_back(cells_of(row.record, *parts));
    context.out.write(format_table(columns, cells));
    return 0;
}

/// A completion's tokens with all that was measured of them.
int show_tokens(Context& context, StoreReader& reader, const RunRecord& run,
                const Options& options) {
    CompletionFilter filter;
    filter.first_step = filter.last_step = *options.step;
    const auto rows = reader.completion_page(run.id, filter, {}, {.limit = -1});
    if (!rows.ok()) return report(rows.error());
    const auto row = std::ranges::find_if(
        *rows, [&](const PlacedCompletion& each) { return each.record.row == *options.tokens; });
    const std::string name = "run " + std::to_string(run.id) + ", step " +
                             std::to_string(*options.step) + ", row " +
                             std::to_string(*options.tokens);
    if (row == rows->end())
        return report({ErrorCode::not_found, name + ": there is no such completion; the step has " +
                                                 std::to_string(rows->size())});
    const auto read = reader.token_data(run.id, *options.step, *options.tokens);
    if (!read.ok()) return report(read.error());
    if (!*read)
        return report({ErrorCode::not_found,
                       name + " has no numbers of tokens: they are kept of training alone, and of "
                              "as many steps as the setting token_data_mb allows"});
    const TokenData& tokens = **read;
    std::vector<TokenQuantity> measured;
    for (const TokenQuantity quantity : token_quantities)
        if (is_measured(tokens, quantity)) measured.push_back(quantity);
    std::vector<Column> columns = {{"token", true}, {"id", true}, {"text"}};
    for (const TokenQuantity quantity : measured)
        columns.push_back({std::string(token_quantity_info(quantity).name), true});
    std::vector<std::vector<std::string>> cells;
    std::size_t at = 0;
    for (std::size_t i = 0; i < tokens.ids.size(); ++i) {
        const auto bytes = static_cast<std::size_t>(tokens.bytes[i]);
        const std::string& whole = row->record.completion;
        const std::string text = whole.substr(std::min(at, whole.size()), bytes);
        at += bytes;
        Metrics metrics;
        cells.push_back({std::to_string(i), std::to_string(tokens.ids[i]), one_line(text)});
        for (const TokenQuantity quantity : measured) {
            const double value = *token_value(tokens, quantity, i);
            metrics[std::string(token_quantity_info(quantity).key)] = value;
            cells.back().push_back(format_significant(value));
        }
        if (context.json)
            context.out.line(JsonLine("token")
                                 .step(*options.step)
                                 .metrics(metrics)
                                 .set("run", run.id)
                                 .set("row", *options.tokens)
                                 .set("token", static_cast<std::int64_t>(i))
                                 .set("id", tokens.ids[i])
                                 .set("text", text)
                                 .text());
    }
    if (context.json) return 0;
    context.out.line(one_line(row->record.prompt) + one_line(row->record.completion));
    context.out.write(format_table(columns, cells));
    return 0;
}

int list_completions(Context& context, const Options& options, bool filters) {
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    const auto run = (*reader)->find_run(options.run);
    if (!run.ok()) return report(run.error());
    if (options.tokens) return show_tokens(context, **reader, *run, options);
    if (filters) return search(context, **reader, *run, options);
    return show_step(context, **reader, *run, options.step);
}

}  // namespace

void add_completions_command(CLI::App& app, Context& context) {
    auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand(
        "completions", "Show the completions of a step, or search those of all steps");
    command->add_option("run", options->run, "Number or name of the run")
        ->required()
        ->type_name("RUN");
    auto* step = command
                     ->add_option("--step", options->step,
                                  "The step (default: the last that has completions)")
                     ->type_name("N");
    std::vector<CLI::Option*> filters = {
        command->add_option("--from", options->from, "Steps from this one on")->type_name("N"),
        command->add_option("--to", options->to, "Steps up to this one")->type_name("N"),
        command->add_option("--search", options->search, "Part of the prompt or completion")
            ->type_name("TEXT"),
        command
            ->add_option("--sort", options->sort,
                         "step, reward, advantage, kl, length or a reward function; the largest "
                         "first, steps from the first on")
            ->type_name("NAME"),
        command->add_flag("--ascending", options->ascending, "The smallest first"),
        command
            ->add_option("--least", options->least, "Least reward, or value of what --sort names")
            ->type_name("X"),
        command
            ->add_option("--most", options->most, "Largest reward, or value of what --sort names")
            ->type_name("X"),
        command->add_option("--limit", options->limit, "At most so many; 0: all")
            ->check(CLI::NonNegativeNumber)
            ->capture_default_str()
            ->type_name("N"),
        command->add_flag("--ended", options->ended, "Those that ended"),
        command->add_flag("--cut", options->cut, "Those that reached the longest length"),
        command->add_flag("--pinned", options->pinned, "Of pinned prompts"),
        command->add_flag("--held-out", options->held_out, "Answers of evaluations")};
    filters[8]->excludes(filters[9]);
    step->excludes(filters[0])->excludes(filters[1]);
    auto* tokens = command
                       ->add_option("--tokens", options->tokens,
                                    "The tokens of this row of the step, with their numbers")
                       ->type_name("ROW");
    tokens->needs(step);
    for (CLI::Option* filter : filters) tokens->excludes(filter);
    add_shared_options(*command, context);
    command->callback([&context, options, filters] {
        const bool any = std::ranges::any_of(
            filters, [](const CLI::Option* option) { return option->count() > 0; });
        context.action = [&context, options, any] {
            return list_completions(context, *options, any);
        };
    });
}

}  // namespace plumb::cli
