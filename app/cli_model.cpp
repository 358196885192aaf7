// SPDX-License-Identifier: GPL-3.0-or-later
// eval and generate: one question to the session's inference worker.
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "analysis/metrics_csv.h"
#include "base/files.h"
#include "base/strings.h"
#include "cli_commands.h"
#include "cli_inference.h"
#include "session/session.h"

namespace plumb::cli {
namespace {

namespace fs = std::filesystem;

struct EvalOptions {
    EvaluateRequest request;
    std::vector<std::string> assignments;
};

/// A session for one question. The workspace is only read, so that this works beside a run that is
/// going on there; a model folder needs none, and gets an empty one for the moment.
class Questioner {
public:
    ~Questioner() {
        session_.reset();
        std::error_code ignored;
        if (!temporary_.empty()) fs::remove_all(temporary_, ignored);
    }

    Result<Session*> open(const Context& context, const std::string& model) {
        SessionOptions options;
        options.workspace = context.workspace;
        options.access = Access::read_only;
        std::error_code ignored;
        if (fs::is_directory(model, ignored)) {
            PLUMB_TRY_STATUS(make_temporary_folder());
            options.workspace = temporary_;
            options.access = Access::read_write;
        }
        auto session = Session::open(options);
        if (!session.ok())
            return Error{session.error().code, shell_word(model) +
                                                   " is no model folder, and no run "
                                                   "can be looked up: " +
                                                   session.error().message};
        session_ = std::move(session).value();
        return session_.get();
    }

private:
    Status make_temporary_folder() {
        std::error_code problem;
        std::string name = (fs::temp_directory_path(problem) / "plumbline-XXXXXX").string();
        if (problem || ::mkdtemp(name.data()) == nullptr)
            return file_error("cannot create", name, problem ? problem.value() : errno);
        temporary_ = name;
        return {};
    }

