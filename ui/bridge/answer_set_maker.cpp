// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/answer_set_maker.h"

#include <utility>

#include <QStringList>

#include "bridge/session_bridge.h"
#include "common/text.h"

namespace plumb::ui {
namespace {

constexpr int poll_interval_ms = 33;

QString textOf(const std::vector<ComparisonProblem>& problems) {
    QStringList texts;
    for (const ComparisonProblem& problem : problems) texts << toQString(problem.text);
    return texts.join(" ");
}

}  // namespace

AnswerSetMaker::AnswerSetMaker(SessionBridge& bridge, QObject* parent)
    : QObject(parent), m_bridge(bridge) {
    m_timer.setInterval(poll_interval_ms);
    connect(&m_timer, &QTimer::timeout, this, &AnswerSetMaker::poll);
}

AnswerSetMaker::~AnswerSetMaker() {
    if (m_job) m_job->stop.request_stop();
}

template <class Request>
void AnswerSetMaker::watch(Request& request, std::shared_ptr<Job> job, std::int64_t people) {
    m_busy = true;
    m_set = 0;
    m_note.clear();
    m_people = people;
    m_job = std::move(job);
    request.stop = m_job->stop.get_token();
    request.on_progress = [job = m_job](std::int64_t done, std::int64_t total) {
        job->done = static_cast<std::uint64_t>(done);
        job->total = static_cast<std::uint64_t>(total);
    };
}

template <class Reply, class Use>
void AnswerSetMaker::await(std::future<Result<Reply>> future, Use use) {
    if (!future.valid()) return fail(invalid_input("No workspace is open."));
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

void AnswerSetMaker::poll() {
    // A copy: what it calls may set the next one.
    const auto take = m_take;
    take();
}

void AnswerSetMaker::make(JudgeModelsRequest request, std::shared_ptr<Job> job,
                          std::int64_t people) {
    watch(request, std::move(job), people);
    await(m_bridge.judgeModels(std::move(request)),
          [this](const JudgeModelsReply& reply) { takeSet(reply.set, reply.problems); });
}

void AnswerSetMaker::judge(JudgeAnswersRequest request, std::shared_ptr<Job> job,
                           std::int64_t people) {
    const AnswerSetId set = request.set;
    if (request.judges.empty()) {
        // People alone: the worker has nothing to do.
        queue({.set = set, .items = people});
        return;
    }
    watch(request, std::move(job), people);
    await(m_bridge.judgeAnswers(std::move(request)),
          [this, set](const JudgeAnswersReply& reply) { takeSet(set, reply.problems); });
}

void AnswerSetMaker::takeSet(AnswerSetId set, const std::vector<ComparisonProblem>& problems) {
    m_set = set;
    m_note = textOf(problems);
    if (m_people > 0) return queue({.set = set, .items = m_people});
    m_busy = false;
    Q_EMIT done(set, 0, m_note);
}

void AnswerSetMaker::queue(const QueueAnswersRequest& request) {
    m_busy = true;
    m_bridge.write(
        this,
        [request](Store& store) -> Result<QueueAnswersReply> {
            PLUMB_TRY(auto reader, StoreReader::open(store.folder()));
            return queue_answers(store, *reader, request);
        },
        [this, set = request.set](const Result<QueueAnswersReply>& reply) {
            if (!reply.ok()) return fail(reply.error());
            m_busy = false;
            QString note = QString("Queue \u201C%1\u201D has %2 items to be judged blind.")
                               .arg(toQString(reply->name))
                               .arg(reply->done.items);
            if (reply->equal > 0)
                note +=
                    QString(" %1 comparisons of equal answers count as ties.").arg(reply->equal);
            if (!m_note.isEmpty()) note += " " + std::exchange(m_note, {});
            Q_EMIT done(set, reply->done.queue, note);
        });
}

void AnswerSetMaker::fail(const Error& error) {
    m_busy = false;
    m_note.clear();
    Q_EMIT failed(error.code == ErrorCode::cancelled ? QString() : toQString(error.message),
                  std::exchange(m_set, 0));
}

}  // namespace plumb::ui
