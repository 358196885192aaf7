// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <set>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include "analysis/label_majority.h"
#include "base/files.h"
#include "base/random.h"
#include "data/label_file.h"
#include "session/label_files.h"
#include "session/label_origin.h"

namespace plumb {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::int64_t page_size = 1000;
constexpr std::uint64_t held_out_seed = 1;

std::optional<Choice> outcome(std::span<const Verdict> verdicts, const LabelsToExport& what,
                              bool& split) {
    if (!what.annotator) {
        std::vector<Choice> choices;
        for (const Verdict& verdict : verdicts)
            if (verdict.round == 0) choices.push_back(verdict.choice);
        const Majority most = majority_of(choices);
        split = most.split;
        return most.choice;
    }
    for (const Verdict& verdict : verdicts)
        if (verdict.annotator == *what.annotator && verdict.round == 0 &&
            verdict.choice != Choice::skip)
            return verdict.choice;
    return std::nullopt;
}

Json verdict_json(const Verdict& verdict) {
    Json json;
    json["id"] = verdict.id;
    json["annotator"] = verdict.annotator;
    json["choice"] = to_string(verdict.choice);
    if (verdict.strength) json["strength"] = *verdict.strength;
    if (!verdict.note.empty()) json["note"] = verdict.note;
    if (verdict.seconds) json["seconds"] = *verdict.seconds;
    if (verdict.a_left) json["a_left"] = *verdict.a_left;
    if (verdict.round > 0) json["round"] = verdict.round;
    json["time_ms"] = verdict.time_ms;
    return json;
}

std::string provenance_of(const LabelItem& item, std::span<const Verdict> verdicts) {
    Json json;
    json["queue"] = item.queue;
    json["item"] = item.id;
    json["origin"] = Json::parse(item.origin, nullptr, false);
    if (json["origin"].is_discarded()) json["origin"] = nullptr;
    json["verdicts"] = Json::array();
    for (const Verdict& verdict : verdicts) json["verdicts"].push_back(verdict_json(verdict));
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

PairFacts facts_of(const LabelItem& item, bool a_wins) {
    const AnswerOrigins origins = answer_origins(item);
    const AnswerOrigin& chosen = a_wins ? origins.a : origins.b;
    const AnswerOrigin& rejected = a_wins ? origins.b : origins.a;
    PairFacts facts{chosen.ended, rejected.ended, {}};
    if (chosen.gold && rejected.gold) facts.gold_margin = *chosen.gold - *rejected.gold;
    return facts;
}

/// A draw that depends on the prompt alone, so that more verdicts move few prompts from one file to
/// the other.
std::uint64_t lot_of(const std::string& prompt) { return derive_seed(held_out_seed, prompt); }

using EachItem = std::function<Status(const LabelItem& item, std::span<const Verdict> verdicts)>;

using Progress = std::function<void(std::int64_t done, std::int64_t total)>;

/// The items of the queue in their order, each with its standing verdicts.
Status for_each_item(StoreReader& reader, LabelQueueId queue, const std::stop_token& stop,
                     const Progress& progress, const EachItem& use) {
    PLUMB_TRY(const LabelQueue all, reader.label_queue(queue));
    for (std::int64_t behind = 0, done = 0;;) {
        if (progress) progress(done, all.items);
        if (stop.stop_requested())
            return Error{ErrorCode::cancelled, "the export was stopped; nothing was written"};
        PLUMB_TRY(const auto items, reader.label_items(queue, behind, page_size));
        if (items.empty()) return {};
        PLUMB_TRY(const auto verdicts, reader.standing_verdicts(queue, behind, items.back().place));
        behind = items.back().place;
        done += static_cast<std::int64_t>(items.size());
        std::size_t from = 0;
        for (const LabelItem& item : items) {
            std::size_t to = from;
            while (to < verdicts.size() && verdicts[to].item == item.id) ++to;
            PLUMB_TRY_STATUS(use(item, std::span(verdicts).subspan(from, to - from)));
            from = to;
        }
    }
}

/// The highest lot of a prompt that is held out; nothing where none is. Of two prompts or more at
/// least one is held out and one is not.
Result<std::optional<std::uint64_t>> held_out_lots(StoreReader& reader, const LabelsToExport& what,
                                                   const std::stop_token& stop) {
    std::set<std::uint64_t> lots;
    if (what.held_out <= 0) return std::optional<std::uint64_t>();
    PLUMB_TRY_STATUS(for_each_item(reader, what.queue, stop, {},
                                   [&](const LabelItem& item, std::span<const Verdict> verdicts) {
                                       bool split = false;
                                       if (outcome(verdicts, what, split))
                                           lots.insert(lot_of(item.prompt));
                                       return Status();
                                   }));
    if (lots.size() < 2) return std::optional<std::uint64_t>();
    const auto wanted = std::llround(what.held_out * static_cast<double>(lots.size()));
    const auto count = std::clamp<std::int64_t>(wanted, 1, std::ssize(lots) - 1);
    return std::optional(*std::next(lots.begin(), count - 1));
}

/// Of a single answer: nothing where nobody, or no majority, has judged it.
std::optional<bool> label_of(const std::optional<Choice>& choice) {
    if (!choice) return std::nullopt;
    return *choice == Choice::good;
}

/// Where rows go.
struct Files {
    AtomicFile& rows;
    AtomicFile& held_out;
};

/// Writes what the form makes of items, or counts it alone.
class Exporter {
public:
    /// files: nothing where nothing is written. last_lot: see held_out_lots().
    Exporter(const LabelsToExport& what, std::optional<Files> files,
             std::optional<std::uint64_t> last_lot)
        : what_(what), files_(files), last_lot_(last_lot) {}

    const LabelExportReport& report() const { return report_; }

    Status add(const LabelItem& item, std::span<const Verdict> verdicts) {
        holds_out_ = last_lot_ && lot_of(item.prompt) <= *last_lot_;
        const bool keeps_all = what_.form == LabelExportForm::verdicts;
        const std::string about = files_ && (what_.provenance || keeps_all)
                                      ? provenance_of(item, verdicts)
                                      : std::string();
        const LabelText prompt{item.prompt, item.prompt_is_chat};
        const LabelText a{item.answer_a, item.answers_are_chat};
        const LabelText b{item.answer_b.value_or(""), item.answers_are_chat};
        bool split = false;
        const auto choice = outcome(verdicts, what_, split);
        if (!choice) ++(split ? report_.undecided : report_.unjudged);
        if (keeps_all)
            return item.answer_b
                       ? write(unlabelled_pair_line(prompt, a, b, about))
                       : write(labelled_completion_line(prompt, a, label_of(choice), about));
        if (!choice) return {};
        if (*choice == Choice::good || *choice == Choice::bad) {
            // One answer makes no preference.
            if (what_.form == LabelExportForm::preference) {
                ++report_.single;
                return {};
            }
            return write(labelled_completion_line(prompt, a, *choice == Choice::good, about));
        }
        if (*choice == Choice::tie || *choice == Choice::both_bad)
            return add_without_winner(item, prompt, a, b, *choice, about);
        const bool a_wins = *choice == Choice::a;
        if (what_.form == LabelExportForm::preference)
            return write(preference_line(prompt, a_wins ? a : b, a_wins ? b : a, about,
                                         facts_of_row(item, a_wins)));
        PLUMB_TRY_STATUS(write(labelled_completion_line(prompt, a, a_wins, about)));
        return write(labelled_completion_line(prompt, b, !a_wins, about));
    }

private:
    Status add_without_winner(const LabelItem& item, const LabelText& prompt, const LabelText& a,
                              const LabelText& b, Choice choice, const std::string& about) {
        const bool tie = choice == Choice::tie;
        if ((tie ? what_.ties : what_.both_bad) == NoWinner::drop) {
            ++(tie ? report_.ties : report_.both_bad);
            return {};
        }
        if (what_.form == LabelExportForm::preference) {
            PLUMB_TRY_STATUS(write(preference_line(prompt, a, b, about, facts_of_row(item, true))));
            return write(preference_line(prompt, b, a, about, facts_of_row(item, false)));
        }
        PLUMB_TRY_STATUS(write(labelled_completion_line(prompt, a, tie, about)));
        return write(labelled_completion_line(prompt, b, tie, about));
    }

    PairFacts facts_of_row(const LabelItem& item, bool a_wins) const {
        return what_.provenance ? facts_of(item, a_wins) : PairFacts{};
    }

    Status write(const std::string& line) {
        ++(holds_out_ ? report_.held_out : report_.rows);
        if (!files_) return {};
        return (holds_out_ ? files_->held_out : files_->rows).append(line + '\n');
    }

    const LabelsToExport& what_;
    const std::optional<Files> files_;
    const std::optional<std::uint64_t> last_lot_;
    bool holds_out_ = false;  ///< of the item at hand
    LabelExportReport report_;
};

/// Hands all items with their verdicts to the exporter.
Status add_all(StoreReader& reader, LabelQueueId queue, Exporter& exporter,
               const std::stop_token& stop, const Progress& progress) {
    return for_each_item(reader, queue, stop, progress,
                         [&](const LabelItem& item, std::span<const Verdict> verdicts) {
                             return exporter.add(item, verdicts);
                         });
}

}  // namespace

std::optional<LabelExportForm> parse_label_export_form(std::string_view name) {
    if (name == "preference") return LabelExportForm::preference;
    if (name == "completion") return LabelExportForm::completion;
    if (name == "verdicts") return LabelExportForm::verdicts;
    return std::nullopt;
}

Result<LabelExportReport> export_labels(
    StoreReader& reader, const LabelsToExport& what, const std::stop_token& stop,
    const std::function<void(std::int64_t, std::int64_t)>& progress) {
    PLUMB_TRY(const auto last_lot, held_out_lots(reader, what, stop));
    AtomicFile file(what.file), held_out(what.held_out_file);
    Exporter exporter(what, Files{file, held_out}, last_lot);
    PLUMB_TRY_STATUS(add_all(reader, what.queue, exporter, stop, progress));
    if (last_lot) PLUMB_TRY_STATUS(held_out.publish());
    PLUMB_TRY_STATUS(file.publish());
    return exporter.report();
}

Result<LabelExportReport> count_labels_to_export(StoreReader& reader, const LabelsToExport& what,
                                                 const std::stop_token& stop) {
    PLUMB_TRY(const auto last_lot, held_out_lots(reader, what, stop));
    Exporter exporter(what, {}, last_lot);
    PLUMB_TRY_STATUS(add_all(reader, what.queue, exporter, stop, {}));
    return exporter.report();
}

}  // namespace plumb
