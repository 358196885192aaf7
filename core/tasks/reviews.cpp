// SPDX-License-Identifier: GPL-3.0-or-later
#include "tasks/reviews.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cmath>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/check.h"

namespace plumb {
namespace {

/// The place of a word is its token id. The kinds stand together.
constexpr std::array<std::string_view, 66> words = {
    "<pad>",    "$",        "the",      "was",   "i",         "it",       "felt",      ".",
    "and",      "but",      ",",        "while", "cast",      "plot",     "film",      "music",
    "ending",   "script",   "acting",   "story", "dialogue",  "camera",   "pacing",    "humour",
    "very",     "really",   "rather",   "quite", "brilliant", "superb",   "wonderful", "good",
    "nice",     "fun",      "charming", "solid", "fresh",     "clever",   "moving",    "awful",
    "terrible", "dreadful", "bad",      "dull",  "weak",      "slow",     "messy",     "boring",
    "silly",    "flat",     "long",     "short", "quiet",     "simple",   "strange",   "familiar",
    "modern",   "ordinary", "loved",    "liked", "enjoyed",   "disliked", "hated",     "watched",
    "saw",      "noticed"};

/// Word ids first .. first + count - 1.
struct Kind {
    std::size_t first, count;
};
constexpr std::size_t end_id = 1, the_id = 2, was_id = 3, i_id = 4, it_id = 5, felt_id = 6,
                      stop_id = 7;
constexpr Kind connectors{8, 4}, nouns{12, 12}, adverbs{24, 4};
/// Pleasing, unpleasing, neutral.
constexpr std::array<Kind, 3> adjectives = {{{28, 11}, {39, 11}, {50, 8}}};
constexpr std::array<Kind, 3> verbs = {{{58, 3}, {61, 2}, {63, 3}}};
constexpr std::size_t first_content_id = nouns.first;

/// What a word adds to the gold reward; words that are not listed add nothing.
struct Polarity {
    Kind kind;
    int value;
};
constexpr Polarity polarities[] = {{{28, 3}, 2}, {{31, 8}, 1}, {{39, 3}, -2}, {{42, 8}, -1},
                                   {{58, 1}, 2}, {{59, 2}, 1}, {{61, 1}, -1}, {{62, 1}, -2}};

int polarity_of(std::size_t id) {
    for (const auto& [kind, value] : polarities)
        if (id >= kind.first && id < kind.first + kind.count) return value;
    return 0;
}

/// How likely pleasing, unpleasing and neutral words are in a positive, a negative and a neutral
/// mood.
constexpr double mood_shares[3][3] = {{.60, .15, .25}, {.15, .60, .25}, {.25, .25, .50}};
constexpr std::array<int, 5> clause_counts = {2, 2, 3, 3, 4};
constexpr double noun_clause_share = 0.55, verb_clause_share = 0.25, adverb_share = 0.3;

constexpr int known_samples = 20'000;
constexpr std::uint64_t known_seed = 2026;

/// One review in the making, as word ids.
class Draft {
public:
    explicit Draft(Random& random) : random_(random), shares_(mood_shares[random.below(3)]) {
        const int clauses = clause_counts[random.below(clause_counts.size())];
        for (int clause = 0; clause < clauses; ++clause) {
            if (clause > 0) put(connectors.first + random.below(connectors.count));
            add_clause();
        }
        put(stop_id);
        put(end_id);
    }

    const std::vector<std::size_t>& ids() const { return ids_; }

private:
    void add_clause() {
        const double kind = random_.uniform();
        if (kind < noun_clause_share) {
            put(the_id);
            put_new(nouns);
            put(was_id);
            put_opinion();
        } else if (kind < noun_clause_share + verb_clause_share) {
            put(i_id);
            put_by_mood(verbs);
            put(the_id);
            put_new(nouns);
        } else {
            put(it_id);
            put(felt_id);
            put_opinion();
        }
    }

    void put_opinion() {
        if (random_.chance(adverb_share)) put_new(adverbs);
        put_by_mood(adjectives);
    }

