// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <QObject>
#include <QTimer>

#include "analysis/diagnosis_watch.h"

namespace plumb::ui {

/// Diagnoses the run that the window shows: anew when it is shown, then at most once a second while
/// it goes on, always on a thread of the pool. What a run has recorded travels there and back, so
/// that neither thread waits for the other and nothing is copied.
class DiagnosisFeed : public QObject {
    Q_OBJECT

public:
    explicit DiagnosisFeed(QObject* parent = nullptr);

    /// Null: no run is shown. Ends in changed().
    void show(std::shared_ptr<DiagnosisWatch> watch);
    void append(std::int64_t step, const Metrics& metrics, std::int64_t totalSteps);
    /// A setting has taken another value.
    void edit(const std::string& key, const std::string& value);
    const std::vector<Diagnosis>& diagnoses() const { return m_diagnoses; }

Q_SIGNALS:
    void changed(const std::vector<plumb::Diagnosis>& diagnoses);

private:
    struct Step {
        std::int64_t step = 0;
        Metrics metrics;
        std::int64_t totalSteps = 0;
    };
    /// What has happened since the watch was last here.
    struct News {
        std::vector<Step> steps;
        std::vector<std::pair<std::string, std::string>> edits;
        bool empty() const { return steps.empty() && edits.empty(); }
    };

    void look();

    std::shared_ptr<DiagnosisWatch> m_watch;  ///< null while it is on the other thread
    News m_news;
    std::vector<Diagnosis> m_diagnoses;
    std::uint64_t m_shown = 0;  ///< counts runs: what comes back of an earlier one is dropped
    QTimer m_timer;
};

}  // namespace plumb::ui