    fs::path temporary_;
    std::unique_ptr<Session> session_;
};

/// N of "RUN@N"; nothing for a folder or a run's last checkpoint.
std::optional<std::int64_t> named_step(const std::string& model) {
    const auto at = model.rfind('@');
    if (at == std::string::npos) return std::nullopt;
    return parse_int(model.substr(at + 1));
}

void set_step(JsonLine& line, const std::string& model) {
    if (const auto step = named_step(model)) line.step(*step);
}

int evaluate(Context& context, EvalOptions options) {
    EvaluateRequest& request = options.request;
    if (const Status status = apply_assignments(options.assignments, request.settings);
        !status.ok())
        return report(status.error());
    request.threads = request.settings.threads;
    Questioner questioner;
    const auto session = questioner.open(context, request.model);
    if (!session.ok()) return report(session.error());
    const auto reply = wait_for(**session, (*session)->evaluate(request));
    if (!reply.ok()) return report_answer(reply.error());

    if (context.json) {
        JsonLine line("evaluation");
        set_step(line, request.model);
        line.time(reply->seconds).metrics(reply->metrics).set("model", request.model);
        line.set("task", request.task).set("prompts", reply->prompts);
        context.out.line(line.text());
        return 0;
    }
    std::vector<std::string> keys;
    for (const auto& metric : reply->metrics) keys.push_back(metric.first);
    std::vector<std::vector<std::string>> rows;
    for (const std::string& key : ordered_keys(keys))
        rows.push_back({key, format_significant(reply->metrics.at(key))});
    context.out.write(format_table({{"metric"}, {"value", true}}, rows));
    context.out.line(std::to_string(reply->prompts) + " prompts in " +
                     format_fixed(reply->seconds, 1) + " s");
    return 0;
}

std::string choice_text(const TokenChoice& choice) {
    return shell_word(choice.text) + " " + format_significant(choice.probability);
}

/// A line a token: what came, how probable it was, and what else could have come.
std::string token_table(const std::vector<GeneratedToken>& tokens) {
    std::vector<std::vector<std::string>> rows;
    for (const GeneratedToken& token : tokens) {
        std::vector<std::string> choices;
        for (const TokenChoice& choice : token.alternatives) choices.push_back(choice_text(choice));
        rows.push_back(
            {shell_word(token.text), format_significant(token.probability), join(choices, "  ")});
    }
    return format_table({{"token"}, {"probability", true}, {"most probable"}}, rows);
}

/// The same as a JSON array.
std::string token_json(const std::vector<GeneratedToken>& tokens) {
    auto array = nlohmann::ordered_json::array();
    for (const GeneratedToken& token : tokens) {
        auto& entry = array.emplace_back();
        entry["text"] = token.text;
        entry["special"] = token.special;
        entry["probability"] = token.probability;
        auto& alternatives = entry["alternatives"] = nlohmann::ordered_json::array();
        for (const TokenChoice& choice : token.alternatives)
            alternatives.push_back({{"text", choice.text}, {"probability", choice.probability}});
    }
    return array.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

int generate(Context& context, const GenerateRequest& request) {
    Questioner questioner;
    const auto session = questioner.open(context, request.model);
    if (!session.ok()) return report(session.error());
    const auto reply = wait_for(**session, (*session)->generate(request));
    if (!reply.ok()) return report_answer(reply.error());

    if (context.json) {
        JsonLine line("completion");
        set_step(line, request.model);
        line.time(reply->seconds).metrics({{"length", static_cast<double>(reply->tokens)}});
        line.set("model", request.model).set("prompt", request.prompt);
        line.set("completion", reply->completion).set("ended", reply->ended);
        if (request.alternatives > 0) line.set_encoded("tokens", token_json(reply->generated));
        context.out.line(line.text());
        return 0;
    }
    context.out.line(reply->completion);
    if (request.alternatives > 0) context.out.write(token_table(reply->generated));
    // Beside the text, not in it: the completion alone can be piped on.
    tell(std::to_string(reply->tokens) + (reply->tokens == 1 ? " token in " : " tokens in ") +
         format_fixed(reply->seconds, 2) + " s" + (reply->ended ? "" : ", cut at --max-tokens"));
    return 0;
}

}  // namespace

void add_model_commands(CLI::App& app, Context& context) {
    auto* eval_command = app.add_subcommand("eval", "Evaluate a model on held-out prompts");
    auto eval_options = std::make_shared<EvalOptions>();
    EvaluateRequest& question = eval_options->request;
    eval_command
        ->add_option("--model", question.model, "Folder of a checkpoint, or a run of the workspace")
        ->required()
        ->type_name("DIR|RUN[@STEP]");
    eval_command
        ->add_option("--task", question.task, "A built-in task, or a file with prompts and answers")
        ->required()
        ->type_name("TASK|FILE.jsonl");
    eval_command->add_option("--reward", question.reward, "Name of a reward function")
        ->type_name("NAME");
    eval_command
        ->add_option("--set", eval_options->assignments,
                     "Change one setting (columns, lengths, eval_prompts); may be given many times")
        ->type_name("KEY=VALUE")
        ->take_all()
        ->allow_extra_args(false);
    add_shared_options(*eval_command, context);
    eval_command->callback([&context, eval_options] {
        context.action = [&context, eval_options] { return evaluate(context, *eval_options); };
    });

    auto* generate_command = app.add_subcommand("generate", "Sample one completion of a prompt");
    auto request = std::make_shared<GenerateRequest>();
    generate_command
        ->add_option("--model", request->model, "Folder of a checkpoint, or a run of the workspace")
        ->required()
        ->type_name("DIR|RUN[@STEP]");
    generate_command->add_option("--prompt", request->prompt, "The text to go on from")
        ->required()
        ->type_name("TEXT");
    generate_command->add_option("--max-tokens", request->max_tokens, "At most so many tokens (64)")
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    generate_command
        ->add_option("--temperature", request->temperature,
                     "0: always the most probable token; 1: the model's own distribution (1)")
        ->type_name("T")
        ->check(CLI::NonNegativeNumber);
    generate_command
        ->add_option("--top-k", request->top_k, "Draw from the K most probable tokens; 0: all (0)")
        ->type_name("K")
        ->check(CLI::NonNegativeNumber);
    generate_command
        ->add_option("--top-p", request->top_p,
                     "Draw from the fewest tokens whose probabilities reach P (1)")
        ->type_name("P")
        ->check(CLI::Range(0.0, 1.0));
    generate_command
        ->add_option("--alternatives", request->alternatives,
                     "Show each token with its probability and the N most probable ones there")
        ->type_name("N")
        ->check(CLI::NonNegativeNumber);
    generate_command->add_option("--seed", request->seed, "Seed of the draws (0)")->type_name("S");
    add_shared_options(*generate_command, context);
    generate_command->callback([&context, request] {
        context.action = [&context, request] { return generate(context, *request); };
    });
}

}  // namespace plumb::cli
