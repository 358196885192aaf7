// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <zlib.h>

#include "data/label_file.h"
#include "test_main.h"

inline const std::string good_pair = R"({"prompt": "p", "chosen": "c", "rejected": "r"})";
inline const std::string user_hi = R"({"role":"user","content":"hi"})";

inline std::string assistant(const std::string& text) {
    return "{\"role\":\"assistant\",\"content\":\"" + text + "\"}";
}

inline std::filesystem::path write(const TemporaryFolder& folder, const std::string& text,
                                   const std::string& name = "labels.jsonl") {
    const auto path = folder.path() / name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
}

inline std::string gzip(const std::string& text) {
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
    std::string packed(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
    std::string input = text;
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

/// All that a file gives.
struct Content {
    std::vector<plumb::LabelRow> rows;
    std::vector<std::string> problems;
    std::string error;  ///< that ended the file; empty: none
};

inline Content read(const std::filesystem::path& path, const plumb::LabelColumns& columns = {}) {
    Content content;
    auto file = plumb::LabelFile::open(path, columns);
    if (!file) return {{}, {}, file.error().message};
    while (true) {
        auto line = file->next();
        if (!line) {
            content.error = line.error().message;
            const auto again = file->next();
            if (again.ok() || again.error().message != content.error)
                content.error = "the error does not stay";
            return content;
        }
        if (!*line) return content;
        if (const plumb::LabelRow* row = (*line)->row()) content.rows.push_back(*row);
        if (const std::string* problem = (*line)->problem()) content.problems.push_back(*problem);
    }
}

inline Content read_text(const std::string& text, const plumb::LabelColumns& columns = {}) {
    const TemporaryFolder folder;
    return read(write(folder, text), columns);
}

inline void verify_part(const std::string& message, const std::string& part) {
    QVERIFY2(message.find(part) != std::string::npos, (message + "\nlacks: " + part).c_str());
}

inline void verify_row(const plumb::LabelRow& row, plumb::LabelForm form, const std::string& prompt,
                       const std::string& a, const std::string& b) {
    QCOMPARE(row.form, form);
    COMPARE_TEXT(row.prompt, prompt);
    COMPARE_TEXT(row.answer_a, a);
    COMPARE_TEXT(row.answer_b, b);
}
