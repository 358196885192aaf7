// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "text/added_tokens.h"
#include "text/bpe_merges.h"

namespace plumb {

/// What was learnt from text.
struct BpeTraining {
    std::vector<std::string> tokens;  ///< by id, in the alphabet of byte_symbol()
    std::vector<Merge> merges;
};

/// Learns a byte-level byte-pair encoding (Sennrich et al. 2016, on the bytes of words as GPT-2's
/// pattern cuts them): the pair that occurs most often becomes a token until there are vocab_size
/// of them or no pair occurs twice. Ids: the special tokens, the bytes in the order of their
/// symbols, the merged tokens as they are found. Of pairs that occur equally often that with the
/// smaller ids goes first, so merges are those of the `tokenizers` library's BpeTrainer with
/// min_frequency 2. Special tokens within the texts are passed over. Error: cancelled.
Result<BpeTraining> train_bpe(std::span<const std::string> texts,
                              const std::vector<AddedToken>& special, std::int64_t vocab_size,
                              const std::stop_token& stop);

}  // namespace plumb