    void put_by_mood(const std::array<Kind, 3>& kinds) {
        while (true) {
            const double share = random_.uniform();
            const std::size_t polarity =
                share < shares_[0] ? 0 : (share < shares_[0] + shares_[1] ? 1 : 2);
            // Four clauses can use up the two verbs of dislike; then another polarity has its turn.
            if (has_new(kinds[polarity])) return put_new(kinds[polarity]);
        }
    }

    bool has_new(const Kind& kind) const {
        for (std::size_t k = 0; k < kind.count; ++k)
            if (!used_[kind.first + k]) return true;
        return false;
    }

    void put_new(const Kind& kind) {
        std::size_t id = 0;
        do {
            id = kind.first + random_.below(kind.count);
        } while (used_[id]);
        put(id);
    }

    void put(std::size_t id) {
        used_.set(id);
        ids_.push_back(id);
    }

    Random& random_;
    const double (&shares_)[3];
    std::bitset<words.size()> used_;
    std::vector<std::size_t> ids_;
};

/// The bigrams of the grammar: [first word * 66 + second].
using Bigrams = std::bitset<words.size() * words.size()>;

const Bigrams& known_bigrams() {
    static const Bigrams known = [] {
        Bigrams seen;
        Random random(derive_seed(known_seed, "reviews bigrams"));
        for (int sample = 0; sample < known_samples; ++sample) {
            const Draft draft(random);
            const auto& ids = draft.ids();
            for (std::size_t k = 1; k < ids.size(); ++k)
                seen.set(ids[k - 1] * words.size() + ids[k]);
        }
        return seen;
    }();
    return known;
}

/// The id of a word, or words.size() for one that the grammar does not have.
std::size_t id_of(std::string_view word) {
    static const std::unordered_map<std::string_view, std::size_t> ids = [] {
        std::unordered_map<std::string_view, std::size_t> all;
        for (std::size_t id = 0; id < words.size(); ++id) all.emplace(words[id], id);
        return all;
    }();
    const auto found = ids.find(word);
    return found == ids.end() ? words.size() : found->second;
}

std::string_view next_word(std::string_view& text) {
    constexpr std::string_view blanks = " \t\r\n";
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    const std::string_view word = text.substr(0, text.find_first_of(blanks));
    text.remove_prefix(word.size());
    return word;
}

}  // namespace

std::shared_ptr<const Tokenizer> reviews_tokenizer() {
    std::vector<std::string> tokens(words.begin(), words.end());
    return make_fixed_word_tokenizer(
        std::move(tokens), {.pad = 0, .bos = std::nullopt, .eos = end_id, .unk = std::nullopt});
}

std::string review(Random& random) {
    std::string text;
    const Draft draft(random);
    for (const std::size_t id : draft.ids()) {
        if (!text.empty()) text += ' ';
        text += words[id];
    }
    return text;
}

std::string review_prompt(std::string_view review) {
    const std::string_view first = next_word(review), second = next_word(review);
    PLUMB_CHECK(!second.empty(), "a review has at least two words");
    return std::string(first) + ' ' + std::string(second) + ' ';
}

double ReviewJudgement::gold() const {
    return 3.0 * std::tanh(polarity / 3.0) - 0.5 * repeated - 0.5 * unknown_bigrams -
           (ended ? 0.0 : 1.0);
}

ReviewJudgement judge_review(std::string_view text) {
    const Bigrams& known = known_bigrams();
    ReviewJudgement judgement;
    std::bitset<words.size()> seen;
    std::optional<std::size_t> before;
    for (std::string_view word = next_word(text); !word.empty(); word = next_word(text)) {
        const std::size_t id = id_of(word);
        const bool exists = id < words.size();
        if (before) {
            const bool is_known =
                exists && *before < words.size() && known[*before * words.size() + id];
            judgement.unknown_bigrams += !is_known;
        }
        before = id;
        if (!exists) continue;
        if (!seen[id]) judgement.polarity += polarity_of(id);
        if (seen[id] && id >= first_content_id) ++judgement.repeated;
        seen.set(id);
    }
    judgement.ended = before == end_id;
    return judgement;
}

double gold_review(std::string_view text) { return judge_review(text).gold(); }

bool review_is_well_formed(std::string_view text) {
    const ReviewJudgement judgement = judge_review(text);
    return judgement.ended && judgement.unknown_bigrams == 0;
}

}  // namespace plumb
