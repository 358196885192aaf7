// SPDX-License-Identifier: GPL-3.0-or-later
// How long it takes to load a tokenizer and to encode and decode texts with it, and in how much
// memory. One line of JSON; bench/tokenizers.py runs it beside the `tokenizers` package.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/clock.h"
#include "base/files.h"
#include "text/tokenizer.h"

using namespace plumb;

namespace {

/// A number of KiB that the system counts for this process, such as "VmHWM:".
long own_memory(std::string_view key) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(key)) return std::stol(line.substr(key.size()));
    return 0;
}

/// The texts of a file: lines of a .jsonl file as they are, else what lies between empty lines.
void append_texts(const std::string& text, std::string_view separator,
                  std::vector<std::string>& texts) {
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(separator, begin), text.size());
        if (end > begin) texts.push_back(text.substr(begin, end - begin));
        begin = end + separator.size();
    }
}

/// FNV-1a over the ids, to compare them with another program's.
std::uint64_t hash_of(const std::vector<std::vector<std::int64_t>>& rows) {
    std::uint64_t hash = 0xCBF29CE484222325u;
    for (const auto& row : rows)
        for (const std::int64_t id : row)
            hash = (hash ^ static_cast<std::uint64_t>(id)) * 0x100000001B3u;
    return hash;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Measures a tokenizer"};
    std::string folder;
    std::vector<std::string> files;
    app.add_option("--tokenizer", folder, "Folder with tokenizer.json")->required();
    app.add_option("files", files, "Texts: .txt or .jsonl")->required();
    CLI11_PARSE(app, argc, argv);
    std::vector<std::string> texts;
    for (const std::string& file : files) {
        const auto text = read_file(file);
        if (!text.ok()) {
            std::fprintf(stderr, "%s\n", text.error().message.c_str());
            return 1;
        }
        append_texts(*text, file.ends_with(".jsonl") ? "\n" : "\n\n", texts);
    }
    const long before = own_memory("VmRSS:");
    const Stopwatch load_watch;
    const auto tokenizer = load_tokenizer(folder);
    const double load_s = load_watch.seconds();
    if (!tokenizer.ok()) {
        std::fprintf(stderr, "%s\n", tokenizer.error().message.c_str());
        return 1;
    }
    const long loaded = own_memory("VmRSS:"), load_peak = own_memory("VmHWM:");
    std::vector<std::vector<std::int64_t>> rows;
    rows.reserve(texts.size());
    const Stopwatch encode_watch;
    for (const std::string& text : texts) rows.push_back((*tokenizer)->encode(text));
    const double encode_s = encode_watch.seconds();
    const Stopwatch decode_watch;
    std::size_t decoded = 0, tokens = 0, bytes = 0;
    for (const auto& row : rows) decoded += (*tokenizer)->decode(row, false).size();
    const double decode_s = decode_watch.seconds();
    for (const auto& row : rows) tokens += row.size();
    for (const auto& text : texts) bytes += text.size();
    std::printf(
        "{\"load_s\": %.6f, \"encode_s\": %.6f, \"decode_s\": %.6f, \"tokens\": %zu, \"bytes\": "
        "%zu, \"decoded\": %zu, \"hash\": \"%016llx\", \"loaded_kb\": %ld, \"load_peak_kb\": %ld, "
        "\"peak_kb\": %ld}\n",
        load_s, encode_s, decode_s, tokens, bytes, decoded,
        static_cast<unsigned long long>(hash_of(rows)), loaded - before, load_peak - before,
        own_memory("VmHWM:"));
    return 0;
}
