// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/colours.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include "analysis/metric_info.h"
#include "store/records.h"

namespace plumb {
namespace {

/// Held-out measurements of what training measures under another name.
bool same_measure(std::string_view held_out, std::string_view training) {
    using Pair = std::pair<std::string_view, std::string_view>;
    constexpr std::array pairs = {Pair{"eval/kl_sequence", "objective/kl"},
                                  Pair{"eval/mean_length", "completions/mean_length"},
                                  Pair{"eval/distinct_ratio", "completions/distinct_ratio"},
                                  Pair{"eval/scratchpad", "completions/scratchpad"},
                                  Pair{"reward_model/eval_loss", "reward_model/loss"},
                                  Pair{"reward_model/eval_accuracy", "reward_model/accuracy"}};
    return std::ranges::find(pairs, Pair{held_out, training}) != pairs.end();
}

}  // namespace

std::string algorithm_colour(std::string_view algorithm) {
    if (algorithm == "ppo") return "#D55E00";
    if (algorithm == "dpo") return "#0072B2";
    if (algorithm == "grpo") return "#009E73";
    if (algorithm == "reward") return "#CC79A7";
    return "#7A7A7A";
}

std::string shaded(std::string_view colour, std::int64_t shade) {
    struct Mix {
        int towards = 0;  ///< of each channel
        double share = 0;
    };
    constexpr std::array<Mix, shade_names.size()> mixes = {Mix{}, Mix{255, 0.4}, Mix{255, 0.7},
                                                           Mix{0, 0.4}};
    if (colour.size() != 7 || shade < 0 || shade >= static_cast<std::int64_t>(mixes.size()))
        return std::string(colour);
    const Mix mix = mixes[static_cast<std::size_t>(shade)];
    std::string result = "#";
    for (std::size_t at = 1; at < colour.size(); at += 2) {
        int channel = 0;
        std::from_chars(colour.data() + at, colour.data() + at + 2, channel, 16);
        const auto mixed =
            static_cast<int>(std::lround(channel + (mix.towards - channel) * mix.share));
        constexpr std::string_view digits = "0123456789ABCDEF";
        result += {digits[static_cast<std::size_t>(mixed / 16)],
                   digits[static_cast<std::size_t>(mixed % 16)]};
    }
    return result;
}

std::vector<RunStyle> run_styles(const std::vector<StyledRun>& runs) {
    // Pale lines are the hardest to see.
    constexpr std::array<std::int64_t, shade_names.size()> by_sight = {0, 1, 3, 2};
    std::map<std::string, std::vector<RunStyle>> taken;
    std::vector<RunStyle> styles;
    for (const StyledRun& run : runs) {
        std::vector<RunStyle>& others = taken[run.algorithm];
        std::vector<RunStyle> wanted = {{run.shade, 0}};
        for (std::size_t pattern = 0; pattern < line_patterns.size(); ++pattern)
            for (const std::int64_t shade : by_sight) wanted.push_back({shade, pattern});
        if (others.size() >= wanted.size() - 1) others.clear();
        const auto free = std::ranges::find_if(wanted, [&](const RunStyle& style) {
            return std::ranges::find(others, style) == others.end();
        });
        others.push_back(*free);
        styles.push_back(*free);
    }
    return styles;
}

std::vector<SeriesStyle> series_styles(std::string_view algorithm,
                                       const std::vector<std::string>& keys, std::int64_t shade) {
    const std::string own = algorithm_colour(algorithm);
    std::vector<std::string> free = {shaded(own, shade)};
    for (const char* other : {"#56B4E9", "#CC79A7", "#0072B2", "#009E73", "#D55E00"})
        if (own != other) free.emplace_back(other);
    std::vector<SeriesStyle> styles;
    std::size_t used = 0;
    for (const std::string& key : keys) {
        const auto like = std::ranges::find_if(keys, [&](const std::string& other) {
            return key == "eval/" + other || same_measure(key, other);
        });
        const auto place = static_cast<std::size_t>(like - keys.begin());
        if (is_gold(key))
            styles.push_back({std::string(gold_colour), place < styles.size()});
        else if (place < styles.size())
            styles.push_back({styles[place].colour, true});
        else if (is_phase_metric(key))
            styles.push_back(
                {algorithm_colour(key.starts_with("start/") ? "sft" : "reward"), false});
        else
            styles.push_back({free[used++ % free.size()], false});
    }
    return styles;
}

}  // namespace plumb
