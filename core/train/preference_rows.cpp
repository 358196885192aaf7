// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/preference_rows.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/random.h"

namespace plumb {
namespace {

Result<TokenizedPreferences> tokenize(const std::vector<Preference>& pairs, const Policy& policy,
                                      const Settings& settings, OverLength over_length,
                                      const std::string& which) {
    const std::int64_t limit =
        std::min(settings.max_length, policy.model.config().max_position_embeddings);
    PLUMB_TRY(TokenizedPreferences rows,
              tokenize_preferences(pairs, *policy.tokenizer, limit, over_length));
    const auto report = [&](std::int64_t count, const std::string& what) {
        if (count > 0) log_warning(std::to_string(count) + " " + which + " pairs " + what);
    };
    report(rows.shortened, "are longer than max_length and lose their end");
    report(rows.dropped, "do not fit into max_length and are left out");
    report(rows.identical, "have two equal sides and are left out");
    return rows;
}

}  // namespace

std::vector<std::size_t> PreferenceRowSource::take(std::int64_t count, std::int64_t& next_row) {
    std::vector<std::size_t> numbers;
    for (std::int64_t i = 0; i < count; ++i)
        numbers.push_back(static_cast<std::size_t>(order.at(next_row++)));
    taken_.insert(taken_.end(), numbers.begin(), numbers.end());
    return numbers;
}

std::vector<std::string> PreferenceRowSource::sources_taken() {
    std::vector<std::string> taken;
    for (const std::size_t number : std::exchange(taken_, {}))
        if (!sources[number].empty()) taken.push_back(sources[number]);
    return taken;
}

std::vector<PreferenceRow> PreferenceRowSource::take_rows(std::int64_t count,
                                                          std::int64_t& next_row) {
    const std::int64_t first = next_row;
    std::vector<PreferenceRow> rows = pick(training, take(count, next_row));
    if (rejected_order)
        for (std::int64_t i = 0; i < count; ++i)
            rows[static_cast<std::size_t>(i)].rejected =
                training[static_cast<std::size_t>(rejected_order->at(first + i))].rejected;
    return rows;
}

Result<PreferenceRowSource> make_row_source(const PreferenceSets& pairs, const Policy& policy,
                                            const Settings& settings, OverLength over_length) {
    PLUMB_TRY(TokenizedPreferences training,
              tokenize(pairs.training, policy, settings, over_length, "training"));
    TokenizedPreferences held_out;
    if (!pairs.held_out.empty()) {
        PLUMB_TRY(held_out, tokenize(pairs.held_out, policy, settings, over_length, "held-out"));
    }
    const auto count = static_cast<std::int64_t>(training.rows.size());
    const auto seed = static_cast<std::uint64_t>(settings.seed);
    PreferenceRowSource source(DataOrder(seed, count, settings.shuffle_dataset));
    source.training = std::move(training.rows);
    source.held_out = std::move(held_out.rows);
    for (const std::int64_t number : training.sources)
        source.sources.push_back(pairs.training[static_cast<std::size_t>(number)].source);
    if (pairs.sides_are_free)
        source.rejected_order.emplace(derive_seed(seed, "rejected sides"), count,
                                      settings.shuffle_dataset);
    for (const std::int64_t number : held_out.sources)
        source.held_out_gold.push_back(
            pairs.held_out[static_cast<std::size_t>(number)].gold_margin);
    return source;
}

std::vector<PreferenceRow> pick(const std::vector<PreferenceRow>& rows,
                                const std::vector<std::size_t>& numbers) {
    std::vector<PreferenceRow> picked;
    for (const std::size_t number : numbers) picked.push_back(rows[number]);
    return picked;
}

}  // namespace plumb
