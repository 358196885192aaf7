// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/label_requeue.h"

#include <deque>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "analysis/label_report.h"

namespace plumb {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::int64_t page_size = 1000;

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

NewLabel taken_from(LabelItem item) {
    Json origin = Json::parse(item.origin, nullptr, false);
    if (!origin.is_object()) origin = Json::object();
    // A second taking names the item that was before it, whose origin names the first.
    origin["taken_from"] = {{"queue", item.queue}, {"item", item.id}};
    NewLabel label;
    label.item = std::move(item);
    label.item.origin = text_of(origin);
    return label;
}

/// Reads a queue in pages and gives the items on which annotators differ.
class Disagreements {
public:
    Disagreements(StoreReader& reader, LabelQueueId queue) : reader_(reader), queue_(queue) {}

    Result<std::optional<NewLabel>> next() {
        while (found_.empty() && !at_end_) PLUMB_TRY_STATUS(read_page());
        if (found_.empty()) return std::optional<NewLabel>();
        LabelItem item = std::move(found_.front());
        found_.pop_front();
        return std::optional(taken_from(std::move(item)));
    }

private:
    Status read_page() {
        PLUMB_TRY(auto items, reader_.label_items(queue_, behind_, page_size));
        at_end_ = items.empty();
        if (at_end_) return {};
        PLUMB_TRY(const auto verdicts,
                  reader_.standing_verdicts(queue_, behind_, items.back().place));
        behind_ = items.back().place;
        const auto differ = disagreements_of(verdicts);
        const std::set<LabelItemId> wanted(differ.begin(), differ.end());
        for (LabelItem& item : items)
            if (wanted.contains(item.id)) found_.push_back(std::move(item));
        return {};
    }

    StoreReader& reader_;
    const LabelQueueId queue_;
    std::deque<LabelItem> found_;
    std::int64_t behind_ = 0;
    bool at_end_ = false;
};

}  // namespace

Result<LabelImport> requeue_disagreements(Store& store, StoreReader& reader, LabelQueueId queue,
                                          const std::string& name) {
    PLUMB_TRY(const LabelQueue from, reader.label_queue(queue));
    Disagreements disagreements(reader, queue);
    // Looked for before the transaction, so that none of them is an error of its own.
    PLUMB_TRY(std::optional<NewLabel> first, disagreements.next());
    if (!first)
        return invalid_input("annotators differ on no item of the label queue \"" + from.name +
                             "\"; there is nothing to judge anew");
    const Json source = {{"queue", queue}, {"name", from.name}, {"items", "disagreements"}};
    return store.import_labels(name, text_of(source), [&]() -> Result<std::optional<NewLabel>> {
        if (first) return std::exchange(first, std::nullopt);
        return disagreements.next();
    });
}

}  // namespace plumb
