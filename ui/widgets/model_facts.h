// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>

#include <QScrollArea>

#include "session/model_info.h"

class QGridLayout;
class QLabel;

namespace plumb::ui {

/// What a model's folder holds, as lines of a name and a value: its shape, its files, the memory
/// that it takes, its tokenizer and, where it is one, its adapter. The objectName of a value is
/// that of its line: "modelFamily", "modelTrainingMemory", ...
class ModelFacts : public QScrollArea {
    Q_OBJECT

public:
    explicit ModelFacts(QWidget* parent = nullptr);

    void showInfo(const ModelInfo& info);

private:
    struct Line {
        QLabel *name, *value;
    };

    void addSection(const QString& name, const QString& title);
    void addLine(const QString& name, const QString& title, const QString& help = {});
    /// An empty value hides the line.
    void setLine(const QString& name, const QString& value);
    void showShape(const ModelInfo& info);
    void showFiles(const ModelInfo& info);
    void showTokenizer(const ModelInfo& info);
    void showAdapter(const ModelInfo& info);

    QGridLayout* m_grid;
    std::map<QString, Line> m_lines;
    QLabel* m_tokenizerProblem;
    QLabel* m_adapterTitle = nullptr;
};

}  // namespace plumb::ui
