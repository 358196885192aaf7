// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace plumb {

struct Tick {
    double value = 0;
    std::string label;
};

/// A range of values on a line, with the places that are labelled.
struct Axis {
    double minimum = 0;
    double maximum = 1;
    bool logarithmic = false;
    std::vector<Tick> ticks;

    /// 0 at the minimum, 1 at the maximum; NaN where the axis cannot show the value.
    double position(double value) const;
};

/// An axis that begins and ends at a tick and holds both values: 4 to 6 ticks at multiples of 1, 2,
/// 2.5 or 5 times a power of ten. Equal values get some room around them.
/// Preconditions: finite, low <= high.
Axis value_axis(double low, double high);

/// A logarithmic axis over the values: ticks at powers of ten, or at 1, 2 and 5 times these where
/// there are few. Preconditions: finite, 0 < low <= high.
Axis log_axis(double low, double high);

/// An axis of whole steps that begins and ends exactly at the two, with up to 6 ticks between.
Axis step_axis(std::int64_t first, std::int64_t last);

/// An axis of seconds that begins and ends exactly at the two, with up to 6 ticks at round times.
Axis time_axis(double first, double last);
/// The axis cut down to begin and end exactly at the two, with the ticks that lie between them.
/// Precondition: first < last.
Axis cut_axis(Axis axis, double first, double last);

/// The smallest round time that cuts the range, in seconds, into at most so many parts: 1, 2, 5,
/// 10, 15 and 30 seconds or minutes, hours, days; below a second 1, 2 or 5 times a power of ten.
double time_step(double range, int parts);
/// "0", "45s", "1m30", "2h05", "3d04h": as ticks need it that are so many seconds apart.
std::string short_time(double seconds, double step = 1);

/// The number as ticks need it that are so far apart on an axis whose largest value is given: one
/// suffix for all of them and as many digits as tell neighbours apart: "0.5T", "1.25T".
std::string tick_label(double value, double largest, double step);

/// About three significant digits: "0.974", "12.3", "21k", "1.28M", "3e-4", "NaN".
std::string short_number(double value);

}  // namespace plumb
