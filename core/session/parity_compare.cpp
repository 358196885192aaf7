// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <stdexcept>

#include <ATen/ATen.h>

#include "base/files.h"
#include "base/strings.h"
#include "config/fields.h"
#include "session/parity_checks.h"

namespace plumb::parity {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The distance as a share of what is allowed; equal numbers are always right, a NaN only beside
/// a NaN.
double error_share(double actual, double expected, Tolerance tolerance) {
    if (actual == expected || (std::isnan(actual) && std::isnan(expected))) return 0;
    const double allowed = tolerance.absolute + tolerance.relative * std::abs(expected);
    const double share = std::abs(actual - expected) / allowed;
    return std::isnan(share) ? infinity : share;
}

std::string shape_text(const at::Tensor& tensor) {
    std::vector<std::string> sizes;
    for (const auto size : tensor.sizes()) sizes.push_back(std::to_string(size));
    return "[" + join(sizes, ", ") + "]";
}

}  // namespace

void Comparison::add(const std::string& what, double error) {
    ++compared_;
    if (!worst_.empty() && error <= largest_error_) return;
    largest_error_ = error;
    worst_ = what;
}

void Comparison::close(const std::string& what, double actual, double expected,
                       Tolerance tolerance) {
    const double error = error_share(actual, expected, tolerance);
    add(error > 1 ? what + " is " + format_number(actual) + ", reference " + format_number(expected)
                  : what,
        error);
}

void Comparison::close(const std::string& what, const at::Tensor& actual,
                       const at::Tensor& expected, Tolerance tolerance) {
    if (actual.sizes() != expected.sizes()) {
        fail(what + " has the shape " + shape_text(actual) + ", reference " + shape_text(expected));
        return;
    }
    const at::Tensor a = actual.detach().to(at::kDouble).contiguous();
    const at::Tensor e = expected.detach().to(at::kDouble).contiguous();
    const double* const left = a.data_ptr<double>();
    const double* const right = e.data_ptr<double>();
    double largest = 0;
    for (std::int64_t i = 0; i < a.numel(); ++i)
        largest = std::max(largest, error_share(left[i], right[i], tolerance));
    add(what, largest);
}

void Comparison::equal(const std::string& what, const std::vector<std::int64_t>& actual,
                       const std::vector<std::int64_t>& expected) {
    if (actual.size() != expected.size()) {
        fail(what + " has " + std::to_string(actual.size()) + " entries, reference " +
             std::to_string(expected.size()));
        return;
    }
    const auto [left, right] = std::mismatch(actual.begin(), actual.end(), expected.begin());
    if (left == actual.end()) {
        add(what, 0);
        return;
    }
    fail(what + " differs at " + std::to_string(left - actual.begin()) + ": " +
         std::to_string(*left) + ", reference " + std::to_string(*right));
}

void Comparison::fail(const std::string& why) {
    if (failure_.empty()) failure_ = why;
}

ParityLine Comparison::line() const {
    if (!failure_.empty()) return failed(name_, failure_);
    if (compared_ == 0) return failed(name_, "nothing was compared");
    return {name_, largest_error_ <= 1, largest_error_, worst_};
}

ParityLine failed(const std::string& name, const std::string& why) {
    return {name, false, infinity, why};
}

ParityLine not_supported(const std::string& name, const std::string& why) {
    return failed(name, why.empty() ? "not supported yet" : "not supported yet: " + why);
}

std::optional<std::string> failure_of(const std::function<void()>& work) {
    try {
        work();
        return std::nullopt;
    } catch (const c10::Error& problem) {
        return problem.what_without_backtrace();
    } catch (const std::exception& problem) {
        return problem.what();
    }
}

void run_case(const std::string& name, const Report& report,
              const std::function<void(Comparison&)>& check) {
    Comparison comparison(name);
    if (const auto failure = failure_of([&] { check(comparison); })) comparison.fail(*failure);
    report(comparison.line());
}

const at::Tensor& tensor(const std::map<std::string, at::Tensor>& tensors,
                         const std::string& name) {
    const auto found = tensors.find(name);
    if (found == tensors.end()) throw std::runtime_error("tensor " + name + " is missing");
    return found->second;
}

std::string read_text(const std::filesystem::path& file) {
    auto text = read_file(file);
    if (!text.ok()) throw std::runtime_error(text.error().message);
    return std::move(text).value();
}

void set_from_text(const std::string& key, const std::string& text, Settings& settings) {
    const Status status = set_field(key, settings, text);
    if (!status.ok()) throw std::runtime_error("not supported yet: " + status.error().message);
}

std::vector<std::vector<std::int64_t>> masked_rows(const at::Tensor& values,
                                                   const at::Tensor& mask) {
    const at::Tensor ids = values.to(at::kLong), on = mask != 0;
    std::vector<std::vector<std::int64_t>> rows;
    for (std::int64_t i = 0; i < ids.size(0); ++i)
        rows.push_back(to_ids(ids[i].masked_select(on[i])));
    return rows;
}

std::vector<std::int64_t> to_ids(const at::Tensor& values) {
    const at::Tensor ids = values.to(at::kLong).contiguous();
    return {ids.const_data_ptr<std::int64_t>(), ids.const_data_ptr<std::int64_t>() + ids.numel()};
}

}  // namespace plumb::parity
