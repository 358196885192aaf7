// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace plumb::jinja {

/// What goes wrong inside of a template; caught where it is read or rendered, which adds the place.
struct Problem {
    std::string message;
};

/// What one rendering may take. The largest published templates with a long conversation take under
/// a hundredth of it.
struct Limits {
    std::uint64_t work = 10'000'000;              ///< about one for each part of an expression
    std::size_t memory = std::size_t{256} << 20;  ///< bytes that values hold at one time
    std::size_t output = std::size_t{32} << 20;   ///< bytes of the text, and of any one value
    int depth = 250;  ///< of expressions, blocks and macro calls within each other
};

/// Counts what a rendering takes; throws Problem beyond the limits.
class Meter {
public:
    explicit Meter(const Limits& limits) : limits_(limits) {}
    Meter(const Meter&) = delete;
    Meter& operator=(const Meter&) = delete;

    void work(std::uint64_t amount) {
        if (amount > limits_.work - worked_)
            throw Problem{"the template takes too many steps; does it loop without end?"};
        worked_ += amount;
    }
    /// Work on bytes, which goes faster.
    void work_on_bytes(std::size_t bytes) { work(1 + bytes / 64); }
    /// Work on each character of a text.
    void work_on_characters(std::size_t bytes) { work(1 + bytes / 8); }
    void hold(std::size_t bytes) {
        if (bytes > limits_.memory - held_)
            throw Problem{"the values of the template take too much memory"};
        held_ += bytes;
    }
    void release(std::size_t bytes) { held_ -= bytes; }
    /// To be asked before a text of this size is made.
    void check_size(std::size_t bytes) const {
        if (bytes > limits_.output)
            throw Problem{"a text of the template grows beyond " +
                          std::to_string(limits_.output >> 20) + " MB"};
    }
    const Limits& limits() const { return limits_; }

private:
    Limits limits_;
    std::uint64_t worked_ = 0;
    std::size_t held_ = 0;
};

/// Memory that counts until this goes.
class Held {
public:
    Held() = default;
    Held(Meter* meter, std::size_t bytes) : meter_(meter), bytes_(bytes) {
        if (meter_) meter_->hold(bytes_);
    }
    Held(Held&& other) noexcept
        : meter_(std::exchange(other.meter_, nullptr)), bytes_(other.bytes_) {}
    Held& operator=(Held&& other) noexcept {
        std::swap(meter_, other.meter_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~Held() {
        if (meter_) meter_->release(bytes_);
    }

private:
    Meter* meter_ = nullptr;
    std::size_t bytes_ = 0;
};

}  // namespace plumb::jinja
