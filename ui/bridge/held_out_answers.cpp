// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/held_out_answers.h"

#include "common/text.h"

namespace plumb::ui {
namespace {

/// Many evaluations of many runs are looked at one after another.
constexpr std::size_t most_kept = 200;

}  // namespace

HeldOutAnswers::HeldOutAnswers(SessionBridge& bridge, QObject* parent)
    : QObject(parent), m_bridge(bridge) {}

void HeldOutAnswers::clear() { m_kept.clear(); }

std::shared_ptr<const HeldOutAnswers::Rows> HeldOutAnswers::at(RunId run, std::int64_t step) {
    const Key key{run, step};
    if (const auto found = m_kept.find(key); found != m_kept.end()) return found->second;
    if (m_kept.size() >= most_kept) m_kept.clear();
    m_kept[key] = nullptr;
    m_bridge.query(
        this,
        [run, step](StoreReader& reader) {
            CompletionFilter filter;
            filter.first_step = filter.last_step = step;
            filter.source = CompletionSource::held_out;
            // Rows -1, -2, ...: the first prompt is the last of an ascending order.
            return reader.completion_page(run, filter, {.descending = true}, {.limit = most_rows});
        },
        [this, key](const Result<std::vector<PlacedCompletion>>& page) {
            Rows rows;
            if (page.ok())
                for (const PlacedCompletion& placed : *page) rows.push_back(placed.record);
            else
                Q_EMIT failed(toQString(page.error().message));
            m_kept[key] = std::make_shared<const Rows>(std::move(rows));
            Q_EMIT ready();
        });
    return nullptr;
}

}  // namespace plumb::ui
