// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/rewards_panel.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QScrollArea>
#include <QSplitter>

#include "base/strings.h"
#include "common/text.h"
#include "config/roles.h"
#include "widgets/reward_list.h"
#include "widgets/reward_tryout.h"

namespace plumb::ui {
namespace {

constexpr int least_list_width = 270, least_width = 640, least_height = 276, gap = 10;

}  // namespace

RewardsPanel::RewardsPanel(QWidget* parent) : QFrame(parent) {
    setObjectName("rewardsPanel");
    setProperty("role", "panel");
    m_list = new RewardList(this);
    m_tryout = new RewardTryout(this);
    auto* scroll = new QScrollArea(this);
    scroll->setObjectName("rewardScroll");
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setMinimumWidth(least_list_width);
    auto* list = new QWidget;
    auto* listLayout = new QHBoxLayout(list);
    listLayout->setContentsMargins(0, 0, gap, 0);
    listLayout->addWidget(m_list);
    scroll->setWidget(list);
    list->setAutoFillBackground(false);
    auto* right = new QWidget(this);
    auto* rightLayout = new QHBoxLayout(right);
    rightLayout->setContentsMargins(gap, 0, 0, 0);
    rightLayout->addWidget(m_tryout);
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setObjectName("rewardsSplitter");
    splitter->setChildrenCollapsible(false);
    splitter->setHandleWidth(1);
    splitter->addWidget(scroll);
    splitter->addWidget(right);
    splitter->setStretchFactor(0, 2);
    splitter->setStretchFactor(1, 3);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 8, 12, 10);
    layout->addWidget(splitter);
    connect(m_list, &RewardList::edited, this, &RewardsPanel::edited);
}

void RewardsPanel::showDraft(const Settings& settings) {
    setRunFolder({});
    m_list->showSettings(settings, true);
    m_tryout->setSettings(settings);
}

void RewardsPanel::updateDraft(const Settings& settings) {
    m_list->updateSettings(settings);
    m_tryout->setSettings(settings);
}

void RewardsPanel::showRun(const Settings& settings, const std::filesystem::path& runFolder) {
    setRunFolder(runFolder);
    m_list->showSettings(settings, false);
    m_tryout->setSettings(settings);
}

void RewardsPanel::setRunFolder(const std::filesystem::path& folder) {
    m_place.run_folder = folder;
    m_tryout->setPlace(m_place);
}

void RewardsPanel::setWorkspace(const std::filesystem::path& folder) {
    m_place.workspace = folder;
    m_tryout->setPlace(m_place);
}

void RewardsPanel::setRuns(const std::vector<RunRecord>& runs) {
    std::vector<RunRecord> rewardModels;
    std::ranges::copy_if(runs, std::back_inserter(rewardModels),
                         [](const RunRecord& run) { return run.algorithm == "reward"; });
    m_list->setRuns(rewardModels);
}

QString RewardsPanel::unreadable() const { return m_list->unreadable(); }

void RewardsPanel::focusTryout() { m_tryout->setFocus(Qt::ShortcutFocusReason); }

QSize RewardsPanel::minimumSizeHint() const { return {least_width, least_height}; }

QString rewardsSummary(const Settings& settings) {
    const auto functions = scoring_functions(settings);
    if (functions.empty()) return "The reference answers of the rows";
    QStringList parts;
    for (std::size_t k = 0; k < functions.size(); ++k) {
        const double weight = reward_weight(settings, k);
        parts << (weight == 1.0 ? QString() : toQString(format_number(weight)) + " \u00D7 ") +
                     toQString(reward_shown_name(functions[k]));
    }
    return parts.join(", ");
}

}  // namespace plumb::ui
