// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/store_monitor.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "base/files.h"
#include "base/log.h"
#include "base/strings.h"
#include "config/fields.h"
#include "config/roles.h"
#include "config/validation.h"
#include "session/label_trace.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

constexpr double disk_check_seconds = 2.0;

std::string step_folder_name(std::int64_t step) {
    std::string digits = std::to_string(step);
    return "step-" + std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits;
}

void log_edit(const EditRecord& edit) {
    log_info("step " + std::to_string(edit.step) + ": " + edit.key + " " + edit.old_value + " -> " +
             edit.new_value);
}

}  // namespace

StoreMonitor::StoreMonitor(Store& store, RunId run, RunControl& control, PolicyLoan& loan,
                           std::vector<EditRecord> replay, std::vector<PlannedEdit> planned,
                           Emit emit)
    : store_(store),
      run_(run),
      control_(control),
      loan_(loan),
      tokens_(store, run),
      replay_(std::move(replay)),
      planned_(std::move(planned)),
      emit_(std::move(emit)) {}

void StoreMonitor::progress(std::string_view phase, std::int64_t done, std::int64_t total,
                            double tokens_per_second) {
    if (phase != phase_) {
        phase_ = phase;
        phase_watch_.restart();
        phase_first_ = done;
        log_info("phase: " + phase_);
    }
    Progress event;
    event.run = run_;
    event.phase = phase_;
    event.done = done;
    event.total = total;
    event.tokens_per_second = tokens_per_second;
    if (phase_ == "train") total_steps_ = total;
    if (total > 0 && done > phase_first_)
        event.seconds_left = phase_watch_.seconds() / static_cast<double>(done - phase_first_) *
                             static_cast<double>(total - done);
    emit_(std::move(event), false);
}

void StoreMonitor::metrics(std::int64_t step, const Metrics& metrics) {
    const bool update = is_update(metrics);
    if (update) step_ = step;
    store_.add_metrics(run_, step, metrics, total_steps_);
    StepDone event;
    event.run = run_;
    event.step = step;
    event.total_steps = total_steps_;
    event.seconds = run_watch_.seconds();
    event.metrics = metrics;
    emit_(std::move(event), false);
}

void StoreMonitor::completions(std::int64_t step, std::vector<CompletionRecord> rows) {
    store_.add_completions(run_, step, std::move(rows));
}

void StoreMonitor::batch(std::int64_t step, std::vector<std::string> sources) {
    if (!sources.empty()) store_.add_batch_rows(run_, step, rows_by_file(sources, store_.folder()));
}

void StoreMonitor::tokens(std::int64_t step, std::vector<MeasuredTokens> rows) {
    tokens_.keep(step, rows);
}

Result<Decision> StoreMonitor::between_steps(std::int64_t step, Settings& settings,
                                             const Policy& policy) {
    step_ = step;
    // How far a budget lasts is told by the trainer's progress.
    if (!has_budget(settings)) total_steps_ = std::max(total_steps_, settings.max_steps);
    min_free_bytes_ = static_cast<std::uint64_t>(settings.min_free_mb) * 1'000'000;
    PLUMB_TRY_STATUS(apply_edits(step, settings));
    PLUMB_TRY_STATUS(
        tokens_.set_limit(static_cast<std::uint64_t>(settings.token_data_mb) * 1'000'000));
    save_total_limit_ = settings.save_total_limit;
    if (control_.aborted()) return cancelled();
    switch (control_.wish(step_)) {
        case RunControl::Wish::finish: return Decision::finish;
        case RunControl::Wish::keep: return Decision::keep;
        case RunControl::Wish::pause: return wait_while_paused(step, settings, policy);
        case RunControl::Wish::go_on: break;
    }
    if (disk_watch_.seconds() > disk_check_seconds) {
        disk_watch_.restart();
        PLUMB_TRY_STATUS(wait_for_space());
    }
    return Decision::go_on;
}

