// SPDX-License-Identifier: GPL-3.0-or-later
// judge: models answer the same prompts, and judges say who answers better.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/compare/judged_answers.h"
#include "base/strings.h"
#include "cli_commands.h"
#include "cli_follow.h"
#include "cli_inference.h"
#include "cli_label_queues.h"
#include "cli_tables.h"
#include "session/answer_queue.h"

namespace plumb::cli {
namespace {

struct Wanted {
    JudgeModelsRequest request;
    std::vector<std::string> judges, set;
    std::string answer_set;  ///< --set: of one that is there
    std::string ties = "half";
    std::vector<std::string> cell;  ///< --answers: two models
    bool pinned = false, people = false, list = false, remove = false;
    std::int64_t items = 100;
    std::int64_t answers = 10;
};

Result<JudgeSettings> judge_settings(const std::vector<std::string>& assignments) {
    JudgeSettings settings;
    for (const std::string& assignment : assignments) {
        const auto equals = assignment.find('=');
        if (equals == std::string::npos)
            return invalid_input("--with " + assignment + " is no KEY=VALUE");
        settings.emplace_back(assignment.substr(0, equals), assignment.substr(equals + 1));
    }
    return settings;
}

void tell_problems(Context& context, const std::vector<ComparisonProblem>& problems) {
    for (const ComparisonProblem& problem : problems) {
        if (context.json)
            context.out.line(
                JsonLine("caution").set("id", problem.id).set("text", problem.text).text());
        else
            tell(problem.text);
    }
}

int list_sets(Context& context) {
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    const auto sets = (*reader)->answer_sets();
    if (!sets.ok()) return report(sets.error());
    std::vector<std::vector<std::string>> rows;
    for (const AnswerSet& set : *sets) {
        if (context.json)
            context.out.line(JsonLine("answer_set")
                                 .set("set", set.id)
                                 .set("name", set.name)
                                 .set("models", std::ssize(set.models))
                                 .set("prompts", set.prompts)
                                 .set("judges", join(set.judges, ", "))
                                 .set("added_ms", set.added_ms)
                                 .set_encoded("source", set.source)
                                 .text());
        else
            rows.push_back({std::to_string(set.id), one_line(set.name),
                            std::to_string(set.models.size()), std::to_string(set.prompts),
                            one_line(join(set.judges, ", ")), format_time(set.added_ms)});
    }
    if (!rows.empty())
        context.out.write(format_table(
            {{"set", true}, {"name"}, {"models", true}, {"prompts", true}, {"judges"}, {"added"}},
            rows));
    else if (!context.json)
        tell("There are no answer sets yet; plumbline-cli judge RUN RUN makes one.");
    return 0;
}

/// By its number in the set, from 1 on, its name, or the name of its run where one model has it.
Result<std::size_t> find_model_of(const AnswerSet& set, const std::string& name) {
    std::vector<std::string> names;
    for (const AnswerModel& model : set.models) names.push_back(model.name);
    if (const auto found = std::ranges::find(names, name); found != names.end())
        return static_cast<std::size_t>(found - names.begin());
    std::vector<std::size_t> of_run;
    for (std::size_t m = 0; m < names.size(); ++m)
        if (names[m].substr(0, names[m].rfind('@')) == name || set.models[m].identity == name)
            of_run.push_back(m);
    if (of_run.size() == 1) return of_run.front();
    if (const auto number = parse_int(name); number && *number >= 1 && *number <= std::ssize(names))
        return static_cast<std::size_t>(*number - 1);
    return invalid_input("answer set " + std::to_string(set.id) + " has no model " + name +
                         "; there are: " + join(names, ", "));
}

void print_answer(Context& context, const JudgedAnswers& answers, const std::string& judge,
                  std::size_t first, std::size_t second, const CellAnswer& cell) {
    constexpr std::string_view words[] = {"won", "lost", "tied"};
    const auto word = words[static_cast<std::size_t>(cell.outcome)];
    const auto& prompt = answers.texts.prompts[cell.prompt];
    if (context.json) {
        JsonLine line("judged_answer");
        line.set("judge", judge)
            .set("prompt_index", static_cast<std::int64_t>(cell.prompt))
            .set("outcome", word)
            .set("prompt", prompt.text)
            .set("a", answers.texts.answers[first][cell.prompt].completion)
            .set("b", answers.texts.answers[second][cell.prompt].completion);
        if (cell.first_score) line.set("score_a", *cell.first_score);
        if (cell.second_score) line.set("score_b", *cell.second_score);
        context.out.line(line.text());
        return;
    }
    context.out.line("\nprompt " + std::to_string(cell.prompt + 1) + ", " + std::string(word) +
                     ": " + one_line(prompt.text));
    const auto side = [&](std::size_t model, const std::optional<double>& score) {
        context.out.line("  " + one_line(answers.set.models[model].name) +
                         (score ? " (" + format_significant(*score) + ")" : std::string()) + ": " +
                         one_line(answers.texts.answers[model][cell.prompt].completion));
    };
    side(first, cell.first_score);
    side(second, cell.second_score);
}

int print_cell(Context& context, const JudgedAnswers& answers, const std::string& judge,
               const Wanted& wanted) {
    const auto first = find_model_of(answers.set, wanted.cell[0]);
    if (!first.ok()) return report(first.error());
    const auto second = find_model_of(answers.set, wanted.cell[1]);
    if (!second.ok()) return report(second.error());
    if (*first == *second) return report(invalid_input("--answers takes two different models"));
    const auto cell = cell_answers(answers, judge, *first, *second);
    if (!cell.ok()) return report(cell.error());
    std::int64_t shown = 0;
    for (const CellAnswer& answer : *cell) {
        if (shown++ == wanted.answers) break;
        print_answer(context, answers, judge, *first, *second, answer);
    }
    if (!context.json && std::ssize(*cell) > wanted.answers)
        context.out.line("\n" + std::to_string(wanted.answers) + " of " +
                         std::to_string(cell->size()) + " prompts; --most N shows more");
    return 0;
}

/// judges: those to show; empty: all that have judged.
int show(Context& context, StoreReader& reader, AnswerSetId id, std::vector<std::string> judges,
         const Wanted& wanted) {
    const auto answers = read_judged_answers(reader, id);
    if (!answers.ok()) return report(answers.error());
    const auto rule = parse_tie_rule(wanted.ties);
    if (!rule)
        return report(
            invalid_input("--ties cannot be " + wanted.ties + "; give half, drop or both_lose"));
    const AnswerSet& set = answers->set;
    if (!context.json)
        context.out.line("answer set " + std::to_string(set.id) + ", " + one_line(set.name) + ": " +
                         std::to_string(set.models.size()) + " models, " +
                         std::to_string(set.prompts) + " prompts");
    if (judges.empty()) judges = answers->judges();
    if (judges.empty() && !context.json)
        tell("Nobody has judged these answers; judge --set " + std::to_string(set.id) +
             " --judge NAME does, or --people makes a label queue.");
    for (const std::string& judge : judges) {
        const auto rates = win_rates(*answers, judge, *rule);
        if (!rates.ok()) return report(rates.error());
        if (judge == people_judge && !context.json)
            tell("People have judged " + std::to_string(answers->people->judged) + " of " +
                 std::to_string(answers->people->items) + " pairs of answers.");
        for (const ReportTable& table : rates->tables()) {
            if (context.json)
                context.out.line(table_json(table));
            else
                context.out.write("\n" + table_text(table));
        }
        if (wanted.cell.empty()) continue;
        if (const int code = print_cell(context, *answers, judge, wanted); code != 0) return code;
    }
    return 0;
}

/// Puts the set into a label queue.
int queue(Context& context, Session& session, AnswerSetId set, const Wanted& wanted) {
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    QueueAnswersRequest request;
    request.set = set;
    request.name = wanted.request.name;
    request.items = wanted.items;
    request.seed = wanted.request.seed;
    const auto reply = queue_answers(session.store(), **reader, request);
    if (!reply.ok()) return report(reply.error());
    if (reply->equal > 0)
        tell(std::to_string(reply->equal) +
             " comparisons of equal answers are not shown; they count as ties");
    LabelFileReport told;
    told.done = reply->done;
    return tell_import(context, reply->name, told);
}

void tell_made(Context& context, const JudgeModelsReply& reply) {
    if (context.json)
        context.out.line(JsonLine("answers_judged")
                             .set("set", reply.set)
                             .set("name", reply.name)
                             .set("judges", join(reply.judges, ", "))
                             .set("seconds", reply.seconds)
                             .text());
    tell_problems(context, reply.problems);
}

int judge_new(Context& context, const Wanted& wanted) {
    auto session = open_session(context);
    if (!session.ok()) return report(session.error());
    watch_signals();
    JudgeModelsRequest request = wanted.request;
    request.judges = wanted.judges;
    const auto display = std::make_shared<CountDisplay>("answered");
    request.on_progress = [display](std::int64_t done, std::int64_t total) {
        display->show(done, total);
    };
    const auto reply = wait_for(**session, (*session)->judge_models(request));
    if (!reply.ok()) return report_answer(reply.error());
    tell_made(context, *reply);
    if (wanted.people)
        if (const int code = queue(context, **session, reply->set, wanted); code != 0) return code;
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    return show(context, **reader, reply->set, {}, wanted);
}

/// Judges that have not judged the set yet do so.
int judge_again(Context& context, AnswerSetId set, const std::vector<std::string>& judges,
                const Wanted& wanted, std::vector<std::string>& names) {
    auto session = open_session(context);
    if (!session.ok()) return report(session.error());
    watch_signals();
    if (!judges.empty()) {
        JudgeAnswersRequest request;
        request.set = set;
        request.judges = judges;
        request.judge_settings = wanted.request.judge_settings;
        request.threads = wanted.request.threads;
        const auto reply = wait_for(**session, (*session)->judge_answers(request));
        if (!reply.ok()) return report_answer(reply.error());
        tell_problems(context, reply->problems);
        names.insert(names.end(), reply->judges.begin(), reply->judges.end());
    }
    return wanted.people ? queue(context, **session, set, wanted) : 0;
}

int judge_kept(Context& context, const Wanted& wanted) {
    AnswerSet set;
    {
        auto reader = context.open_reader();
        if (!reader.ok()) return report(reader.error());
        auto found = (*reader)->find_answer_set(wanted.answer_set);
        if (!found.ok()) return report(found.error());
        set = std::move(*found);
    }
    if (wanted.remove) {
        auto store = open_store(context);
        if (!store.ok()) return report(store.error());
        const Status removed = (*store)->remove_answer_set(set.id);
        return removed ? 0 : report(removed.error());
    }
    std::vector<std::string> known, others;
    for (const std::string& judge : wanted.judges) {
        const bool is_known =
            judge == people_judge ||
            (wanted.set.empty() && std::ranges::find(set.judges, judge) != set.judges.end());
        (is_known ? known : others).push_back(judge);
    }
    if (!others.empty() || wanted.people)
        if (const int code = judge_again(context, set.id, others, wanted, known); code != 0)
            return code;
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    return show(context, **reader, set.id, known, wanted);
}

int judge(Context& context, Wanted wanted) {
    JudgeModelsRequest& request = wanted.request;
    if (wanted.list) return list_sets(context);
    if (!parse_tie_rule(wanted.ties))
        return report(
            invalid_input("--ties cannot be " + wanted.ties + "; give half, drop or both_lose"));
    auto settings = judge_settings(wanted.set);
    if (!settings.ok()) return report(settings.error());
    request.judge_settings = std::move(*settings);
    if (!wanted.answer_set.empty()) {
        if (!request.models.empty())
            return report(invalid_input("name models, or a set with --set, not both"));
        return judge_kept(context, wanted);
    }
    if (request.models.empty())
        return report(
            invalid_input("name models whose answers are to be compared, or a set with --set N; "
                          "judge --list lists them"));
    if (wanted.pinned && !request.file.empty())
        return report(invalid_input("take the pinned prompts or a file, not both"));
    request.from = wanted.pinned          ? JudgePrompts::pinned
                   : request.file.empty() ? JudgePrompts::held_out
                                          : JudgePrompts::file;
    return judge_new(context, wanted);
}

void add_sampling_options(CLI::App& command, JudgeModelsRequest& request, Wanted& wanted) {
    command.add_option("--prompts", request.prompts, "At most so many prompts")
        ->check(CLI::PositiveNumber)
        ->type_name("N")
        ->capture_default_str();
    command.add_flag("--pinned", wanted.pinned,
                     "The pinned prompts (default: held-out ones of the first run's task)");
    command.add_option("--file", request.file, "Prompts, JSONL or a line each")->type_name("FILE");
    command.add_option("--temperature", request.temperature, "0: greedy")
        ->check(CLI::NonNegativeNumber)
        ->type_name("T")
        ->capture_default_str();
    command
        .add_option("--max-tokens", request.max_tokens,
                    "At most so many tokens (default: as the run samples, else 64)")
        ->check(CLI::PositiveNumber)
        ->type_name("N");
    command.add_option("--seed", request.seed, "Of the draws (0)")->type_name("S");
    command.add_option("--name", request.name, "Of the set, and of the label queue")
        ->type_name("NAME");
}

}  // namespace

void add_judge_command(CLI::App& app, Context& context) {
    auto wanted = std::make_shared<Wanted>();
    auto* command = app.add_subcommand(
        "judge",
        "Win rates: models answer the same prompts, and judges say which answer is better");
    command->add_option("model", wanted->request.models, "Folders of models, or runs")
        ->type_name("DIR|RUN[@STEP|@best]");
    command
        ->add_option("--set", wanted->answer_set, "Show, or judge further, answers that are kept")
        ->type_name("SET");
    command->add_flag("--list", wanted->list, "The answer sets of the workspace");
    command
        ->add_option("--judge", wanted->judges,
                     "gold, a reward function, a reward model (a folder or a run); may be given "
                     "several times (default: gold)")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->type_name("JUDGE");
    command->add_option("--with", wanted->set, "A setting that a judge reads, as reward_length=20")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->type_name("KEY=VALUE");
    add_sampling_options(*command, wanted->request, *wanted);
    command->add_option("--ties", wanted->ties, "half, drop or both_lose")
        ->type_name("RULE")
        ->capture_default_str();
    command->add_flag("--people", wanted->people,
                      "Make a label queue of the answers, to be judged blind");
    command->add_option("--items", wanted->items, "Pairs of answers for people, at most")
        ->check(CLI::PositiveNumber)
        ->type_name("N")
        ->capture_default_str();
    command->add_option("--answers", wanted->cell, "The answers behind a cell of the matrix")
        ->expected(2)
        ->type_name("MODEL");
    command->add_option("--most", wanted->answers, "At most so many of them")
        ->check(CLI::PositiveNumber)
        ->type_name("N")
        ->capture_default_str();
    command->add_flag("--remove", wanted->remove, "Remove the set from the workspace");
    add_shared_options(*command, context);
    command->callback([&context, wanted] {
        context.action = [&context, wanted] { return judge(context, *wanted); };
    });
}

}  // namespace plumb::cli
