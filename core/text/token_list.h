// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plumb {

/// Texts with their ids, the texts in one buffer: a file's vocabulary takes little more memory than
/// the file.
class TokenList {
public:
    /// Precondition: the texts together have less than 4 GiB.
    void add(std::string_view text, std::int64_t id) {
        buffer_ += text;
        ends_.push_back(static_cast<std::uint32_t>(buffer_.size()));
        ids_.push_back(static_cast<std::int32_t>(id));
    }
    void reserve(std::size_t tokens) {
        ends_.reserve(tokens);
        ids_.reserve(tokens);
    }

    std::size_t size() const { return ids_.size(); }
    bool empty() const { return ids_.empty(); }
    std::string_view text(std::size_t i) const {
        const std::uint32_t begin = i == 0 ? 0 : ends_[i - 1];
        return std::string_view(buffer_).substr(begin, ends_[i] - begin);
    }
    std::int64_t id(std::size_t i) const { return ids_[i]; }
    /// All texts together.
    std::size_t bytes() const { return buffer_.size(); }

private:
    std::string buffer_;
    std::vector<std::uint32_t> ends_;
    std::vector<std::int32_t> ids_;
};

}  // namespace plumb
