// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/completion_pages.h"

#include <algorithm>

#include "common/text.h"

namespace plumb::ui {
namespace {

constexpr std::size_t most_pages = 16, most_wanted = 3;
/// A search counts in so many queries.
constexpr std::int64_t search_parts = 40;

/// Whether rows have to be read to know which pass.
bool reads_rows(const CompletionFilter& filter) {
    const bool by_part =
        filter.number.value == CompletionValue::part && (filter.least || filter.most);
    return !filter.search.empty() || by_part;
}

}  // namespace

CompletionPages::CompletionPages(SessionBridge& bridge, QObject* parent)
    : QObject(parent), m_bridge(bridge) {}

CompletionPages::~CompletionPages() { m_stop.request_stop(); }

template <class Ask, class Use>
void CompletionPages::ask(Ask ask, Use use) {
    m_bridge.query(
        this,
        [ask = std::move(ask), stop = m_stop.get_token()](StoreReader& reader) {
            return ask(reader, stop);
        },
        [this, use = std::move(use), list = m_list](auto answer) {
            if (list == m_list) use(std::move(answer));
        });
}

void CompletionPages::clear() {
    ++m_list;
    m_stop.request_stop();
    m_stop = std::stop_source();
    m_run.reset();
    m_pages.clear();
    m_wanted.clear();
    m_reading.reset();
    m_searching = m_stopped = m_complete = false;
    m_count = m_counted = 0;
    Q_EMIT reset();
    Q_EMIT searchChanged();
}

void CompletionPages::show(RunId run, const CompletionFilter& filter,
                           const CompletionOrder& order) {
    clear();
    m_run = run;
    m_filter = filter;
    m_order = order;
    m_searching = true;
    Q_EMIT searchChanged();
    ask(
        [run, filter, order](StoreReader& reader, const std::stop_token& stop) {
            return readBeginning(reader, run, filter, order, stop);
        },
        [this](Result<Beginning> beginning) {
            if (beginning.ok())
                begin(std::move(beginning).value());
            else
                tell(beginning.error());
        });
}

Result<CompletionPages::Beginning> CompletionPages::readBeginning(StoreReader& reader, RunId run,
                                                                  const CompletionFilter& filter,
                                                                  const CompletionOrder& order,
                                                                  const std::stop_token& stop) {
    Beginning beginning;
    PLUMB_TRY(beginning.last_id, reader.last_completion());
    CompletionFilter fixed = filter;
    fixed.last_id = beginning.last_id;
    PLUMB_TRY(const auto first, reader.completion_page(run, {}, {}, {.limit = 1}, stop));
    PLUMB_TRY(const auto last,
              reader.completion_page(run, {}, {}, {.backward = true, .limit = 1}, stop));
    if (!first.empty() && !last.empty()) {
        beginning.first_step = std::max(filter.first_step.value_or(0), first.front().record.step);
        beginning.last_step =
            std::min(filter.last_step.value_or(last.front().record.step), last.front().record.step);
    }
    PLUMB_TRY(beginning.rows,
              reader.completion_page(run, fixed, order, {.limit = page_size}, stop));
    return beginning;
}

void CompletionPages::begin(Beginning beginning) {
    m_filter.last_id = beginning.last_id;
    m_firstStep = m_nextStep = beginning.first_step;
    m_lastStep = beginning.last_step;
    const auto rows = static_cast<std::int64_t>(beginning.rows.size());
    m_complete = rows < page_size;
    m_pages[0] = {std::move(beginning.rows), ++m_uses};
    grow(rows);
    if (rows > 0) Q_EMIT pageRead(0, rows - 1);
    if (m_complete)
        endSearch();
    else
        countNext();
}

void CompletionPages::countNext() {
    const std::int64_t steps = m_lastStep - m_firstStep + 1;
    const std::int64_t parts = reads_rows(m_filter) ? search_parts : 1;
    CompletionFilter part = m_filter;
    part.first_step = m_nextStep;
    part.last_step = std::min(m_lastStep, m_nextStep + std::max<std::int64_t>(1, steps / parts));
    if (parts == 1) part.last_step = m_lastStep;
    ask(
        [run = *m_run, part](StoreReader& reader, const std::stop_token& stop) {
            return reader.completion_count(run, part, stop);
        },
        [this, last = *part.last_step](const Result<std::int64_t>& found) {
            if (!found.ok()) {
                tell(found.error());
                return;
            }
            m_counted += *found;
            m_nextStep = last + 1;
            m_complete = last >= m_lastStep;
            grow(std::max(m_count, m_counted));
            if (m_complete)
                endSearch();
            else {
                Q_EMIT searchChanged();
                countNext();
            }
        });
}

void CompletionPages::grow(std::int64_t count) {
    if (count == m_count) return;
    const std::int64_t before = std::exchange(m_count, count);
    Q_EMIT grown(before);
}

void CompletionPages::endSearch() {
    m_searching = false;
    Q_EMIT searchChanged();
}

void CompletionPages::stop() {
    if (!m_searching) return;
    ++m_list;
    m_stop.request_stop();
    m_stop = std::stop_source();
    m_reading.reset();
    m_stopped = true;
    endSearch();
    readNext();
}

double CompletionPages::progress() const {
    const auto steps = static_cast<double>(m_lastStep - m_firstStep + 1);
    return steps <= 0 ? 0 : static_cast<double>(m_nextStep - m_firstStep) / steps;
}

const CompletionRecord* CompletionPages::row(std::int64_t index) {
    if (index < 0 || index >= m_count) return nullptr;
    const std::int64_t number = index / page_size;
    const auto page = m_pages.find(number);
    if (page == m_pages.end()) {
        want(number);
        return nullptr;
    }
    page->second.used = ++m_uses;
    const auto place = static_cast<std::size_t>(index % page_size);
    return place < page->second.rows.size() ? &page->second.rows[place].record : nullptr;
}

void CompletionPages::want(std::int64_t page) {
    if (m_reading == page) return;
    std::erase(m_wanted, page);
    m_wanted.insert(m_wanted.begin(), page);
    if (m_wanted.size() > most_wanted) m_wanted.pop_back();
    readNext();
}

CompletionPage CompletionPages::way(std::int64_t page) const {
    CompletionPage best{.skip = page * page_size, .limit = page_size};
    const std::int64_t end = std::min(m_count, (page + 1) * page_size);
    if (m_complete && m_count - end < best.skip)
        best = {.backward = true, .skip = m_count - end, .limit = end - page * page_size};
    for (const auto& [number, known] : m_pages) {
        if (known.rows.empty()) continue;
        const bool before = number < page;
        const std::int64_t skip = (before ? page - number - 1 : number - page - 1) * page_size;
        if (skip >= best.skip) continue;
        best = {.from = before ? known.rows.back().place : known.rows.front().place,
                .backward = !before,
                .skip = skip,
                .limit = page_size};
    }
    return best;
}

void CompletionPages::readNext() {
    if (m_wanted.empty() || m_reading || !m_run) return;
    const std::int64_t page = m_wanted.front();
    m_wanted.erase(m_wanted.begin());
    m_reading = page;
    ask(
        [run = *m_run, filter = m_filter, order = m_order, way = way(page)](
            StoreReader& reader, const std::stop_token& stop) {
            return reader.completion_page(run, filter, order, way, stop);
        },
        [this, page](Result<std::vector<PlacedCompletion>> rows) {
            m_reading.reset();
            if (rows.ok())
                keep(page, std::move(rows).value());
            else
                tell(rows.error());
            readNext();
        });
}

void CompletionPages::keep(std::int64_t page, std::vector<PlacedCompletion> rows) {
    const auto size = static_cast<std::int64_t>(rows.size());
    m_pages[page] = {std::move(rows), ++m_uses};
    if (m_pages.size() > most_pages)
        m_pages.erase(std::ranges::min_element(
            m_pages, {}, [](const auto& entry) { return entry.second.used; }));
    if (size > 0) Q_EMIT pageRead(page * page_size, page * page_size + size - 1);
}

void CompletionPages::tell(const Error& error) {
    if (error.code == ErrorCode::cancelled) return;
    m_searching = false;
    Q_EMIT searchChanged();
    Q_EMIT failed(toQString(error.message));
}

}  // namespace plumb::ui
