// SPDX-License-Identifier: GPL-3.0-or-later
// export: a model or an adapter for other programs.
#include <memory>
#include <string>

#include "cli_commands.h"
#include "session/model_export.h"

namespace plumb::cli {
namespace {

struct ExportOptions {
    std::string model, target;
    bool adapter = false;
};

int export_to(Context& context, const ExportOptions& options) {
    const Status done = export_model(options.model, context.workspace_folder(), options.target,
                                     options.adapter ? ExportForm::adapter : ExportForm::whole);
    if (!done.ok()) return report(done.error());
    if (context.json) {
        JsonLine line("export");
        line.set("model", options.model).set("folder", options.target);
        context.out.line(line.text());
    } else {
        context.out.line(options.target);
    }
    return 0;
}

}  // namespace

void add_export_command(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("export", "Write a model as a folder for other programs");
    auto options = std::make_shared<ExportOptions>();
    command
        ->add_option("--model", options->model, "Folder of a checkpoint, or a run of the workspace")
        ->required()
        ->type_name("DIR|RUN[@STEP]");
    command->add_option("--to", options->target, "The folder to write; it must not be there yet")
        ->required()
        ->type_name("DIR");
    command->add_flag("--adapter", options->adapter,
                      "Write the LoRA adapter alone, in PEFT's layout, instead of merging it");
    add_shared_options(*command, context);
    command->callback([&context, options] {
        context.action = [&context, options] { return export_to(context, *options); };
    });
}

}  // namespace plumb::cli
