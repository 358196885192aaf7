// SPDX-License-Identifier: GPL-3.0-or-later
// A tokenizer.json, read and used; behind a NUL tokenizer_config.json.
#include <cstdint>
#include <string>
#include <vector>

#include "text/tokenizer_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    plumb::TokenizerTexts texts;
    texts.tokenizer = input.substr(0, input.find('\0'));
    if (texts.tokenizer.size() < size) texts.config = input.substr(texts.tokenizer.size() + 1);
    const auto tokenizer = plumb::parse_tokenizer(std::move(texts), "fuzz");
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