Status StoreMonitor::apply_edits(std::int64_t step, Settings& settings) {
    bool replayed = false;
    while (!replay_.empty() && replay_.front().step <= step) {
        PLUMB_TRY_STATUS(set_field(replay_.front().key, settings, replay_.front().new_value));
        emit_(SettingEdited{run_, replay_.front()}, true);
        replay_.erase(replay_.begin());
        replayed = true;
    }
    while (!planned_.empty() && planned_.front().step <= step) {
        PLUMB_TRY_STATUS(make_planned(step, settings));
        replayed = true;
    }
    if (replayed) control_.set_settings(settings);
    for (EditRecord& edit : control_.take_edits()) {
        edit.step = step;
        PLUMB_TRY_STATUS(apply(std::move(edit), settings));
    }
    return {};
}

Status StoreMonitor::apply(EditRecord edit, Settings& settings) {
    PLUMB_TRY_STATUS(set_field(edit.key, settings, edit.new_value));
    // From here on the run differs from what an earlier attempt may have stored.
    PLUMB_TRY_STATUS(store_.remove_rows_after(run_, edit.step));
    PLUMB_TRY_STATUS(store_.add_edit(run_, edit));
    log_edit(edit);
    emit_(SettingEdited{run_, std::move(edit)}, true);
    return {};
}

Status StoreMonitor::make_planned(std::int64_t step, Settings& settings) {
    const PlannedEdit planned = planned_.front();
    planned_.erase(planned_.begin());
    Settings edited = settings;
    Status fits = set_field(planned.key, edited, planned.value);
    if (fits) fits = validate(edited);
    if (!fits) {
        // Edits by hand can come in between; the run is worth more than this edit.
        log_warning("step " + std::to_string(step) + ": the edit of " + planned.key + " to " +
                    planned.value + " was left out: " + fits.error().message);
        return store_.settle_planned_edit(run_, planned, {});
    }
    EditRecord edit;
    edit.step = step;
    edit.key = planned.key;
    edit.old_value = field_text(*find_field(planned.key), settings);
    edit.new_value = field_text(*find_field(planned.key), edited);
    edit.reason = planned.reason;
    edit.time_ms = unix_milliseconds();
    settings = edited;
    // What a run that goes on may have stored before it was given this edit.
    PLUMB_TRY_STATUS(store_.remove_rows_after(run_, step));
    PLUMB_TRY_STATUS(store_.settle_planned_edit(run_, planned, edit));
    log_edit(edit);
    emit_(SettingEdited{run_, std::move(edit)}, true);
    return {};
}

void StoreMonitor::tell_paused(const std::string& reason) {
    // Pausing must work with a full disk too, so that these may fail.
    if (const Status flushed = store_.flush(); !flushed) log_warning(flushed.error().message);
    if (const Status stored = store_.set_run_state(run_, RunState::paused, reason); !stored)
        log_warning(stored.error().message);
    if (!reason.empty()) log_warning("paused: " + reason);
    emit_(RunPaused{run_, step_, reason}, true);
}

void StoreMonitor::tell_continued() {
    if (const Status stored = store_.set_run_state(run_, RunState::running, ""); !stored)
        log_warning(stored.error().message);
    // The time that is left is told from the pace since here, not from the pause.
    phase_watch_.restart();
    if (phase_ == "train") phase_first_ = step_;
    emit_(RunContinued{run_}, true);
}

Result<Decision> StoreMonitor::wait_while_paused(std::int64_t step, Settings& settings,
                                                 const Policy& policy) {
    tell_paused("");
    loan_.offer(run_, policy);
    Result<Decision> decision = Decision::go_on;
    while (decision && control_.wish(step_) == RunControl::Wish::pause) {
        control_.wait(std::chrono::milliseconds(500));
        if (control_.aborted()) decision = cancelled();
        if (const Status applied = apply_edits(step, settings); !applied)
            decision = applied.error();
    }
    loan_.take_back();
    if (!decision) return decision;
    if (control_.wish(step_) == RunControl::Wish::finish) return Decision::finish;
    if (control_.wish(step_) == RunControl::Wish::keep) return Decision::keep;
    tell_continued();
    return Decision::go_on;
}

Status StoreMonitor::wait_for_space() {
    std::string problem = storage_problem();
    if (problem.empty()) return {};
    tell_paused(problem);
    while (!problem.empty()) {
        control_.wait(std::chrono::milliseconds(1000));
        if (control_.aborted()) return cancelled();
        if (control_.wish(step_) == RunControl::Wish::keep)
            return Error{ErrorCode::disk_full, problem};
        problem = storage_problem();
    }
    tell_continued();
    return {};
}

