// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <QObject>

#include "bridge/session_bridge.h"

namespace plumb::ui {

/// What a run answered to held-out prompts at an evaluation, read when it is asked for and then
/// kept.
class HeldOutAnswers : public QObject {
    Q_OBJECT

public:
    using Rows = std::vector<CompletionRecord>;
    /// Of one evaluation at most so many.
    static constexpr std::int64_t most_rows = 1024;

    explicit HeldOutAnswers(SessionBridge& bridge, QObject* parent = nullptr);

    /// Null: not read yet; it is read then, and ready() follows.
    std::shared_ptr<const Rows> at(RunId run, std::int64_t step);
    void clear();

Q_SIGNALS:
    void ready();
    void failed(const QString& message);

private:
    using Key = std::pair<RunId, std::int64_t>;

    SessionBridge& m_bridge;
    std::map<Key, std::shared_ptr<const Rows>> m_kept;  ///< null while it is read
};

}  // namespace plumb::ui
