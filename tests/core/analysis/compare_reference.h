// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cmath>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "base/strings.h"

/// Words of a file of compare-data/, which make_reference.py has written.
class ReferenceWords {
public:
    explicit ReferenceWords(const std::string& name)
        : in_(PLUMBLINE_SOURCE_DIR "/tests/core/analysis/compare-data/" + name) {}

    /// Empty at the end.
    std::string word() {
        std::string word;
        in_ >> word;
        return word;
    }
    std::size_t count() { return std::stoul(word()); }
    std::optional<double> maybe() { return plumb::parse_double(word()); }
    double number() { return maybe().value(); }
    std::vector<double> numbers(std::size_t count) {
        std::vector<double> all;
        for (std::size_t i = 0; i < count; ++i) all.push_back(number());
        return all;
    }

private:
    std::ifstream in_;
};

inline bool is_near(double x, double y, double tolerance = 1e-6) {
    return std::abs(x - y) <= tolerance;
}
