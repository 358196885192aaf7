// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/model_export.h"

#include "model/adapter_files.h"
#include "session/model_source.h"
#include "session/run_worker.h"
#include "train/checkpoint.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

Status export_to(const fs::path& source, const fs::path& target, ExportForm form) {
    if (form == ExportForm::whole) {
        PLUMB_TRY(const Policy policy, load_policy(source, at::kCPU));
        return publish_policy(target, policy);
    }
    if (!is_adapter_folder(source))
        return invalid_input(source.string() +
                             " is a whole model and no adapter; export it without --adapter");
    PLUMB_TRY(Decoder model, load_adapted(source, at::kCPU));
    PLUMB_TRY(const Policy policy, with_tokenizer_of(source, std::move(model)));
    return publish_policy(target, policy);
}

}  // namespace

Status export_model(const std::string& name, const fs::path& workspace, const fs::path& target,
                    ExportForm form) {
    std::error_code problem;
    if (fs::exists(target, problem) && !fs::is_empty(target, problem))
        return invalid_input(target.string() + " is there already; name a folder that is not");
    PLUMB_TRY(const ModelSource source, find_model(name, workspace));
    std::error_code ignored;
    fs::path whole = fs::absolute(target, ignored).lexically_normal();
    if (!whole.has_filename()) whole = whole.parent_path();  // a slash at the end
    return catch_everything([&] { return export_to(source.folder, whole, form); });
}

}  // namespace plumb
