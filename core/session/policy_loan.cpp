// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/policy_loan.h"

#include "train/checkpoint.h"

namespace plumb {
namespace {

/// Of a run that is paused: its last step.
Result<std::int64_t> current_step(RunId run, const std::filesystem::path& workspace) {
    PLUMB_TRY(auto reader, StoreReader::open(workspace));
    PLUMB_TRY(const RunRecord record, reader->run(run));
    return record.step;
}

}  // namespace

Status with_policy(const std::string& name, const std::filesystem::path& workspace,
                   PolicyLoan& loan,
                   const std::function<Status(const Policy&, const ModelSource&)>& use) {
    PLUMB_TRY(ModelSource source, find_model(name, workspace));
    if (source.run) {
        Status done;
        const auto borrow = [&](const Policy& policy) {
            const auto step = current_step(*source.run, workspace);
            if (!step.ok()) {
                done = step.error();
                return;
            }
            ModelSource own = source;
            own.checkpoint->step = *step;
            done = use(policy, own);
        };
        if (loan.borrow(*source.run, borrow)) return done;
    }
    PLUMB_TRY(const Policy policy, load_policy_for_generation(source.folder));
    return use(policy, source);
}

}  // namespace plumb
