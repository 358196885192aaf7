// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/label_order.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <vector>

#include "base/random.h"

namespace plumb {
namespace {

using Items = std::vector<LabelItemId>;

Items at_random(const Items& items, std::int64_t seed) {
    Random random(derive_seed(static_cast<std::uint64_t>(seed), "label order"));
    Items drawn;
    for (const std::int64_t place : random.permutation(std::ssize(items)))
        drawn.push_back(items[static_cast<std::size_t>(place)]);
    return drawn;
}

std::unordered_map<LabelItemId, double> margins_by(const std::string& source,
                                                   const std::vector<ItemReward>& rewards) {
    std::unordered_map<LabelItemId, double> margins;
    for (const ItemReward& reward : rewards)
        if (reward.source == source)
            margins[reward.item] = std::abs(reward.reward_a - reward.reward_b);
    return margins;
}

Error no_rewards(const std::string& queue, const std::string& source) {
    const std::string start = "no item of the label queue \"" + queue + "\" ";
    if (source == run_source)
        return invalid_input(start +
                             "knows the rewards of a run that sampled it; order it by a reward "
                             "model, which scores all items");
    if (source == gold_source)
        return invalid_input(start + "knows its gold reward; order it by a reward model");
    return invalid_input(start + "has two answers that " + source + " has scored");
}

}  // namespace

Result<std::int64_t> order_queue(Store& store, StoreReader& reader, LabelQueueId queue,
                                 const LabelOrder& order) {
    if (order.kind == LabelOrder::given) {
        PLUMB_TRY_STATUS(store.order_label_queue(queue, order, {}));
        return std::int64_t{0};
    }
    PLUMB_TRY(const LabelQueue record, reader.label_queue(queue));
    PLUMB_TRY(Items items, reader.label_item_ids(queue));
    if (order.kind == LabelOrder::random) {
        PLUMB_TRY_STATUS(store.order_label_queue(queue, order, at_random(items, order.seed)));
        return std::int64_t{0};
    }
    PLUMB_TRY(const auto rewards, reader.label_rewards(queue, false));
    const auto margins = margins_by(order.source, rewards);
    if (margins.empty()) return no_rewards(record.name, order.source);
    std::ranges::stable_sort(items, {}, [&](LabelItemId item) {
        const auto margin = margins.find(item);
        return margin != margins.end() ? margin->second : std::numeric_limits<double>::infinity();
    });
    PLUMB_TRY_STATUS(store.order_label_queue(queue, order, items));
    return std::ssize(items) - static_cast<std::int64_t>(margins.size());
}

}  // namespace plumb
