// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.h"
#include "session/model_source.h"
#include "store/records.h"
#include "train/monitor.h"

namespace plumb {

/// The paused run's policy, lent to the inference worker. The run worker offers it when it pauses
/// and takes it back before it goes on, which waits for the borrower to let go.
class PolicyLoan {
public:
    void offer(RunId run, const Policy& policy) {
        std::lock_guard lock(mutex_);
        run_ = run;
        policy_ = &policy;
    }
    void take_back() {
        std::lock_guard lock(mutex_);
        policy_ = nullptr;
    }

    /// Calls use(policy) if that run's policy is on offer; nobody changes the policy meanwhile.
    template <class Use>
    bool borrow(RunId run, Use use) {
        std::lock_guard lock(mutex_);
        if (!policy_ || run_ != run) return false;
        use(*policy_);
        return true;
    }

private:
    std::mutex mutex_;
    RunId run_ = 0;
    const Policy* policy_ = nullptr;
};

/// Calls use(policy, source) with the model that the name means (find_model): the paused run's own
/// policy, whose step is then that of the source, or one that is loaded for it.
Status with_policy(const std::string& name, const std::filesystem::path& workspace,
                   PolicyLoan& loan,
                   const std::function<Status(const Policy&, const ModelSource&)>& use);

}  // namespace plumb
