// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/generation_feed.h"

#include <utility>

#include "bridge/session_bridge.h"
#include "common/text.h"

namespace plumb::ui {
namespace {

constexpr int hand_out_interval_ms = 33;

}  // namespace

GenerationFeed::GenerationFeed(SessionBridge& bridge, QObject* parent)
    : QObject(parent), m_bridge(bridge) {
    m_timer.setInterval(hand_out_interval_ms);
    connect(&m_timer, &QTimer::timeout, this, &GenerationFeed::handOut);
}

GenerationFeed::~GenerationFeed() { m_stop.request_stop(); }

void GenerationFeed::ask(GenerateRequest request) {
    m_stop.request_stop();
    m_stop = std::stop_source();
    m_arrivals = std::make_shared<Arrivals>();
    request.stop = m_stop.get_token();
    request.on_token = [arrivals = m_arrivals](const GeneratedToken& token) {
        const std::lock_guard lock(arrivals->mutex);
        arrivals->tokens.push_back(token);
    };
    m_reply = m_bridge.generate(std::move(request));
    if (m_reply.valid())
        m_timer.start();
    else
        Q_EMIT failed("No workspace is open.");
}

void GenerationFeed::stop() { m_stop.request_stop(); }

void GenerationFeed::handOut() {
    const bool done = m_reply.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    std::vector<GeneratedToken> tokens;
    {
        const std::lock_guard lock(m_arrivals->mutex);
        tokens.swap(m_arrivals->tokens);
    }
    if (!tokens.empty()) Q_EMIT tokensArrived(tokens);
    if (!done) return;
    m_timer.stop();
    const Result<GenerateReply> reply = m_reply.get();
    if (reply.ok())
        Q_EMIT finished(reply.value());
    else
        Q_EMIT failed(reply.error().code == ErrorCode::cancelled
                          ? QString()
                          : toQString(reply.error().message));
}

}  // namespace plumb::ui
