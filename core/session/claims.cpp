// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/claims.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "analysis/compare/stored_comparison.h"
#include "base/strings.h"
#include "config/claim_variants.h"
#include "config/yaml.h"
#include "data/preference_file.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

constexpr const char* kept_pairs = "start/pairs.jsonl";
constexpr std::int64_t most_answers = 1 << 20;

/// Variant and seed.
using Made = std::set<std::pair<std::string, std::int64_t>>;

/// What the comparison has that counts, or that will once its turn comes.
Result<Made> made_already(StoreReader& reader, const std::string& comparison) {
    Made made;
    const auto add = [&](const std::string& yaml) {
        const auto settings = parse_settings(yaml, "settings", {});
        if (settings && settings->comparison == comparison)
            made.insert({settings->variant, settings->seed});
    };
    PLUMB_TRY(const auto runs, reader.runs());
    for (const RunRecord& run : runs)
        if (run.state == RunState::finished || !is_over(run.state)) add(run.settings);
    PLUMB_TRY(const auto queue, reader.queue());
    for (const QueuedRun& queued : queue)
        if (!queued.settings.empty()) add(queued.settings);
    return made;
}

/// The prompts of the pairs that a run has kept, each once; nothing where it has kept none.
Result<std::optional<std::set<std::string>>> prompts_of_pairs(const fs::path& file) {
    std::error_code ignored;
    if (!fs::exists(file, ignored)) return std::optional<std::set<std::string>>();
    PLUMB_TRY(const auto pairs, read_preferences(file));
    std::set<std::string> prompts;
    for (const Preference& pair : pairs) prompts.emplace(trim(pair.prompt));
    return std::optional(std::move(prompts));
}

/// Mean gold reward of the held-out answers of a step, on prompts of the set and on others.
struct Means {
    double inside = 0, outside = 0;
    std::int64_t inside_count = 0, outside_count = 0;
};

Result<Means> held_out_means(StoreReader& reader, RunId run, std::int64_t step,
                             const std::set<std::string>& prompts) {
    CompletionFilter filter;
    filter.first_step = filter.last_step = step;
    filter.source = CompletionSource::held_out;
    PLUMB_TRY(const auto rows, reader.completion_page(run, filter, {}, {.limit = most_answers}));
    Means means;
    for (const PlacedCompletion& placed : rows) {
        const CompletionRecord& row = placed.record;
        const auto gold = row.reward_parts.find("gold");
        if (gold == row.reward_parts.end() || !gold->second) continue;
        const bool inside = prompts.contains(std::string(trim(row.prompt)));
        (inside ? means.inside : means.outside) += *gold->second;
        ++(inside ? means.inside_count : means.outside_count);
    }
    if (means.inside_count > 0) means.inside /= static_cast<double>(means.inside_count);
    if (means.outside_count > 0) means.outside /= static_cast<double>(means.outside_count);
    return means;
}

}  // namespace

Result<QueuedExperiment> enqueue_claims(Session& session, ClaimSize size) {
    PLUMB_TRY(const auto experiments, claim_experiments(size));
    QueuedExperiment queued;
    queued.comparison = claims_comparison(size);
    Made made;
    {
        PLUMB_TRY(auto reader, StoreReader::open(session.workspace()));
        PLUMB_TRY(made, made_already(*reader, queued.comparison));
    }
    const std::int64_t seeds = experiments.front().seeds;
    for (std::int64_t seed = 0; seed < seeds; ++seed)
        for (Experiment missing : experiments) {
            std::erase_if(missing.variants, [&](const Variant& variant) {
                return made.contains({variant.name, seed});
            });
            if (missing.variants.empty()) continue;
            ExperimentOptions options;
            options.name = queued.comparison;
            options.seeds = {seed};
            PLUMB_TRY(auto some, enqueue_experiment(session, missing, options, true));
            std::ranges::move(some.runs, std::back_inserter(queued.runs));
            queued.entries.insert(queued.entries.end(), some.entries.begin(), some.entries.end());
        }
    return queued;
}

Result<std::optional<PromptGains>> prompt_gains(StoreReader& reader, const fs::path& workspace,
                                                RunId run) {
    PLUMB_TRY(const auto prompts,
              prompts_of_pairs(workspace / "runs" / std::to_string(run) / kept_pairs));
    PLUMB_TRY(const auto evaluations, reader.metric(run, "eval/gold_reward"));
    if (!prompts || evaluations.size() < 2) return std::optional<PromptGains>();
    PLUMB_TRY(const Means start, held_out_means(reader, run, evaluations.front().step, *prompts));
    PLUMB_TRY(const Means end, held_out_means(reader, run, evaluations.back().step, *prompts));
    if (end.inside_count + end.outside_count == 0) return std::optional<PromptGains>();
    return std::optional(PromptGains{end.inside - start.inside, end.outside - start.outside,
                                     end.inside_count, end.outside_count});
}

Result<std::vector<Claim>> read_claims(StoreReader& reader, const fs::path& workspace,
                                       ClaimSize size) {
    PLUMB_TRY(const auto comparisons, stored_comparisons(reader));
    const auto found =
        std::ranges::find(comparisons, claims_comparison(size), &StoredComparison::name);
    std::vector<ComparedRun> runs;
    std::map<RunId, PromptGains> gains;
    if (found != comparisons.end())
        for (const RunId id : found->runs) {
            PLUMB_TRY(ComparedRun run, read_compared_run(reader, id));
            if (run.settings.variant == claim_variants::dpo_few) {
                PLUMB_TRY(const auto of_run, prompt_gains(reader, workspace, id));
                if (of_run) gains[id] = *of_run;
            }
            runs.push_back(std::move(run));
        }
    return judge_claims(runs, gains);
}

}  // namespace plumb
