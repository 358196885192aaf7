// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QAbstractListModel>

#include "bridge/answer_feed.h"

namespace plumb::ui {

/// Prompts that compared runs answered, a line each.
class PromptListModel : public QAbstractListModel {
    Q_OBJECT

public:
    /// The whole prompt: what a search looks at.
    static constexpr int TextRole = Qt::UserRole + 1;

    explicit PromptListModel(QObject* parent = nullptr) : QAbstractListModel(parent) {}

    /// runs: how many there are, so that prompts that not all answered say so.
    void setPrompts(std::vector<AskedPrompt> prompts, std::size_t runs);
    const std::vector<AskedPrompt>& prompts() const { return m_prompts; }
    /// The row of the prompt; -1 where it is not there.
    int rowOf(const std::string& prompt) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

private:
    std::vector<AskedPrompt> m_prompts;
    std::size_t m_runs = 0;
};

}  // namespace plumb::ui
