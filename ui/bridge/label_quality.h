// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <unordered_map>
#include <vector>

#include <QObject>

#include "analysis/label_report.h"

namespace plumb::ui {

class SessionBridge;
struct Job;

/// What annotators say of a queue, and how far it can be relied upon.
struct QualityData {
    std::vector<Verdict> verdicts;  ///< that stand, by place of the item, annotator and round
    std::vector<ItemReward> rewards;
    std::unordered_map<LabelItemId, std::int64_t> places;
    /// Of an item: where its verdicts begin. For those that have some.
    std::unordered_map<LabelItemId, std::size_t> first;
    std::unordered_map<VerdictId, std::size_t> by_id;
};

/// Reads the verdicts of a queue and computes their agreement, beside the GUI thread: the numbers
/// first, then their intervals, which for 100,000 verdicts take some seconds.
class LabelQuality : public QObject {
    Q_OBJECT

public:
    explicit LabelQuality(SessionBridge& bridge, QObject* parent = nullptr);
    ~LabelQuality() override;

    /// Ends in computed() twice, or failed(). Begins anew where one goes on.
    void compute(LabelQueueId queue);
    /// Leaves the numbers without their intervals.
    void stop();

    const QualityData* data() const { return m_data.get(); }
    const LabelReport* report() const { return m_report ? &*m_report : nullptr; }
    /// The intervals are there.
    bool isComplete() const { return m_complete; }

    /// Of the intervals, for a bar: done of total resamples are counted into it.
    void setJob(std::shared_ptr<Job> job) { m_job = std::move(job); }

Q_SIGNALS:
    /// There is a report, or a better one.
    void computed();
    void failed(const QString& message);

private:
    void begin(std::shared_ptr<const QualityData> data);
    void addIntervals();

    SessionBridge& m_bridge;
    std::shared_ptr<const QualityData> m_data;
    std::optional<LabelReport> m_report;
    std::shared_ptr<Job> m_job;
    std::stop_source m_stop;
    std::int64_t m_computation = 0;  ///< answers to earlier ones are dropped
    bool m_complete = false;
};

}  // namespace plumb::ui
