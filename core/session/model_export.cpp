// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/model_export.h"

#include <unistd.h>

#include "base/files.h"
#include "model/adapter_files.h"
#include "session/model_card.h"
#include "session/model_source.h"
#include "session/run_worker.h"
#include "train/checkpoint.h"
#include "train/run.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

Result<Policy> load_for(const fs::path& source, ExportForm form) {
    if (form == ExportForm::whole) return load_policy(source, at::kCPU);
    if (!is_adapter_folder(source))
        return invalid_input(source.string() +
                             " is a whole model and no adapter; export it without --adapter");
    PLUMB_TRY(Decoder model, load_adapted(source, at::kCPU));
    return with_tokenizer_of(source, std::move(model));
}

/// How the base of an adapter is called; empty where it is the run's own copy of its start.
std::string base_of(const ModelSource& source) {
    if (!is_adapter_folder(source.folder)) return {};
    const auto adapter = read_adapter_folder(source.folder);
    if (!adapter.ok()) return {};
    const bool own = source.checkpoint && adapter->base.filename() == run_start;
    return own ? "" : adapter->base_name;
}

Status write_card(const ModelCard& card, const fs::path& folder) {
    PLUMB_TRY_STATUS(write_file_atomic(folder / "README.md", card.readme));
    return card.curves.empty() ? Status() : write_file_atomic(folder / "curves.svg", card.curves);
}

/// Model and card through a folder beside the target, which is whole or not there.
Status export_to(const ModelSource& source, const fs::path& workspace, const fs::path& target,
                 ExportForm form) {
    PLUMB_TRY(const Policy policy, load_for(source.folder, form));
    CardSubject subject;
    subject.title = target.filename().string();
    subject.is_adapter = form == ExportForm::adapter;
    subject.score_head = policy.model.config().score_head;
    subject.base = base_of(source);
    PLUMB_TRY(const ModelCard card, make_model_card(source, subject, workspace));
    fs::path part = target;
    part += ".part" + std::to_string(::getpid());
    Status done = publish_policy(part, policy);
    if (done) done = write_card(card, part);
    std::error_code ignored;
    if (done) fs::remove(target, ignored);  // empty, as was seen above
    if (done) done = publish_folder(part, target);
    if (!done) fs::remove_all(part, ignored);
    return done;
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
    return catch_everything([&] { return export_to(source, workspace, whole, form); });
}

}  // namespace plumb
