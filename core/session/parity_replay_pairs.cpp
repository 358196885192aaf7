// SPDX-License-Identifier: GPL-3.0-or-later
// Reference runs on preference pairs: DPO and reward models.
#include <nlohmann/json.hpp>

#include "session/parity_updates.h"
#include "train/preference_batches.h"

namespace plumb::parity {
namespace {

using json = nlohmann::ordered_json;

std::vector<PreferenceRow> read_pairs(const json& rows, const Settings& settings) {
    std::vector<PreferenceRow> pairs;
    for (const json& row : rows) {
        PreferenceRow& pair = pairs.emplace_back();
        if (row.contains("prompt_ids")) pair.prompt = row.at("prompt_ids").get<TokenIds>();
        pair.chosen = row.at("chosen_ids").get<TokenIds>();
        pair.rejected = row.at("rejected_ids").get<TokenIds>();
        if (row.contains("margin")) pair.margin = row.at("margin").get<double>();
        // The reference's trainer cuts when it makes a batch; rows that are too long for a reward
        // model are left out before.
        if (settings.algorithm == "dpo") apply_limit(pair, settings.max_length, OverLength::cut);
    }
    return pairs;
}

/// Runs the updates of the reference run; accumulate does one micro-batch of its pairs.
template <class Accumulate>
Replay replay_pairs(const ReferenceRun& run, const Accumulate& accumulate) {
    Replay replay;
    const Settings& settings = run.settings;
    const auto rows =
        read_pairs(json::parse(read_text(run.folder / "trajectory.json")).at("rows"), settings);
    if (rows.empty()) throw std::runtime_error("there are no rows");
    Updates updates(run, settings.max_steps, replay);
    std::size_t next = 0;
    for (std::int64_t step = 0; step < settings.max_steps; ++step) {
        MetricMeans means;
        for (std::int64_t i = 0; i < settings.gradient_accumulation_steps; ++i) {
            std::vector<PreferenceRow> pairs;
            for (std::int64_t k = 0; k < settings.per_device_train_batch_size; ++k)
                pairs.push_back(rows[next++ % rows.size()]);
            const PreferenceBatch batch = make_preference_batch(pairs);
            MetricMeans own;
            accumulate(updates.model(), batch, own);
            collect(own, means, replay);
            updates.add_tokens(static_cast<double>(batch.rows.tokens));
        }
        Metrics metrics = means.result();
        metrics["epoch"] = static_cast<double>(next) / static_cast<double>(rows.size());
        updates.apply(std::move(metrics));
    }
    updates.finish();
    return replay;
}

}  // namespace

Replay replay_dpo(const ReferenceRun& run) {
    std::optional<Decoder> reference;
    const DpoLossConfig config = dpo_loss_config(run.settings);
    return replay_pairs(run, [&](Decoder& model, const PreferenceBatch& batch, MetricMeans& means) {
        if (!reference)
            reference.emplace(model.has_adapter() ? model.sharing()
                                                  : load_model(run.reference_folder));
        accumulate_dpo(model, batch, reference_logps(*reference, batch, config, {}), config, {},
                       run.settings.gradient_accumulation_steps, means);
    });
}

Replay replay_reward(const ReferenceRun& run) {
    return replay_pairs(run, [&](Decoder& model, const PreferenceBatch& batch, MetricMeans& means) {
        accumulate_reward(model, batch, {run.settings.center_rewards_coefficient},
                          run.settings.gradient_accumulation_steps, means);
    });
}

}  // namespace plumb::parity
