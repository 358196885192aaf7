// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <vector>

#include <QFrame>

#include "config/settings.h"
#include "session/reward_trial.h"
#include "store/records.h"

namespace plumb::ui {

class RewardList;
class RewardTryout;

/// What a run is rewarded for: its functions with their weights and settings, beside a try-out on
/// typed text. The settings are somebody else's: what is changed here is told with edited().
class RewardsPanel : public QFrame {
    Q_OBJECT

public:
    explicit RewardsPanel(QWidget* parent = nullptr);

    /// Of a run that is not started yet; they can be edited.
    void showDraft(const Settings& settings);
    /// The draft with a change, from here or from elsewhere. Does not emit edited().
    void updateDraft(const Settings& settings);
    /// Of a run; shown only, and tried with the models in its folder.
    void showRun(const Settings& settings, const std::filesystem::path& runFolder);
    void setWorkspace(const std::filesystem::path& folder);
    /// All runs of the workspace; those of reward models are offered for the learned reward.
    void setRuns(const std::vector<RunRecord>& runs);
    /// See RewardList::unreadable.
    QString unreadable() const;
    /// The keyboard goes to the text to try.
    void focusTryout();

    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void edited(const plumb::Settings& settings);

private:
    void setRunFolder(const std::filesystem::path& folder);

    RewardList* m_list;
    RewardTryout* m_tryout;
    TrialPlace m_place;
};

/// "arithmetic, 0.5 politeness": the functions of a run and their weights where those are not 1.
QString rewardsSummary(const Settings& settings);

}  // namespace plumb::ui
