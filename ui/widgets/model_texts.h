// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <stop_token>

#include <QTimer>
#include <QWidget>

#include "session/model_info.h"

class QLabel;
class QLineEdit;
class QPlainTextEdit;

namespace plumb::ui {

class TabStack;

/// The texts of a model: a conversation as its template writes it down, the template, and any text
/// as its tokenizer cuts it.
class ModelTexts : public QWidget {
    Q_OBJECT

public:
    explicit ModelTexts(QWidget* parent = nullptr);
    ~ModelTexts() override;

    void showInfo(const ModelInfo& info);

private:
    QWidget* makeTryout();
    QPlainTextEdit* makeText(const QString& name, const QString& title);
    void cut();

    std::filesystem::path m_folder;
    bool m_hasTokenizer = false;
    TabStack* m_tabs;
    QPlainTextEdit *m_example, *m_template, *m_tokens;
    QLineEdit* m_text;
    QLabel* m_count;
    QTimer m_delay;
    std::stop_source m_running;  ///< of the text that is being cut
};

}  // namespace plumb::ui
