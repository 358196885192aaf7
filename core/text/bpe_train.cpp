// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/bpe_train.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "text/byte_alphabet.h"
#include "text/pair_map.h"
#include "text/pre_tokenizer.h"
#include "text/unicode.h"

namespace plumb {
namespace {

constexpr std::int64_t smallest_count = 2;

using WordCounts = std::unordered_map<std::string_view, std::int64_t>;

Result<WordCounts> count_words(std::span<const std::string> texts,
                               const std::vector<AddedToken>& special,
                               const std::stop_token& stop) {
    PLUMB_TRY(const auto pattern, SplitPattern::compile(std::string(gpt2_pattern)));
    SplitPattern::Matcher matcher(pattern);
    const AddedTokenFinder finder(special);
    WordCounts counts;
    const auto count = [&](std::string_view word) { ++counts[word]; };
    for (const std::string& text : texts) {
        if (stop.stop_requested()) return cancelled();
        const auto count_words_of = [&](std::string_view part) {
            for_each_valid_stretch(
                part,
                [&](std::string_view valid) {
                    split_text(matcher, valid, SplitBehavior::isolated, false, count);
                },
                count);
        };
        finder.split(text, count_words_of, [](std::int64_t) {});
    }
    return counts;
}

class Trainer {
public:
    Trainer(const WordCounts& counts, const std::vector<AddedToken>& special) {
        for (const AddedToken& token : special) add_token(token.content);
        std::array<std::int32_t, 256> ids{};
        std::array<int, 256> bytes{};
        std::iota(bytes.begin(), bytes.end(), 0);
        const auto symbol = [](int byte) { return byte_symbol(static_cast<unsigned char>(byte)); };
        std::ranges::sort(bytes, {}, symbol);
        for (const int byte : bytes)
            ids[static_cast<std::size_t>(byte)] =
                add_token(std::string(1, static_cast<char>(byte)));
        for (const auto& [text, count] : counts) {
            if (text.size() < 2) continue;
            words_.push_back({symbols_.size(), text.size(), count});
            for (const char byte : text) symbols_.push_back(ids[static_cast<unsigned char>(byte)]);
        }
    }

    Result<BpeTraining> train(std::int64_t vocab_size, const std::stop_token& stop) {
        count_pairs();
        while (std::ssize(tokens_) < vocab_size && !heap_.empty()) {
            if (stop.stop_requested()) return cancelled();
            Candidate best = pop();
            const std::int64_t count = counts_.at(best.left, best.right);
            if (best.count != count) {
                best.count = count;
                push(best);
                continue;
            }
            if (count < smallest_count) break;
            merge(best);
        }
        BpeTraining result{{}, std::move(merges_)};
        for (const std::string& token : tokens_) result.tokens.push_back(to_byte_symbols(token));
        return result;
    }

private:
    struct Word {
        std::size_t begin = 0;  ///< in symbols_
        std::size_t size = 0;
        std::int64_t count = 0;
    };
    /// A pair with the words in which it was found together.
    struct Candidate {
        std::int64_t count = 0;
        std::int32_t left = 0, right = 0;
        std::size_t words = 0;  ///< in lists_
    };
    using WordList = std::vector<std::uint32_t>;

    std::int32_t add_token(std::string text) {
        const auto [found, added] =
            ids_.try_emplace(text, static_cast<std::int32_t>(tokens_.size()));
        if (added) tokens_.push_back(std::move(text));
        return found->second;
    }

    static bool comes_later(const Candidate& a, const Candidate& b) {
        if (a.count != b.count) return a.count < b.count;
        return std::pair(a.left, a.right) > std::pair(b.left, b.right);
    }
    void push(const Candidate& candidate) {
        heap_.push_back(candidate);
        std::push_heap(heap_.begin(), heap_.end(), comes_later);
    }
    Candidate pop() {
        std::pop_heap(heap_.begin(), heap_.end(), comes_later);
        const Candidate best = heap_.back();
        heap_.pop_back();
        return best;
    }

    /// Notes that a word has the pair; lists: places in lists_ from 1.
    void note(std::int32_t left, std::int32_t right, std::uint32_t word,
              PairMap<std::uint32_t>& lists) {
        std::uint32_t& list = lists.at(left, right);
        if (list == 0) {
            lists_.emplace_back();
            list = static_cast<std::uint32_t>(lists_.size());
        }
        WordList& words = lists_[list - 1];
        if (words.empty() || words.back() != word) words.push_back(word);
    }

    void push_noted(PairMap<std::uint32_t>& lists) {
        lists.for_each([&](std::int32_t left, std::int32_t right, std::uint32_t list) {
            const std::int64_t count = counts_.at(left, right);
            if (count > 0) push({count, left, right, list - 1});
        });
    }

    void count_pairs() {
        PairMap<std::uint32_t> lists;
        for (std::uint32_t i = 0; i < words_.size(); ++i) {
            const Word& word = words_[i];
            const std::int32_t* symbols = symbols_.data() + word.begin;
            for (std::size_t k = 0; k + 1 < word.size; ++k) {
                counts_.at(symbols[k], symbols[k + 1]) += word.count;
                note(symbols[k], symbols[k + 1], i, lists);
            }
        }
        push_noted(lists);
    }

    /// The count of the pair itself stays as it was: should it come up again, which two ways to one
    /// token make possible, the library counts on from there.
    void merge(const Candidate& pair) {
        const std::int32_t merged = add_token(tokens_[static_cast<std::size_t>(pair.left)] +
                                              tokens_[static_cast<std::size_t>(pair.right)]);
        merges_.push_back({pair.left, pair.right, merged});
        PairMap<std::uint32_t> lists;
        const WordList words = std::move(lists_[pair.words]);
        for (const std::uint32_t word : words) merge_in(word, merges_.back(), lists);
        push_noted(lists);
    }

    void merge_in(std::uint32_t index, const Merge& merge, PairMap<std::uint32_t>& lists) {
        Word& word = words_[index];
        std::int32_t* symbols = symbols_.data() + word.begin;
        std::size_t kept = 0;
        for (std::size_t i = 0; i < word.size; ++i) {
            if (symbols[i] != merge.left || i + 1 == word.size || symbols[i + 1] != merge.right) {
                symbols[kept++] = symbols[i];
                continue;
            }
            if (kept > 0) {
                counts_.at(symbols[kept - 1], merge.left) -= word.count;
                counts_.at(symbols[kept - 1], merge.merged) += word.count;
                note(symbols[kept - 1], merge.merged, index, lists);
            }
            if (i + 2 < word.size) {
                counts_.at(merge.right, symbols[i + 2]) -= word.count;
                counts_.at(merge.merged, symbols[i + 2]) += word.count;
                note(merge.merged, symbols[i + 2], index, lists);
            }
            symbols[kept++] = merge.merged;
            ++i;
        }
        word.size = kept;
    }

    std::vector<std::string> tokens_;  ///< as bytes
    std::unordered_map<std::string, std::int32_t> ids_;
    std::vector<Merge> merges_;
    std::vector<std::int32_t> symbols_;
    std::vector<Word> words_;
    PairMap<std::int64_t> counts_;
    std::vector<WordList> lists_;
    std::vector<Candidate> heap_;
};

}  // namespace

Result<BpeTraining> train_bpe(std::span<const std::string> texts,
                              const std::vector<AddedToken>& special, std::int64_t vocab_size,
                              const std::stop_token& stop) {
    PLUMB_TRY(const WordCounts counts, count_words(texts, special, stop));
    return Trainer(counts, special).train(vocab_size, stop);
}

}  // namespace plumb
