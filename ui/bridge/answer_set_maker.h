// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <QObject>
#include <QString>
#include <QTimer>

#include "base/result.h"
#include "common/job.h"
#include "session/answer_queue.h"
#include "session/judge_requests.h"

namespace plumb::ui {

class SessionBridge;

/// Makes judged sets on the inference worker, and label queues of them on the command thread. One
/// at a time; ends in done() or failed().
class AnswerSetMaker : public QObject {
    Q_OBJECT

public:
    explicit AnswerSetMaker(SessionBridge& bridge, QObject* parent = nullptr);
    /// The worker is told to stop; nobody waits for it.
    ~AnswerSetMaker() override;

    /// The models answer and judges score. job: how far it is, and what stops it. people: how many
    /// items a label queue of the set gets then; 0: none is made.
    void make(JudgeModelsRequest request, std::shared_ptr<Job> job, std::int64_t people);
    /// Further judges for a set; the same beside.
    void judge(JudgeAnswersRequest request, std::shared_ptr<Job> job, std::int64_t people);
    void queue(const QueueAnswersRequest& request);
    bool isBusy() const { return m_busy; }

Q_SIGNALS:
    /// note: what there is to tell of it, or empty. queue: 0 where none was made.
    void done(plumb::AnswerSetId set, plumb::LabelQueueId queue, const QString& note);
    /// message: empty where it was stopped. set: 0, or the one that is there in spite of it.
    void failed(const QString& message, plumb::AnswerSetId set);

private:
    template <class Request>
    void watch(Request& request, std::shared_ptr<Job> job, std::int64_t people);
    template <class Reply, class Use>
    void await(std::future<Result<Reply>> future, Use use);
    void poll();
    void takeSet(AnswerSetId set, const std::vector<ComparisonProblem>& problems);
    void fail(const Error& error);

    SessionBridge& m_bridge;
    QTimer m_timer;
    std::shared_ptr<Job> m_job;
    std::int64_t m_people = 0;
    AnswerSetId m_set = 0;
    QString m_note;
    bool m_busy = false;
    std::function<bool()> m_take;  ///< takes the worker's answer; false: there is none yet
};

}  // namespace plumb::ui
