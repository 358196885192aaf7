// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/run_control.h"

#include "base/clock.h"
#include "config/fields.h"
#include "config/validation.h"

namespace plumb {

void RunControl::set_wish(Wish wish) {
    {
        std::lock_guard lock(mutex_);
        // A run that was told to end does not take up again.
        if (wish_ == Wish::finish || wish_ == Wish::keep) return;
        wish_ = wish;
    }
    changed_.notify_all();
}

void RunControl::pause() { set_wish(Wish::pause); }
void RunControl::go_on() { set_wish(Wish::go_on); }
void RunControl::finish() { set_wish(Wish::finish); }
void RunControl::keep() { set_wish(Wish::keep); }

void RunControl::abort() {
    stop_.request_stop();
    changed_.notify_all();
}

Status RunControl::edit(const std::string& key, const std::string& value,
                        const std::string& reason) {
    const Field* field = find_field(key);
    std::lock_guard lock(mutex_);
    Settings edited = settings_;
    PLUMB_TRY_STATUS(set_field(key, edited, value));
    if (!field->live)
        return invalid_input(key +
                             " cannot be changed while a run goes on; set it before the start");
    PLUMB_TRY_STATUS(validate(edited));
    EditRecord record;
    record.key = key;
    record.old_value = field_text(*field, settings_);
    record.new_value = field_text(*field, edited);
    record.reason = reason;
    record.time_ms = unix_milliseconds();
    settings_ = edited;
    pending_.push_back(std::move(record));
    changed_.notify_all();
    return {};
}

Settings RunControl::settings() const {
    std::lock_guard lock(mutex_);
    return settings_;
}

void RunControl::keep_at(std::int64_t step) {
    std::lock_guard lock(mutex_);
    keep_at_ = step;
}

RunControl::Wish RunControl::wish(std::int64_t step) const {
    std::lock_guard lock(mutex_);
    if (wish_ == Wish::go_on && keep_at_ && step >= *keep_at_) return Wish::keep;
    return wish_;
}

std::vector<EditRecord> RunControl::take_edits() {
    std::lock_guard lock(mutex_);
    return std::exchange(pending_, {});
}

bool RunControl::has_edits() const {
    std::lock_guard lock(mutex_);
    return !pending_.empty();
}

void RunControl::set_settings(const Settings& settings) {
    std::lock_guard lock(mutex_);
    settings_ = settings;
    for (const EditRecord& edit : pending_) (void)set_field(edit.key, settings_, edit.new_value);
}

void RunControl::wait(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    const Wish before = wish_;
    changed_.wait_for(lock, timeout, [&] {
        return wish_ != before || !pending_.empty() || stop_.stop_requested();
    });
}

}  // namespace plumb
