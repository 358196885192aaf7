// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/good_and_bad.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "base/check.h"
#include "base/strings.h"
#include "data/column_access.h"

namespace plumb {
namespace {

/// Where each text, without blanks at its ends, stands first.
using Places = std::map<std::string, std::string, std::less<>>;

Result<std::vector<PlacedText>> distinct_texts(const std::vector<Row>& rows,
                                               const std::string& column, Places& places) {
    std::vector<PlacedText> texts;
    for (const Row& row : rows) {
        if (!row.columns.contains(column))
            return missing_column(row, column,
                                  "Good and bad texts stand there; set dataset_text_field.");
        PLUMB_TRY(std::string text, required_text(row, column));
        if (places.emplace(trim(text), row.source()).second)
            texts.push_back({std::move(text), row.source()});
    }
    return texts;
}

}  // namespace

Result<GoodAndBad> to_good_and_bad(const std::vector<Row>& good_rows,
                                   const std::vector<Row>& bad_rows, const Settings& settings) {
    Places good, bad;
    GoodAndBad texts;
    PLUMB_TRY(texts.good, distinct_texts(good_rows, settings.dataset_text_field, good));
    PLUMB_TRY(texts.bad, distinct_texts(bad_rows, settings.dataset_text_field, bad));
    for (const PlacedText& text : texts.bad)
        if (const auto found = good.find(trim(text.text)); found != good.end())
            return invalid_input(found->second + " and " + text.source +
                                 " hold the same text, as a good one and as a bad one. Remove it "
                                 "from one of the files.");
    return texts;
}

std::vector<Preference> pair_in_order(const GoodAndBad& texts) {
    PLUMB_CHECK(!texts.good.empty() && !texts.bad.empty(), "no text to pair with");
    std::vector<Preference> pairs(std::max(texts.good.size(), texts.bad.size()));
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const PlacedText& good = texts.good[i % texts.good.size()];
        pairs[i].chosen = good.text;
        pairs[i].rejected = texts.bad[i % texts.bad.size()].text;
        pairs[i].source = good.source;
    }
    return pairs;
}

}  // namespace plumb
