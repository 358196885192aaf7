// SPDX-License-Identifier: GPL-3.0-or-later
// A tokenizer.json, read and used.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <unistd.h>

#include "base/check.h"
#include "base/files.h"
#include "text/tokenizer.h"

namespace {

std::filesystem::path make_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "plumbline-fuzz-XXXXXX").string();
    PLUMB_CHECK(::mkdtemp(name.data()) != nullptr, "no temporary folder");
    return name;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::filesystem::path folder = make_folder();
    const std::string json(reinterpret_cast<const char*>(data), size);
    PLUMB_CHECK(plumb::write_file_atomic(folder / "tokenizer.json", json).ok(), "cannot write");
    const auto tokenizer = plumb::load_tokenizer(folder);
    if (!tokenizer.ok()) return 0;
    for (const std::string text :
         {"", "hello  world, <s>it's 1234!\n", "\xC3\xA9 e\xCC\x81 \xF0\x9F\x98\x80 \xFF\xC3"}) {
        const std::vector<std::int64_t> ids = (*tokenizer)->encode_with_special(text);
        (void)(*tokenizer)->decode(ids, false);
        (void)(*tokenizer)->byte_counts(ids);
    }
    const std::vector<std::int64_t> ids = {0, 3, 1, 2, 2, -1, 300, 5, 7};
    (void)(*tokenizer)->decode(ids, true);
    return 0;
}
