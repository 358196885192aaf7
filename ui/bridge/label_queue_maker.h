// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <stop_token>
#include <string>

#include <QObject>
#include <QString>
#include <QTimer>

#include "base/result.h"
#include "session/label_requests.h"
#include "session/label_sampling.h"
#include "store/label_records.h"

namespace plumb::ui {

class SessionBridge;

/// In which order a queue is to show its items, how often, and to whom.
struct LabelOrderWish {
    LabelOrder::Kind kind = LabelOrder::given;
    std::int64_t seed = 0;
    std::string model{};  ///< for uncertain: a reward model; empty: the rewards of the sampling run
    LabelShares shares{};
};

/// Makes label queues and puts them into an order: what the store does on the command thread, and
/// models on the inference worker. One at a time; ends in finished() or failed().
class LabelQueueMaker : public QObject {
    Q_OBJECT

public:
    explicit LabelQueueMaker(SessionBridge& bridge, QObject* parent = nullptr);
    /// The worker is told to stop; nobody waits for it.
    ~LabelQueueMaker() override;

    void makeOfSamples(const SamplesToJudge& samples, const std::string& name,
                       const LabelOrderWish& wish);
    void makeOfModels(CompareModelsRequest request, const LabelOrderWish& wish);
    void order(LabelQueueId queue, const LabelOrderWish& wish);
    void stop();
    bool isBusy() const { return m_busy; }

Q_SIGNALS:
    /// total: 0 where nobody knows.
    void progressed(const QString& what, qint64 done, qint64 total);
    /// The queue is there; it may still be put into its order.
    void made(plumb::LabelQueueId queue);
    /// note: what there is to tell, or empty.
    void finished(plumb::LabelQueueId queue, const QString& note);
    /// message: empty where it was stopped.
    void failed(const QString& message);

private:
    /// Written by the worker, read here; outlives either of them.
    struct Counts;

    void begin(const LabelOrderWish& wish);
    /// Progress of a request to the worker, and the token that ends it.
    template <class Request>
    void watch(Request& request);
    template <class Reply, class Use>
    void await(const QString& what, std::future<Result<Reply>> future, Use use);
    void poll();
    void takeMade(const LabelImport& done);
    void score();
    void place(const std::string& source);
    void finish();
    void fail(const Error& error);

    SessionBridge& m_bridge;
    LabelOrderWish m_wish;
    LabelQueueId m_queue = 0;
    QString m_note, m_what;
    bool m_busy = false;
    QTimer m_timer;
    std::shared_ptr<Counts> m_counts;
    std::stop_source m_stop;
    std::function<bool()> m_take;  ///< takes the worker's answer; false: there is none yet
};

}  // namespace plumb::ui
