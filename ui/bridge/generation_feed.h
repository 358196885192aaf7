// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <future>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include <QObject>
#include <QTimer>

#include "base/result.h"
#include "session/generation.h"

namespace plumb::ui {

class SessionBridge;

/// One answer of a model while it is written: what the inference worker tells, handed out on the
/// GUI thread at most every 33 ms.
class GenerationFeed : public QObject {
    Q_OBJECT

public:
    GenerationFeed(SessionBridge& bridge, QObject* parent = nullptr);
    /// The worker is told to stop; nobody waits for it.
    ~GenerationFeed() override;

    /// Asks; an answer that is still being written is stopped and forgotten. Ends in finished() or
    /// failed().
    void ask(GenerateRequest request);
    void stop();
    bool isBusy() const { return m_reply.valid(); }

Q_SIGNALS:
    void tokensArrived(const std::vector<plumb::GeneratedToken>& tokens);
    void finished(const plumb::GenerateReply& reply);
    /// message: empty where it was stopped.
    void failed(const QString& message);

private:
    /// Filled by the worker, emptied here; outlives either of them.
    struct Arrivals {
        std::mutex mutex;
        std::vector<GeneratedToken> tokens;
    };
    void handOut();

    SessionBridge& m_bridge;
    QTimer m_timer;
    std::shared_ptr<Arrivals> m_arrivals;
    std::stop_source m_stop;
    std::future<Result<GenerateReply>> m_reply;
};

}  // namespace plumb::ui
