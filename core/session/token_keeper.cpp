// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/token_keeper.h"

#include <numeric>

#include "base/log.h"
#include "base/strings.h"

namespace plumb {

Status TokenKeeper::set_limit(std::uint64_t bytes) {
    limit_ = bytes;
    if (limit_ == 0 || knows_stored_) return {};
    return find_stored();
}

Status TokenKeeper::find_stored() {
    PLUMB_TRY(auto reader, StoreReader::open(store_.folder()));
    PLUMB_TRY(bytes_, reader->token_bytes(run_));
    knows_stored_ = true;
    // A run that goes on leaves out the steps that it left out before.
    std::int64_t distance = 0;
    for (const auto& [step, bytes] : bytes_) {
        total_ += bytes;
        distance = std::gcd(distance, step - 1);
    }
    every_ = distance > 0 ? distance & -distance : 1;
    return {};
}

bool TokenKeeper::wants(std::int64_t step) const {
    return limit_ > 0 && !full_ && step > 0 && (step - 1) % every_ == 0;
}

void TokenKeeper::keep(std::int64_t step, const std::vector<MeasuredTokens>& rows) {
    if (step != step_) rows_.clear();
    step_ = step;
    std::vector<TokenRecord> records;
    for (const MeasuredTokens& row : rows) {
        TokenRecord& record =
            records.emplace_back(TokenRecord{row.row, encode_token_data(row.tokens)});
        std::uint64_t& known = rows_[row.row];
        bytes_[step] += record.data.size() - known;
        total_ += record.data.size() - known;
        known = record.data.size();
    }
    store_.add_token_data(run_, step, std::move(records));
    if (total_ > limit_) thin();
}

void TokenKeeper::thin() {
    while (total_ > limit_ && bytes_.size() > 1) {
        every_ *= 2;
        std::erase_if(bytes_, [&](const auto& entry) {
            const bool left_out = (entry.first - 1) % every_ != 0;
            if (left_out) total_ -= entry.second;
            return left_out;
        });
    }
    store_.thin_token_data(run_, every_);
    const std::string reached = "token data have reached " + format_bytes(limit_) +
                                " (token_data_mb): ";
    if (total_ > limit_) {
        full_ = true;
        log_warning(reached + "one step does not fit, and no more are kept");
    } else {
        log_info(reached + "one step in " + std::to_string(every_) + " keeps them");
    }
}

}  // namespace plumb
