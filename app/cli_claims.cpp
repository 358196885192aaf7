// SPDX-License-Identifier: GPL-3.0-or-later
// claims: the usual account of PPO, DPO and GRPO, tested by runs of this workspace.
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "analysis/compare/comparison_report.h"
#include "analysis/compare/stored_comparison.h"
#include "cli_commands.h"
#include "cli_experiments.h"
#include "cli_follow.h"
#include "cli_tables.h"
#include "session/claims.h"

namespace plumb::cli {
namespace {

struct Wanted {
    std::string size = "quick", report, tables;
    bool show = false;
};

std::string runs_text(const std::vector<RunId>& runs) {
    std::string text;
    for (const RunId run : runs) text += (text.empty() ? "" : " ") + std::to_string(run);
    return text;
}

void tell_claim(Context& context, const Claim& claim) {
    if (context.json) {
        auto line = JsonLine("claim")
                        .set("id", claim.id)
                        .set("statement", claim.statement)
                        .set("verdict", verdict_text(claim.verdict))
                        .set("figure", claim.figure)
                        .set("reason", claim.reason)
                        .set("experiment", claim.experiment)
                        .set("seeds", static_cast<std::int64_t>(claim.seeds))
                        .set_encoded("runs", nlohmann::json(claim.runs).dump());
        if (claim.estimate.value) line.set("value", *claim.estimate.value);
        if (claim.estimate.interval)
            line.set("low", claim.estimate.interval->low)
                .set("high", claim.estimate.interval->high);
        if (claim.p_value) line.set("p", *claim.p_value);
        if (claim.adjusted_p) line.set("p_holm", *claim.adjusted_p);
        context.out.line(line.text());
        return;
    }
    context.out.line("\n" + claim.statement + "  " + std::string(verdict_text(claim.verdict)));
    if (!claim.figure.empty()) context.out.line("  " + claim.figure);
    context.out.line("  " + claim.reason);
    context.out.line("  Measured: " + claim.experiment);
    if (!claim.runs.empty()) context.out.line("  Runs " + runs_text(claim.runs));
}

Status write_files(Context& context, StoreReader& reader, ClaimSize size,
                   const std::vector<Claim>& claims, const Wanted& wanted) {
    if (wanted.report.empty() && wanted.tables.empty()) return {};
    PLUMB_TRY(const auto runs, runs_of_comparison(reader, claims_comparison(size)));
    PLUMB_TRY(const Comparison comparison, read_comparison(reader, runs));
    ComparisonReport report = make_report(comparison);
    report.tables.insert(report.tables.begin(), claims_table(claims));
    const auto told = [&](const std::string& file) {
        if (context.json)
            context.out.line(JsonLine("written").set("file", file).text());
        else
            context.out.line("Wrote " + file);
    };
    if (!wanted.report.empty()) {
        PLUMB_TRY_STATUS(save_report(report, wanted.report));
        told(wanted.report);
    }
    if (!wanted.tables.empty()) {
        PLUMB_TRY_STATUS(save_tables(report, wanted.tables));
        told(wanted.tables);
    }
    return {};
}

int show_claims(Context& context, ClaimSize size, const Wanted& wanted) {
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    const auto claims = read_claims(**reader, context.workspace_folder(), size);
    if (!claims.ok()) return report(claims.error());
    for (const Claim& claim : *claims) tell_claim(context, claim);
    const Status written = write_files(context, **reader, size, *claims, wanted);
    return written ? 0 : report(written.error());
}

int run_claims(Context& context, const Wanted& wanted) {
    const auto size = parse_claim_size(wanted.size);
    if (!size)
        return report(invalid_input("--size cannot be " + wanted.size + "; give quick or full"));
    int result = 0;
    if (!wanted.show) {
        auto session = open_session(context);
        if (!session.ok()) return report(session.error());
        (*session)->hold_queue();
        const auto queued = enqueue_claims(**session, *size);
        if (!queued.ok()) return report(queued.error());
        if (queued->runs.empty())
            tell("All runs of the claims are there; delete some to have them made anew.");
        else
            result = follow_experiment(context, **session, *queued);
    }
    const int shown = show_claims(context, *size, wanted);
    return result != 0 ? result : shown;
}

}  // namespace

void add_claims_command(CLI::App& app, Context& context) {
    auto wanted = std::make_shared<Wanted>();
    auto* command = app.add_subcommand(
        "claims", "Test the usual account of PPO, DPO and GRPO: run what is missing, then judge");
    command
        ->add_option("--size", wanted->size,
                     "quick: small models, minutes; full: the presets, up to an hour")
        ->capture_default_str()
        ->type_name("quick|full");
    command->add_flag("--show", wanted->show,
                      "Judge the runs that there are, and make no new ones");
    command->add_option("--report", wanted->report, "Write claims and comparison as an HTML file")
        ->type_name("FILE.html");
    command->add_option("--csv", wanted->tables, "Write every table into this folder")
        ->type_name("DIR");
    add_shared_options(*command, context);
    command->callback([&context, wanted] {
        context.action = [&context, wanted] { return run_claims(context, *wanted); };
    });
}

}  // namespace plumb::cli
