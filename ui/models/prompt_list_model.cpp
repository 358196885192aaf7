// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/prompt_list_model.h"

#include <algorithm>

#include "common/text.h"
#include "models/completion_columns.h"

namespace plumb::ui {

void PromptListModel::setPrompts(std::vector<AskedPrompt> prompts, std::size_t runs) {
    beginResetModel();
    m_prompts = std::move(prompts);
    m_runs = runs;
    endResetModel();
}

int PromptListModel::rowOf(const std::string& prompt) const {
    const auto found = std::ranges::find(m_prompts, prompt, &AskedPrompt::text);
    return found == m_prompts.end() ? -1 : static_cast<int>(found - m_prompts.begin());
}

int PromptListModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_prompts.size());
}

QVariant PromptListModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const AskedPrompt& prompt = m_prompts[static_cast<std::size_t>(index.row())];
    const QString few =
        prompt.runs < m_runs ? QString("%1 of %2 runs").arg(prompt.runs).arg(m_runs) : QString();
    switch (role) {
        case Qt::DisplayRole:
            return (prompt.pinned ? "pinned: " : "") + onOneLine(prompt.text) +
                   (few.isEmpty() ? QString() : "  (" + few + ")");
        case Qt::ToolTipRole:
            return toQString(prompt.text) + (few.isEmpty() ? QString() : "\n\nanswered by " + few);
        case TextRole: return toQString(prompt.text);
        default: return {};
    }
}

}  // namespace plumb::ui
