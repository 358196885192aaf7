// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/label_quality.h"

#include "bridge/session_bridge.h"
#include "common/background.h"
#include "common/job.h"
#include "common/text.h"

namespace plumb::ui {
namespace {

/// Raw agreement and two alphas have an interval each, beside the pairs of annotators.
constexpr std::size_t intervals_of_all = 3;

using Read = Result<std::shared_ptr<const QualityData>>;

Read readData(StoreReader& reader, LabelQueueId queue) {
    auto data = std::make_shared<QualityData>();
    PLUMB_TRY(data->verdicts, reader.standing_verdicts(queue));
    PLUMB_TRY(data->rewards, reader.label_rewards(queue));
    PLUMB_TRY(const auto items, reader.label_item_ids(queue));
    for (std::size_t i = 0; i < items.size(); ++i)
        data->places[items[i]] = static_cast<std::int64_t>(i) + 1;
    for (std::size_t i = 0; i < data->verdicts.size(); ++i) {
        data->first.emplace(data->verdicts[i].item, i);
        data->by_id[data->verdicts[i].id] = i;
    }
    return std::shared_ptr<const QualityData>(std::move(data));
}

}  // namespace

LabelQuality::LabelQuality(SessionBridge& bridge, QObject* parent)
    : QObject(parent), m_bridge(bridge) {}

LabelQuality::~LabelQuality() { m_stop.request_stop(); }

void LabelQuality::compute(LabelQueueId queue) {
    m_stop.request_stop();
    m_stop = std::stop_source();
    m_complete = false;
    m_bridge.query(
        this, [queue](StoreReader& reader) { return readData(reader, queue); },
        [this, computation = ++m_computation](Read read) {
            if (computation != m_computation) return;
            if (read.ok())
                begin(std::move(read).value());
            else
                Q_EMIT failed(toQString(read.error().message));
        });
}

void LabelQuality::begin(std::shared_ptr<const QualityData> data) {
    runInBackground(
        this,
        [data](const std::stop_token&) {
            return report_on(data->verdicts, {.resamples = 0}, data->rewards);
        },
        [this, data, computation = m_computation](LabelReport report) {
            if (computation != m_computation) return;
            m_data = data;
            m_report = std::move(report);
            Q_EMIT computed();
            addIntervals();
        });
}

void LabelQuality::addIntervals() {
    BootstrapOptions options;
    options.stop = m_stop.get_token();
    if (m_job) {
        m_job->total = static_cast<std::uint64_t>(options.resamples) *
                       (m_report->pairs.size() + intervals_of_all);
        options.resampled = [job = m_job] { ++job->done; };
    }
    runInBackground(
        this,
        [data = m_data, options](const std::stop_token&) {
            return report_on(data->verdicts, options, data->rewards);
        },
        [this, computation = m_computation, stop = options.stop](LabelReport report) {
            if (computation != m_computation || stop.stop_requested()) return;
            m_report = std::move(report);
            m_complete = true;
            Q_EMIT computed();
        });
}

void LabelQuality::stop() { m_stop.request_stop(); }

}  // namespace plumb::ui
