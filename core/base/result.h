// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace plumb {

enum class ErrorCode {
    invalid_input,  ///< a file, row, key or argument the user gave is wrong
    not_found,      ///< something named does not exist
    io,             ///< reading or writing failed
    disk_full,      ///< no space left, or the reserve would be used up
    busy,           ///< another program or run holds what is needed
    newer_version,  ///< written by a newer version of this program
    cancelled,      ///< stopped because somebody asked for it
    failed,         ///< anything else that can be expected to happen
};

/// An expected failure. The message names the file, the row or key, and the remedy.
struct Error {
    ErrorCode code = ErrorCode::failed;
    std::string message;
};

/// The value of type T, or the Error why there is none.
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const { return content_.index() == 0; }
    bool ok() const { return content_.index() == 0; }

    /// Precondition: ok().
    T& value() & { return std::get<0>(content_); }
    const T& value() const& { return std::get<0>(content_); }
    T value() && { return std::get<0>(std::move(content_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    /// Precondition: !ok().
    const Error& error() const { return std::get<1>(content_); }

private:
    std::variant<T, Error> content_;
};

/// Success, or the Error why not.
template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}

    explicit operator bool() const { return !error_; }
    bool ok() const { return !error_; }
    const Error& error() const { return *error_; }

private:
    std::optional<Error> error_;
};

using Status = Result<void>;

inline Error invalid_input(std::string message) {
    return {ErrorCode::invalid_input, std::move(message)};
}
inline Error cancelled() { return {ErrorCode::cancelled, "cancelled"}; }

}  // namespace plumb

#define PLUMB_CONCAT_INNER(a, b) a##b
#define PLUMB_CONCAT(a, b) PLUMB_CONCAT_INNER(a, b)

/// PLUMB_TRY(auto rows, read_rows(path)): declares rows, or returns the error from this function.
#define PLUMB_TRY(declaration, ...) \
    PLUMB_TRY_NAMED(PLUMB_CONCAT(try_, __LINE__), declaration, __VA_ARGS__)
#define PLUMB_TRY_NAMED(name, declaration, ...) \
    auto name = __VA_ARGS__;                    \
    if (!name.ok()) return name.error();        \
    declaration = std::move(name).value()

/// PLUMB_TRY_STATUS(write(path)): goes on, or returns the error from this function.
#define PLUMB_TRY_STATUS(...) \
    if (auto plumb_status = __VA_ARGS__; !plumb_status.ok()) return plumb_status.error()
