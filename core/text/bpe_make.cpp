// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/bpe_json.h"
#include "text/bpe_train.h"

namespace plumb {

Result<std::shared_ptr<const Tokenizer>> make_bpe_tokenizer(std::span<const std::string> texts,
                                                            std::int64_t vocab_size,
                                                            const std::stop_token& stop) {
    if (vocab_size < smallest_bpe_vocabulary)
        return invalid_input("vocab_size is " + std::to_string(vocab_size) +
                             ", but the tokenizer bpe has a token for each of the 256 bytes and 2 "
                             "special ones; give at least " +
                             std::to_string(smallest_bpe_vocabulary) + ".");
    BpeParts parts;
    parts.added = {{.id = 0, .content = "<pad>"}, {.id = 1, .content = "<eos>"}};
    parts.special = {.pad = 0, .bos = std::nullopt, .eos = 1, .unk = std::nullopt};
    PLUMB_TRY(BpeTraining training, train_bpe(texts, parts.added, vocab_size, stop));
    for (std::size_t i = 0; i < training.tokens.size(); ++i)
        parts.entries.add(training.tokens[i], static_cast<std::int64_t>(i));
    parts.merges = std::move(training.merges);
    PreTokenizer::Step words;
    PLUMB_TRY(words.pattern, SplitPattern::compile(std::string(gpt2_pattern)));
    parts.pre_tokenizer = PreTokenizer({words});
    parts.layout = byte_level_layout();
    return std::shared_ptr<const Tokenizer>(std::make_shared<BpeTokenizer>(std::move(parts)));
}

}  // namespace plumb
