// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <stop_token>
#include <vector>

#include <QObject>

#include "bridge/session_bridge.h"
#include "store/completion_filter.h"

namespace plumb::ui {

/// The completions of a run that pass a filter, in an order, as a list whose rows are read in pages
/// when they are asked for; few pages are kept. What is stored after show() is not among them. A
/// search, which has to read every text, counts what it finds in many short queries, so that it
/// tells how far it is, can be stopped, and lets others read in between.
class CompletionPages : public QObject {
    Q_OBJECT

public:
    static constexpr std::int64_t page_size = 100;

    explicit CompletionPages(SessionBridge& bridge, QObject* parent = nullptr);
    ~CompletionPages() override;

    /// Begins anew.
    void show(RunId run, const CompletionFilter& filter, const CompletionOrder& order);
    void clear();
    /// Ends a search; what was found stays.
    void stop();

    std::optional<RunId> run() const { return m_run; }
    const CompletionFilter& filter() const { return m_filter; }
    const CompletionOrder& order() const { return m_order; }
    /// Rows that were found so far.
    std::int64_t count() const { return m_count; }
    bool isSearching() const { return m_searching; }
    bool wasStopped() const { return m_stopped; }
    /// Share of the steps that were searched.
    double progress() const;
    /// Null for a row that is not here yet; it is asked for and comes with pageRead().
    const CompletionRecord* row(std::int64_t index);

Q_SIGNALS:
    /// The rows of before have gone.
    void reset();
    /// There are more rows than before.
    void grown(qint64 before);
    void pageRead(qint64 first, qint64 last);
    /// isSearching(), progress() or wasStopped() has changed.
    void searchChanged();
    void failed(const QString& message);

private:
    struct Page {
        std::vector<PlacedCompletion> rows;
        std::uint64_t used = 0;
    };
    struct Beginning {
        std::int64_t last_id = 0, first_step = 0, last_step = -1;
        std::vector<PlacedCompletion> rows;
    };

    static Result<Beginning> readBeginning(StoreReader& reader, RunId run,
                                           const CompletionFilter& filter,
                                           const CompletionOrder& order,
                                           const std::stop_token& stop);
    void begin(Beginning beginning);
    void countNext();
    void grow(std::int64_t count);
    void endSearch();
    void want(std::int64_t page);
    void readNext();
    void keep(std::int64_t page, std::vector<PlacedCompletion> rows);
    /// How a page is reached over the least other rows.
    CompletionPage way(std::int64_t page) const;
    void tell(const Error& error);
    /// Asks the reader and hands the answer on, unless another list was begun by then.
    template <class Ask, class Use>
    void ask(Ask ask, Use use);

    SessionBridge& m_bridge;
    std::optional<RunId> m_run;
    CompletionFilter m_filter;
    CompletionOrder m_order;
    std::uint64_t m_list = 0;  ///< which list it is; answers to others are dropped
    std::stop_source m_stop;
    std::map<std::int64_t, Page> m_pages;
    std::vector<std::int64_t> m_wanted;     ///< the page that was asked for last is read first
    std::optional<std::int64_t> m_reading;  ///< the page that is on its way
    bool m_searching = false, m_stopped = false, m_complete = false;
    std::int64_t m_count = 0, m_counted = 0;
    std::int64_t m_firstStep = 0, m_lastStep = -1, m_nextStep = 0;
    std::uint64_t m_uses = 0;
};

}  // namespace plumb::ui
