// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/answer_feed.h"

#include <algorithm>
#include <map>

#include "bridge/session_bridge.h"
#include "common/text.h"

namespace plumb::ui {
namespace {

/// Prompts of the run's last evaluation, in the order in which they were asked.
Result<std::vector<std::string>> lastPrompts(StoreReader& reader, RunId run) {
    CompletionFilter filter;
    filter.source = CompletionSource::held_out;
    PLUMB_TRY(const auto last,
              reader.completion_page(run, filter, {.descending = true}, {.limit = 1}));
    std::vector<std::string> prompts;
    if (last.empty()) return prompts;
    filter.first_step = filter.last_step = last.front().record.step;
    // Rows of evaluations are -1, -2, ...
    PLUMB_TRY(const auto rows,
              reader.completion_page(run, filter, {.descending = true}, {.limit = -1}));
    for (const PlacedCompletion& row : rows) prompts.push_back(row.record.prompt);
    return prompts;
}

Result<AskedPrompts> promptsOf(StoreReader& reader, const std::vector<RunId>& runs) {
    AskedPrompts asked;
    std::map<std::string, std::size_t> places;
    std::map<std::string, std::size_t> lastRun;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        PLUMB_TRY(const auto prompts, lastPrompts(reader, runs[i]));
        asked.evaluated.push_back(!prompts.empty());
        for (const std::string& text : prompts) {
            const auto [place, isNew] = places.try_emplace(text, asked.prompts.size());
            if (isNew) asked.prompts.push_back({.text = text});
            // A run may ask a prompt twice.
            if (const auto [at, first] = lastRun.try_emplace(text, i); !first && at->second == i)
                continue;
            lastRun[text] = i;
            ++asked.prompts[place->second].runs;
        }
    }
    std::map<std::string, std::size_t> pinned;
    for (const RunId run : runs) {
        PLUMB_TRY(const auto answered, reader.pinned_prompts(run));
        for (const PinnedPrompt& prompt : answered)
            if (prompt.answers > 0) ++pinned[prompt.prompt];
    }
    for (const auto& [text, count] : pinned) {
        const auto [place, isNew] = places.try_emplace(text, asked.prompts.size());
        if (isNew) asked.prompts.push_back({.text = text});
        AskedPrompt& prompt = asked.prompts[place->second];
        prompt.pinned = true;
        prompt.runs = std::max(prompt.runs, count);
    }
    // What all have answered can be compared best; pinned ones are what the user looks for.
    std::ranges::stable_sort(asked.prompts, [](const AskedPrompt& a, const AskedPrompt& b) {
        return a.pinned != b.pinned ? a.pinned : a.runs > b.runs;
    });
    return asked;
}

Result<PromptAnswers> answersOf(StoreReader& reader, const std::string& prompt,
                                const std::vector<RunId>& runs) {
    PromptAnswers found{.prompt = prompt, .answers = {}};
    CompletionFilter filter;
    filter.prompt = prompt;
    for (const RunId run : runs) {
        PLUMB_TRY(const auto rows, reader.completion_page(run, filter, {}, {.limit = -1}));
        auto& answers = found.answers.emplace_back();
        for (const PlacedCompletion& row : rows) {
            const CompletionRecord& record = row.record;
            if (answers.empty() || answers.back().step != record.step)
                answers.push_back(record);
            else if (record.held_out() && record.row > answers.back().row)
                answers.back() = record;
        }
    }
    return found;
}

}  // namespace

AnswerFeed::AnswerFeed(SessionBridge& bridge, QObject* parent)
    : QObject(parent), m_bridge(bridge) {}

void AnswerFeed::forget() {
    ++m_askedPrompts;
    ++m_askedAnswers;
}

void AnswerFeed::readPrompts(const std::vector<RunId>& runs) {
    m_bridge.query(
        this, [runs](StoreReader& reader) { return promptsOf(reader, runs); },
        [this, asked = ++m_askedPrompts](const Result<AskedPrompts>& prompts) {
            if (asked != m_askedPrompts) return;
            if (prompts.ok())
                Q_EMIT promptsRead(*prompts);
            else
                Q_EMIT failed(toQString(prompts.error().message));
        });
}

void AnswerFeed::readAnswers(const std::string& prompt, const std::vector<RunId>& runs) {
    m_bridge.query(
        this, [prompt, runs](StoreReader& reader) { return answersOf(reader, prompt, runs); },
        [this, asked = ++m_askedAnswers](const Result<PromptAnswers>& answers) {
            if (asked != m_askedAnswers) return;
            if (answers.ok())
                Q_EMIT answersRead(*answers);
            else
                Q_EMIT failed(toQString(answers.error().message));
        });
}

}  // namespace plumb::ui
