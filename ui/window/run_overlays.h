// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QObject>

#include "bridge/overlay_feed.h"
#include "models/run_list_model.h"
#include "plots/overlay.h"

namespace plumb::ui {

class MessageBar;
class RunController;
class TrainPage;

/// Keeps runs of the list laid over the charts of the shown one, until they are taken off. The
/// shown run itself is left out for as long as it is shown.
class RunOverlays : public QObject {
    Q_OBJECT

public:
    struct Parts {
        SessionBridge& bridge;
        RunController& controller;
        RunListModel& runs;
        TrainPage& train;
        MessageBar& messages;
    };
    /// More could not be told apart.
    static constexpr std::size_t most_runs = 15;

    explicit RunOverlays(Parts parts, QObject* parent = nullptr);

    /// Lays them over the charts, or takes them off where all of them lie there. Where no run is
    /// shown the first of them is.
    void toggle(const std::vector<RunId>& runs);
    void clear();

private:
    void update();

    Parts m_parts;
    OverlayFeed m_feed;
    std::vector<RunId> m_runs;  ///< in the order in which they were laid over
    std::vector<OverlaidRun> m_shown;
};

}  // namespace plumb::ui
