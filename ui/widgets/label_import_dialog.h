// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <stop_token>
#include <string>

#include <QDialog>
#include <QTimer>

#include "session/label_files.h"
#include "session/label_preview.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QStackedWidget;
class QTableWidget;

namespace plumb::ui {

class JobProgress;
class SessionBridge;

/// Makes a label queue of a file: shows how its rows would be read, lets columns be named, imports
/// them, and tells what came of it. Deletes itself when it closes, which stops an import.
class LabelImportDialog : public QDialog {
    Q_OBJECT

public:
    LabelImportDialog(SessionBridge& bridge, QWidget* parent);
    ~LabelImportDialog() override;

    void setFile(const QString& file);
    void chooseFile();

Q_SIGNALS:
    /// There is a new queue.
    void imported(qint64 queue);

public Q_SLOTS:
    void reject() override;

private:
    QWidget* makeForm();
    QWidget* makeColumns();
    QWidget* makeOutcome();
    LabelFileToImport wanted() const;
    void preview();
    void showPreview(const Result<LabelFilePreview>& preview);
    void fillRows(const LabelFilePreview& preview);
    void fillColumns(const LabelFilePreview& preview);
    void suggestName();
    void import();
    void showOutcome(const LabelFileReport& report);
    void tell(const QString& problem);

    SessionBridge& m_bridge;
    std::optional<std::vector<std::string>> m_taken;  ///< names of queues, once they are read
    bool m_named = false;                             ///< by the user
    std::stop_source m_reading;
    QTimer m_delay;
    QStackedWidget* m_pages;
    QLineEdit *m_file, *m_name, *m_annotator;
    QLabel *m_form, *m_problem, *m_summary;
    std::map<std::string, QComboBox*> m_columns;  ///< by role
    QTableWidget* m_rows;
    QPlainTextEdit* m_bad;
    JobProgress* m_progress;
    QPushButton *m_choose, *m_import, *m_cancel, *m_copy;
};

}  // namespace plumb::ui
