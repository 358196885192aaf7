// SPDX-License-Identifier: GPL-3.0-or-later
// model: what a model's folder holds, told without loading it.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cli_commands.h"
#include "session/model_info.h"

namespace plumb::cli {
namespace {

/// "134.5 million", "512".
std::string count(std::int64_t number) {
    const auto value = static_cast<double>(number);
    if (value >= 1e9) return format_fixed(value / 1e9, 2) + " billion";
    if (value >= 1e6) return format_fixed(value / 1e6, 1) + " million";
    return std::to_string(number);
}

std::string megabytes(double bytes) {
    return format_fixed(bytes / 1e6, bytes < 1e8 ? 1 : 0) + " MB";
}

std::string dtypes(const ModelInfo& info) {
    std::vector<std::string> names;
    for (const auto& [name, parameters] : info.parameters_by_dtype) names.push_back(name);
    return join(names, " and ");
}

std::string special_tokens(const ModelInfo& info) {
    std::vector<std::string> said;
    for (const auto& [name, text] :
         {std::pair("begin", &info.bos), {"end", &info.eos}, {"padding", &info.pad}})
        if (!text->empty()) said.push_back(std::string(name) + " " + one_line(*text));
    return said.empty() ? "none" : join(said, ", ");
}

void print_table(Context& context, const ModelInfo& info) {
    const std::string heads =
        std::to_string(info.heads) + " heads" +
        (info.kv_heads == info.heads
             ? ""
             : " on " + std::to_string(info.kv_heads) + " of keys and values");
    std::vector<std::vector<std::string>> rows = {
        {"family", info.family},
        {"kind", info.has_score_head ? "reward or value model" : "language model"},
        {"parameters",
         count(info.parameters) + (info.tied_head ? ", embedding and head tied" : "")},
        {"shape", std::to_string(info.layers) + " layers of " + std::to_string(info.hidden_size) +
                      ", " + heads},
        {"positions",
         std::to_string(info.positions) +
             (info.sliding_window
                  ? ", each sees " + std::to_string(info.sliding_window) + " (sliding window)"
                  : "")},
        {"files", std::to_string(info.files) + (info.files == 1 ? " file, " : " files, ") +
                      megabytes(info.file_bytes) + ", " + dtypes(info)},
        {"memory", megabytes(info.weight_bytes) + " of weights; " +
                       megabytes(info.generation_bytes) + " to generate, " +
                       megabytes(info.training_bytes) + " to train all of them"},
    };
    if (info.tokenizer_problem.empty()) {
        rows.push_back({"tokenizer", std::to_string(info.tokens) + " tokens for a vocabulary of " +
                                         std::to_string(info.vocab_size)});
        rows.push_back({"special tokens", special_tokens(info)});
        rows.push_back(
            {"chat template", info.chat_template.empty()
                                  ? "none"
                                  : std::to_string(info.chat_template.size()) + " bytes"});
    } else {
        rows.push_back({"tokenizer", "cannot be used: " + info.tokenizer_problem});
    }
    context.out.write(format_table({{"model"}, {info.folder.string()}}, rows));
}

void print_json(Context& context, const ModelInfo& info) {
    JsonLine line("model");
    line.set("folder", info.folder.string())
        .set("family", info.family)
        .set("score_head", info.has_score_head)
        .set("parameters", info.parameters)
        .set("layers", info.layers)
        .set("hidden_size", info.hidden_size)
        .set("heads", info.heads)
        .set("kv_heads", info.kv_heads)
        .set("vocab_size", info.vocab_size)
        .set("positions", info.positions)
        .set("sliding_window", info.sliding_window)
        .set("tied_head", info.tied_head)
        .set_encoded("parameters_by_dtype", nlohmann::json(info.parameters_by_dtype).dump())
        .set("files", info.files)
        .set("file_bytes", info.file_bytes)
        .set("weight_bytes", info.weight_bytes)
        .set("generation_bytes", info.generation_bytes)
        .set("training_bytes", info.training_bytes)
        .set("tokens", info.tokens)
        .set("tokenizer_problem", info.tokenizer_problem)
        .set("bos", info.bos)
        .set("eos", info.eos)
        .set("pad", info.pad)
        .set("chat_template", info.chat_template);
    context.out.line(line.text());
}

int show(Context& context, const std::string& model) {
    const auto info = describe_model(model, context.workspace_folder());
    if (!info.ok()) return report(info.error());
    if (context.json)
        print_json(context, *info);
    else
        print_table(context, *info);
    return 0;
}

}  // namespace

void add_model_info_command(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand(
        "model", "Show a model's family, size, memory, tokenizer and template without loading it");
    auto model = std::make_shared<std::string>();
    command->add_option("model", *model, "Folder of a checkpoint, or a run of the workspace")
        ->required()
        ->type_name("DIR|RUN[@STEP]");
    add_shared_options(*command, context);
    command->callback([&context, model] {
        context.action = [&context, model] { return show(context, *model); };
    });
}

}  // namespace plumb::cli
