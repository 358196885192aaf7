// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/line_reader.h"

#include <algorithm>
#include <cerrno>

#include <zlib.h>

#include "base/files.h"

namespace plumb {
namespace {

namespace fs = std::filesystem;

constexpr unsigned block_bytes = 1u << 18;
/// What is kept of a line that is too long.
constexpr std::size_t kept_bytes = 64;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

Error damaged_gzip(const fs::path& path, std::int64_t line, int code) {
    return invalid_input(path.string() + ", row " + std::to_string(line) + ": the gzip data is " +
                         (code == Z_BUF_ERROR ? "cut off" : "damaged") +
                         " here, and the file cannot be read further. Copy or download it again.");
}

}  // namespace

void LineReader::Close::operator()(gzFile_s* file) const { gzclose_r(file); }

Result<LineReader> LineReader::open(const fs::path& path, std::size_t longest_line) {
    std::error_code problem;
    const fs::file_status status = fs::status(path, problem);
    if (fs::is_directory(status))
        return invalid_input(path.string() + " is a folder. Name a file in it.");
    if (fs::exists(status) && !fs::is_regular_file(status))
        return invalid_input(path.string() + " is not a regular file. Copy what " +
                             "it gives into a file.");
    LineReader reader(path);
    errno = 0;
    reader.file_.reset(gzopen(path.c_str(), "rb"));
    if (!reader.file_) return file_error("cannot open", path, errno != 0 ? errno : ENOMEM);
    gzbuffer(reader.file_.get(), block_bytes / 2);
    reader.size_ = fs::file_size(path, problem);
    if (problem) return file_error("cannot read", path, problem.value());
    reader.longest_line_ = longest_line;
    reader.block_.resize(block_bytes);
    return reader;
}

std::uint64_t LineReader::bytes_read() const {
    const auto offset = gzoffset(file_.get());
    return offset < 0 ? 0 : std::min(static_cast<std::uint64_t>(offset), size_);
}

Status LineReader::read_block() {
    block_size_ = position_ = 0;
    if (!at_end_) {
        errno = 0;
        const int got = gzread(file_.get(), block_.data(), block_bytes);
        error_number_ = errno;
        block_size_ = static_cast<std::size_t>(std::max(got, 0));
        // A short block is the last one, and zlib knows whether it should be.
        at_end_ = block_size_ < block_bytes;
        if (at_end_) gzerror(file_.get(), &gzip_code_);
        if (block_size_ > 0) return {};
    }
    if (gzip_code_ == Z_OK || gzip_code_ == Z_STREAM_END) return {};
    if (gzip_code_ == Z_ERRNO) return file_error("cannot read", path_, error_number_);
    return damaged_gzip(path_, number_ + 1, gzip_code_);
}

bool LineReader::take_part() {
    const std::string_view rest(block_.data() + position_, block_size_ - position_);
    const std::size_t end = rest.find('\n');
    const std::string_view part = rest.substr(0, end);
    position_ += part.size() + (end != std::string_view::npos);
    in_line_ = true;
    const std::size_t room = too_long_ ? 0 : longest_line_ - line_.size();
    line_.append(part.substr(0, room));
    if (part.size() > room && !too_long_) {
        too_long_ = true;
        line_.resize(std::min(line_.size(), kept_bytes));
        line_.shrink_to_fit();
    }
    return end != std::string_view::npos;
}

LineReader::Line LineReader::finish_line() {
    std::string_view text = line_;
    if (!too_long_ && text.ends_with('\r')) text.remove_suffix(1);
    if (++number_ == 1 && text.starts_with(byte_order_mark))
        text.remove_prefix(byte_order_mark.size());
    in_line_ = false;
    return {number_, text, too_long_};
}

Result<std::optional<LineReader::Line>> LineReader::next(const std::stop_token& stop) {
    if (!in_line_) {
        line_.clear();
        too_long_ = false;
    }
    while (true) {
        if (stop.stop_requested()) return cancelled();
        if (position_ == block_size_) {
            PLUMB_TRY_STATUS(read_block());
            if (block_size_ == 0 && in_line_) return std::optional(finish_line());
            if (block_size_ == 0) return std::optional<Line>();
        }
        if (take_part()) return std::optional(finish_line());
    }
}

}  // namespace plumb
