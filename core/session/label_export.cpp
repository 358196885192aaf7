// SPDX-License-Identifier: GPL-3.0-or-later
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include "analysis/label_majority.h"
#include "base/files.h"
#include "data/label_file.h"
#include "session/label_files.h"

namespace plumb {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::int64_t page_size = 1000;

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

/// Writes what the form makes of items, or counts it alone.
class Exporter {
public:
    /// file: null where nothing is written.
    Exporter(const LabelsToExport& what, AtomicFile* file) : what_(what), file_(file) {}

    const LabelExportReport& report() const { return report_; }

    Status add(const LabelItem& item, std::span<const Verdict> verdicts) {
        const bool keeps_all = what_.form == LabelExportForm::verdicts;
        const std::string about = file_ && (what_.provenance || keeps_all)
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
                       : write(labelled_completion_line(prompt, a, choice == Choice::good, about));
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
            return add_without_winner(prompt, a, b, *choice, about);
        const bool a_wins = *choice == Choice::a;
        if (what_.form == LabelExportForm::preference)
            return write(preference_line(prompt, a_wins ? a : b, a_wins ? b : a, about));
        PLUMB_TRY_STATUS(write(labelled_completion_line(prompt, a, a_wins, about)));
        return write(labelled_completion_line(prompt, b, !a_wins, about));
    }

private:
    Status add_without_winner(const LabelText& prompt, const LabelText& a, const LabelText& b,
                              Choice choice, const std::string& about) {
        const bool tie = choice == Choice::tie;
        if ((tie ? what_.ties : what_.both_bad) == NoWinner::drop) {
            ++(tie ? report_.ties : report_.both_bad);
            return {};
        }
        if (what_.form == LabelExportForm::preference) {
            PLUMB_TRY_STATUS(write(preference_line(prompt, a, b, about)));
            return write(preference_line(prompt, b, a, about));
        }
        PLUMB_TRY_STATUS(write(labelled_completion_line(prompt, a, tie, about)));
        return write(labelled_completion_line(prompt, b, tie, about));
    }

    Status write(const std::string& line) {
        ++report_.rows;
        return file_ ? file_->append(line + '\n') : Status();
    }

    const LabelsToExport& what_;
    AtomicFile* file_;
    LabelExportReport report_;
};

/// Hands all items with their verdicts to the exporter.
Status add_all(StoreReader& reader, LabelQueueId queue, Exporter& exporter,
               const std::stop_token& stop,
               const std::function<void(std::int64_t, std::int64_t)>& progress) {
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
            PLUMB_TRY_STATUS(exporter.add(item, std::span(verdicts).subspan(from, to - from)));
            from = to;
        }
    }
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
    AtomicFile file(what.file);
    Exporter exporter(what, &file);
    PLUMB_TRY_STATUS(add_all(reader, what.queue, exporter, stop, progress));
    PLUMB_TRY_STATUS(file.publish());
    return exporter.report();
}

Result<LabelExportReport> count_labels_to_export(StoreReader& reader, const LabelsToExport& what,
                                                 const std::stop_token& stop) {
    Exporter exporter(what, nullptr);
    PLUMB_TRY_STATUS(add_all(reader, what.queue, exporter, stop, {}));
    return exporter.report();
}

}  // namespace plumb
