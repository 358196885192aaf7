// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What the checks of losses/* share; internal to run_parity(). Json is nlohmann's, which stands in
// .cpp files alone.

#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "model/safetensors.h"
#include "session/parity_checks.h"

namespace plumb::parity {

/// losses/<stem>.json, and the tensors beside it where there are any.
template <class Json>
struct LossData {
    Json description;
    TensorMap tensors;
};

template <class Json>
std::string case_name(const Json& item) {
    return item.at("name").template get<std::string>();
}

/// The tensors beside losses/<stem>.json; none where there is no such file. Throws
/// std::runtime_error where it cannot be read.
TensorMap read_loss_tensors(const std::filesystem::path& stem);

/// Calls check with the data, or reports why the files cannot be read.
template <class Json, class Check>
void check_cases(const std::filesystem::path& stem, const std::string& name, const Report& report,
                 const Check& check) {
    const auto failure = failure_of([&] {
        check(LossData<Json>{Json::parse(read_text(stem.string() + ".json")),
                             read_loss_tensors(stem)});
    });
    if (failure) report(failed(name, *failure));
}

/// Every metric of the reference must be among the actual ones and agree.
template <class Json>
void compare_metrics(Comparison& comparison, const std::map<std::string, double>& actual,
                     const Json& expected) {
    for (const auto& [key, value] : expected.items()) {
        const auto found = actual.find(key);
        if (found == actual.end())
            comparison.fail("not supported yet: metric " + key);
        else
            comparison.close(key, found->second, value.template get<double>(), loss_tolerance);
    }
}

/// A list of numbers; null is NaN.
template <class Json>
std::vector<double> numbers(const Json& list) {
    std::vector<double> values;
    for (const auto& value : list)
        values.push_back(value.is_null() ? std::numeric_limits<double>::quiet_NaN()
                                         : value.template get<double>());
    return values;
}

}  // namespace plumb::parity
