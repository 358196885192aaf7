// SPDX-License-Identifier: GPL-3.0-or-later
// A chat template, read and rendered for a conversation with tools.
#include <cstdint>
#include <string>

#include "text/chat_template.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const plumb::jinja::Value messages = *plumb::jinja::value_from_json(
        R"([{"role": "system", "content": "a\u00e9"}, {"role": "user", "content": [{"type": "text"}]},
            {"role": "assistant", "content": null, "tool_calls": [{"function":
             {"name": "f", "arguments": {"x": 1.5, "y": [true, -2]}}}]}])");
    const auto read =
        plumb::ChatTemplate::read(std::string(reinterpret_cast<const char*>(data), size), "fuzz");
    if (!read.ok()) return 0;
    plumb::ChatInput input;
    input.messages = messages;
    input.tools = messages;
    input.add_generation_prompt = true;
    // Under the sanitizers everything takes many times as long.
    (void)read->render(input, {.work = 100'000, .memory = 64 << 20, .output = 4 << 20});
    return 0;
}
