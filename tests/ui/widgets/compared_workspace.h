// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSignalSpy>
#include <QWidget>

#include "analysis/compare/comparison.h"
#include "bridge/session_bridge.h"
#include "config/presets.h"
#include "config/yaml.h"
#include "test_main.h"

/// A workspace with two seeds of PPO and one of DPO that were evaluated at steps 10 and 20 on the
/// prompts "ask 0", "ask 1", "ask 2", and a bridge to it.
struct ComparedWorkspace {
    static constexpr int patience_ms = 10000;
    static constexpr std::size_t prompts = 3;

    TemporaryFolder folder;
    plumb::ui::SessionBridge bridge;
    std::vector<plumb::RunId> runs;

    /// fill: further rows, before the window opens the workspace.
    explicit ComparedWorkspace(const std::function<void(plumb::Store&, ComparedWorkspace&)>& fill = {},
                               bool evaluated = true) {
        plumb::SessionOptions options;
        options.workspace = folder.path() / "workspace";
        options.cache = folder.path() / "cache";
        {
            auto store =
                std::move(*plumb::Store::open(options.workspace, plumb::Access::read_write));
            addRun(*store, "ppo", 0, evaluated);
            addRun(*store, "ppo", 1, evaluated);
            addRun(*store, "dpo", 0, evaluated);
            if (fill) fill(*store, *this);
        }
        QSignalSpy opened(&bridge, &plumb::ui::SessionBridge::opened);
        bridge.open(options);
        if (!opened.wait(patience_ms)) qFatal("the workspace did not open");
    }
    ~ComparedWorkspace() {
        QSignalSpy closed(&bridge, &plumb::ui::SessionBridge::closed);
        bridge.close();
        closed.wait(patience_ms);
    }

    plumb::RunId addRun(plumb::Store& store, const std::string& algorithm, std::int64_t seed,
                        bool evaluated, const std::string& task = "reviews",
                        const std::string& asks = "ask ") {
        plumb::Settings settings =
            *plumb::preset_settings(algorithm == "dpo" ? "dpo-reviews" : "ppo-reviews");
        settings.seed = seed;
        settings.task = task;
        plumb::RunRecord record;
        record.name = algorithm + "-" + std::to_string(seed);
        record.algorithm = algorithm;
        record.settings = plumb::write_settings(settings);
        record.state = plumb::RunState::running;
        record.step = 20;
        record.total_steps = 20;
        const plumb::RunId id = *store.create_run(record);
        runs.push_back(id);
        for (const std::int64_t step : {10, 20}) {
            std::vector<plumb::CompletionRecord> rows;
            for (std::size_t p = 0; evaluated && p < prompts; ++p)
                rows.push_back(answer(record.name, asks + std::to_string(p), step,
                                      -1 - static_cast<std::int64_t>(p)));
            if (!rows.empty()) store.add_completions(id, step, rows);
            store.add_metrics(id, step, {{"eval/reward", 0.5}, {"eval/gold_reward", 0.25}});
        }
        if (!store.set_run_state(id, plumb::RunState::finished, "").ok()) qFatal("no state");
        return id;
    }
    static plumb::CompletionRecord answer(const std::string& run, const std::string& prompt,
                                          std::int64_t step, std::int64_t row) {
        plumb::CompletionRecord record;
        record.step = step;
        record.row = row;
        record.prompt = prompt;
        record.completion = "a good answer of " + run + " at step " + std::to_string(step);
        record.reward = 1.5;
        record.reward_parts = {{"gold", 0.75}, {"reward_model", 1.5}};
        record.length = 9;
        record.ended = row != -2;
        record.kl = 2.25;
        return record;
    }
    /// The first PPO run against DPO; PPO wins on prompt 0, loses on 1, ties on 2.
    plumb::AnswerSetId addSet(plumb::Store& store, std::size_t count = prompts) const {
        plumb::AnswerSet set;
        set.name = "ppo and dpo";
        set.settings = "task: reviews\n";
        set.models = {{"ppo-0@20", "ppo-0/1@20", runs[0], 20}, {"dpo-0@20", "dpo-0/3@20", runs[2], 20}};
        plumb::AnswerTexts texts;
        plumb::AnswerScores gold{.judge = "gold", .scores = {{}, {}}};
        texts.answers.resize(2);
        for (std::size_t p = 0; p < count; ++p) {
            texts.prompts.push_back({"ask " + std::to_string(p), "", ""});
            for (std::size_t m = 0; m < 2; ++m)
                texts.answers[m].push_back({(m == 0 ? "the first says " : "the second says ") +
                                                std::to_string(p),
                                            "", {1, 2, 3}, true});
            gold.scores[0].push_back(p % 3 == 0 ? 2.0 : 1.0);
            gold.scores[1].push_back(p % 3 == 1 ? 3.0 : 1.0);
        }
        plumb::AnswerScores rule{.judge = "length_target", .scores = gold.scores};
        for (auto& of_model : rule.scores)
            for (auto& score : of_model) score = 0.0;
        return *store.add_answer_set(set, texts, {gold, rule});
    }
    std::shared_ptr<const plumb::Comparison> comparison() {
        auto reader = *plumb::StoreReader::open(bridge.workspace());
        auto read = plumb::read_comparison(*reader, runs);
        if (!read.ok()) qFatal("%s", read.error().message.c_str());
        return std::make_shared<const plumb::Comparison>(std::move(*read));
    }
};

template <class Widget>
Widget* findIn(QWidget& within, const QString& name) {
    auto* found = within.findChild<Widget*>(name);
    if (!found) qFatal("there is no %s", qPrintable(name));
    return found;
}
