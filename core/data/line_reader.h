// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

struct gzFile_s;

namespace plumb {

/// Reads the lines of a file one after another, with one block and at most one line in memory.
/// A file compressed with gzip is recognised by its content. Not for use by two threads at once.
class LineReader {
public:
    struct Line {
        std::int64_t number = 0;  ///< from 1
        /// Without the line end (\n or \r\n) and, on the first line, without a UTF-8 byte order
        /// mark. Valid until the next call. Of a line that is too long, the beginning.
        std::string_view text;
        bool too_long = false;
    };

    /// Lines of more than longest_line bytes are skipped and reported as too_long. Errors name the
    /// path: missing, not readable, a folder or another thing that is not a file.
    static Result<LineReader> open(const std::filesystem::path& path, std::size_t longest_line);

    /// The next line, or nothing at the end. Errors: cancelled (reading may go on later), io (the
    /// disk fails), invalid_input (gzip data is cut off or damaged; the lines before it were given,
    /// all but perhaps some of the last block where it is damaged).
    Result<std::optional<Line>> next(const std::stop_token& stop = {});

    /// Bytes of the file, compressed as it is, that were read so far, at most size().
    std::uint64_t bytes_read() const;
    std::uint64_t size() const { return size_; }

private:
    struct Close {
        void operator()(gzFile_s* file) const;
    };

    explicit LineReader(std::filesystem::path path) : path_(std::move(path)) {}
    /// Fills the block. At the end of the file, it is empty.
    Status read_block();
    /// The rest of the block up to the line end; whether there was one.
    bool take_part();
    Line finish_line();

    std::filesystem::path path_;
    std::unique_ptr<gzFile_s, Close> file_;
    std::uint64_t size_ = 0;
    std::size_t longest_line_ = 0;
    std::string block_;
    std::size_t block_size_ = 0, position_ = 0;
    bool at_end_ = false;
    int gzip_code_ = 0, error_number_ = 0;  ///< what ended the file behind the block; 0: its end
    std::string line_;
    bool in_line_ = false, too_long_ = false;
    std::int64_t number_ = 0;
};

}  // namespace plumb
