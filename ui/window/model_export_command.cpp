// SPDX-License-Identifier: GPL-3.0-or-later
// Writing the model of a run for other programs.
#include "common/background.h"
#include "common/text.h"
#include "config/yaml.h"
#include "widgets/export_model_dialog.h"
#include "widgets/message_bar.h"
#include "window/run_commands.h"

namespace plumb::ui {
namespace {

bool trainedAdapter(const RunRecord& run) {
    const auto settings = parse_settings(run.settings, run.name, {});
    return settings.ok() && settings->use_peft;
}

}  // namespace

void RunCommands::exportModel(RunId id) {
    const auto run = m_parts.runs.run(id);
    if (!run) return;
    const auto tell = [this](MessageBar::Kind kind, const QString& title, const QString& text) {
        m_parts.messages.showMessage(kind, title, text);
    };
    const auto write = [this, tell](const ModelExportChoice& choice) {
        const QString target = pathText(choice.target);
        tell(MessageBar::Kind::note, {}, "Writing the model to " + target + " ...");
        runInBackground(
            m_window,
            [choice, workspace = m_parts.bridge.workspace()](std::stop_token) {
                return export_model(choice.model, workspace, choice.target, choice.form);
            },
            [tell, target](const Status& status) {
                if (status)
                    tell(MessageBar::Kind::note, {},
                         "The model was written to " + target + ", with its card in README.md.");
                else
                    tell(MessageBar::Kind::error, "The model was not written.",
                         toQString(status.error().message));
            });
    };
    m_parts.bridge.query(
        this, [id](StoreReader& reader) { return reader.checkpoints(id); },
        [this, run, tell, write](const Result<std::vector<CheckpointRecord>>& checkpoints) {
            if (!checkpoints.ok())
                return tell(MessageBar::Kind::error, {}, toQString(checkpoints.error().message));
            if (checkpoints->empty())
                return tell(MessageBar::Kind::error, {},
                            "The run has no checkpoint yet; the first one is written after "
                            "save_steps steps, or when the run is finished.");
            auto* dialog =
                new ExportModelDialog(*run, *checkpoints, trainedAdapter(*run), m_window);
            connect(dialog, &ExportModelDialog::exportChosen, this, write);
            dialog->open();
        });
}

}  // namespace plumb::ui