std::string StoreMonitor::storage_problem() {
    const auto free = free_bytes(store_.run_folder(run_));
    // Room for the next checkpoint beside the reserve.
    const std::uint64_t needed = min_free_bytes_ + checkpoint_bytes_;
    if (free && *free < needed)
        return "only " + format_bytes(*free) + " are free on the disk of " +
               store_.folder().string() + "; the run goes on when there are " +
               format_bytes(needed) + " (min_free_mb and a checkpoint)";
    if (const Status flushed = store_.flush(); !flushed) return flushed.error().message;
    return "";
}

Status StoreMonitor::write_into(const fs::path& temporary, const fs::path& final,
                                const CheckpointWriter& write) {
    std::error_code error;
    fs::remove_all(temporary, error);
    fs::create_directories(temporary, error);
    if (error) return file_error("cannot create", temporary, error.value());
    if (int fault = write_fault("checkpoint")) return file_error("cannot write", temporary, fault);
    Status written = write(temporary);
    if (written) written = publish_folder(temporary, final);
    if (!written) fs::remove_all(temporary, error);
    return written;
}

Status StoreMonitor::save(std::int64_t step, std::optional<double> score,
                          const CheckpointWriter& write) {
    const fs::path parent = store_.run_folder(run_) / "checkpoints";
    const fs::path final = parent / step_folder_name(step);
    fs::path temporary = final;
    temporary += ".tmp";
    std::error_code error;
    if (fs::exists(final, error)) {
        // Only a run that goes on from an older checkpoint comes by the same step again.
        PLUMB_TRY_STATUS(store_.remove_checkpoint(run_, step));
        fs::remove_all(final, error);
    }
    Status written = write_into(temporary, final, write);
    while (!written && written.error().code == ErrorCode::disk_full) {
        log_warning(written.error().message);
        // What was written is gone again, so that there may be room by the numbers now.
        control_.wait(std::chrono::milliseconds(1000));
        if (control_.aborted()) return cancelled();
        if (control_.wish(step_) == RunControl::Wish::keep) return written;
        PLUMB_TRY_STATUS(wait_for_space());
        written = write_into(temporary, final, write);
    }
    PLUMB_TRY_STATUS(written);
    checkpoint_bytes_ = folder_bytes(final);

    PLUMB_TRY(auto earlier, StoreReader::open(store_.folder()));
    PLUMB_TRY(const auto existing, earlier->checkpoints(run_));
    CheckpointRecord record;
    record.step = step;
    record.folder = fs::relative(final, store_.folder()).generic_string();
    record.score = score;
    record.is_best = score && std::ranges::none_of(existing, [&](const CheckpointRecord& other) {
                         return other.score && *other.score >= *score;
                     });
    record.bytes = checkpoint_bytes_;
    record.time_ms = unix_milliseconds();
    PLUMB_TRY_STATUS(store_.add_checkpoint(run_, record));
    PLUMB_TRY_STATUS(prune_checkpoints());
    CheckpointSaved event{run_, step, record.folder, record.is_best,
                          folder_bytes(store_.run_folder(run_))};
    emit_(std::move(event), true);
    return {};
}

Status StoreMonitor::prune_checkpoints() {
    PLUMB_TRY(auto reader, StoreReader::open(store_.folder()));
    PLUMB_TRY(auto all, reader->checkpoints(run_));
    std::ranges::sort(all, {}, &CheckpointRecord::step);
    const auto best = std::ranges::max_element(all, {}, [](const CheckpointRecord& checkpoint) {
        return checkpoint.score.value_or(-std::numeric_limits<double>::infinity());
    });
    const std::int64_t best_step = best != all.end() && best->score ? best->step : -1;
    std::ranges::reverse(all);
    const auto keep = static_cast<std::size_t>(std::max<std::int64_t>(1, save_total_limit_));
    for (std::size_t i = keep; i < all.size(); ++i) {
        if (all[i].step == best_step) continue;
        PLUMB_TRY_STATUS(store_.remove_checkpoint(run_, all[i].step));
    }
    return {};
}

}  // namespace plumb
