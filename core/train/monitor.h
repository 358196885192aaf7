// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "model/decoder.h"
#include "store/records.h"
#include "store/token_data.h"
#include "text/tokenizer.h"

namespace plumb {

/// A model with what is needed to talk to it.
struct Policy {
    Decoder model;
    std::shared_ptr<const Tokenizer> tokenizer;
    std::vector<std::int64_t> suppressed_ids;  ///< never sampled and no part of the distribution
};

enum class Decision {
    go_on,
    finish,  ///< evaluate, save, and end as finished
    keep,    ///< save, and end so that the run can be resumed
};

/// Writes a checkpoint into a folder that exists and is empty.
using CheckpointWriter = std::function<Status(const std::filesystem::path& folder)>;

/// What was measured of the tokens of the completion in this row of a step.
struct MeasuredTokens {
    std::int64_t row = 0;
    TokenData tokens;
};

/// A trainer's only way out: what it reports to, and what it asks between steps. Called on the
/// worker thread.
class RunMonitor {
public:
    virtual ~RunMonitor() = default;

    virtual void progress(std::string_view phase, std::int64_t done, std::int64_t total,
                          double tokens_per_second) = 0;
    virtual void metrics(std::int64_t step, const Metrics& metrics) = 0;
    virtual void completions(std::int64_t step, std::vector<CompletionRecord> rows) = 0;

    /// The preference pairs that the step was made of, as Preference::source names them.
    virtual void batch(std::int64_t, std::vector<std::string>) {}

    /// Whether tokens() of this step are wanted; measuring them is left out otherwise.
    virtual bool wants_tokens(std::int64_t) const { return false; }
    /// Of completions of the step that were handed over before. What was told of a row earlier is
    /// replaced.
    virtual void tokens(std::int64_t, std::vector<MeasuredTokens>) {}

    /// Between two steps, after `step` of them: applies edits that are due to the settings, waits
    /// while the run is paused (lending the policy meanwhile), tells whether to go on.
    virtual Result<Decision> between_steps(std::int64_t step, Settings& settings,
                                           const Policy& policy) = 0;

    /// Makes a durable checkpoint of the step. score: what "best" compares, larger is better.
    virtual Status save(std::int64_t step, std::optional<double> score,
                        const CheckpointWriter& write) = 0;

    /// Requested when the run is to end at once.
    virtual std::stop_token stop_token() const = 0;
};

}  // namespace plumb
