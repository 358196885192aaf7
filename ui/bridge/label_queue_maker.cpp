// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/label_queue_maker.h"

#include <atomic>
#include <utility>

#include "bridge/session_bridge.h"
#include "common/text.h"
#include "session/label_order.h"

namespace plumb::ui {
namespace {

constexpr int poll_interval_ms = 33;

bool isUsual(const LabelOrderWish& wish) {
    return wish.kind == LabelOrder::given && wish.shares.repeated == 0 && wish.shares.doubled == 1;
}

QString leftOut(std::int64_t count, const char* what) {
    return count > 0 ? QString("%1 %2 ").arg(count).arg(what) : QString();
}

}  // namespace

struct LabelQueueMaker::Counts {
    std::atomic<std::int64_t> done = 0, total = 0;
};

LabelQueueMaker::LabelQueueMaker(SessionBridge& bridge, QObject* parent)
    : QObject(parent), m_bridge(bridge) {
    m_timer.setInterval(poll_interval_ms);
    connect(&m_timer, &QTimer::timeout, this, &LabelQueueMaker::poll);
}

LabelQueueMaker::~LabelQueueMaker() { m_stop.request_stop(); }

void LabelQueueMaker::begin(const LabelOrderWish& wish) {
    m_stop = std::stop_source();
    m_wish = wish;
    m_note.clear();
    m_busy = true;
    Q_EMIT progressed({}, 0, 0);
}

void LabelQueueMaker::stop() { m_stop.request_stop(); }

template <class Request>
void LabelQueueMaker::watch(Request& request) {
    m_counts = std::make_shared<Counts>();
    request.stop = m_stop.get_token();
    request.on_progress = [counts = m_counts](std::int64_t done, std::int64_t total) {
        counts->done = done;
        counts->total = total;
    };
}

template <class Reply, class Use>
void LabelQueueMaker::await(const QString& what, std::future<Result<Reply>> future, Use use) {
    if (!future.valid()) return fail(invalid_input("No workspace is open."));
    m_what = what;
    m_take = [this, use, shared = std::make_shared<std::future<Result<Reply>>>(std::move(future))] {
        if (shared->wait_for(std::chrono::seconds(0)) != std::future_status::ready) return false;
        m_timer.stop();
        const Result<Reply> reply = shared->get();
        if (reply.ok())
            use(*reply);
        else
            fail(reply.error());
        return true;
    };
    m_timer.start();
}

void LabelQueueMaker::poll() {
    // A copy: what it calls may set the next one.
    const auto take = m_take;
    if (!take()) Q_EMIT progressed(m_what, m_counts->done, m_counts->total);
}

void LabelQueueMaker::makeOfSamples(const SamplesToJudge& samples, const std::string& name,
                                    const LabelOrderWish& wish) {
    begin(wish);
    m_bridge.write(
        this,
        [samples, name](Store& store) -> Result<LabelImport> {
            PLUMB_TRY(auto reader, StoreReader::open(store.folder()));
            return queue_samples(store, *reader, name, samples);
        },
        [this](const Result<LabelImport>& done) {
            if (done.ok())
                takeMade(*done);
            else
                fail(done.error());
        });
}

void LabelQueueMaker::makeOfModels(CompareModelsRequest request, const LabelOrderWish& wish) {
    begin(wish);
    watch(request);
    await("Answers", m_bridge.compareModels(std::move(request)),
          [this](const CompareModelsReply& reply) {
              m_note +=
                  leftOut(reply.equal, "prompts to which both gave the same answer were left out.");
              takeMade(reply.done);
          });
}

void LabelQueueMaker::takeMade(const LabelImport& done) {
    m_queue = done.queue;
    m_note = QString("%1 items. ").arg(done.items) + m_note;
    Q_EMIT made(m_queue);
    if (isUsual(m_wish))
        finish();
    else
        order(m_queue, LabelOrderWish(m_wish));
}

void LabelQueueMaker::order(LabelQueueId queue, const LabelOrderWish& wish) {
    const QString note = std::exchange(m_note, {});
    begin(wish);
    m_note = note;
    m_queue = queue;
    m_bridge.write(
        this,
        [queue, shares = wish.shares](Store& store) {
            return store.set_label_shares(queue, shares);
        },
        [this](const Status& done) {
            if (!done.ok()) return fail(done.error());
            if (m_wish.kind == LabelOrder::uncertain && !m_wish.model.empty())
                score();
            else
                place(m_wish.kind == LabelOrder::uncertain ? run_source : "");
        });
}

void LabelQueueMaker::score() {
    ScoreLabelsRequest request;
    request.queue = m_queue;
    request.model = m_wish.model;
    watch(request);
    await("Scores", m_bridge.scoreLabels(std::move(request)),
          [this](const ScoreLabelsReply& reply) { place(reply.source); });
}

void LabelQueueMaker::place(const std::string& source) {
    LabelOrder order{m_wish.kind, m_wish.seed, source};
    m_bridge.write(
        this,
        [queue = m_queue, order](Store& store) -> Result<std::int64_t> {
            PLUMB_TRY(auto reader, StoreReader::open(store.folder()));
            return order_queue(store, *reader, queue, order);
        },
        [this](const Result<std::int64_t>& unknown) {
            if (!unknown.ok()) return fail(unknown.error());
            m_note += leftOut(*unknown, "items whose rewards are not known come last.");
            finish();
        });
}

void LabelQueueMaker::finish() {
    m_busy = false;
    Q_EMIT finished(m_queue, std::exchange(m_note, {}).trimmed());
}

void LabelQueueMaker::fail(const Error& error) {
    m_busy = false;
    m_note.clear();
    Q_EMIT failed(error.code == ErrorCode::cancelled ? QString() : toQString(error.message));
}

}  // namespace plumb::ui
