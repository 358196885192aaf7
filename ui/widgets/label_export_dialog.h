// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>

#include <QDialog>

#include "session/label_files.h"
#include "store/label_records.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace plumb::ui {

class JobProgress;
class SessionBridge;

/// Writes the verdicts of a queue to a file: says beforehand how many rows that makes and what is
/// left out. Deletes itself when it closes, which stops an export.
class LabelExportDialog : public QDialog {
    Q_OBJECT

public:
    LabelExportDialog(SessionBridge& bridge, const LabelQueue& queue, QWidget* parent);
    ~LabelExportDialog() override;

    void setFile(const QString& file);

Q_SIGNALS:
    /// What was written, in a sentence.
    void told(const QString& message);

public Q_SLOTS:
    void reject() override;

private:
    QWidget* makeForm();
    void chooseFile();
    void readAnnotators();
    LabelsToExport wanted() const;
    void count();
    void write();
    /// "120 rows; left out: 12 without a verdict, 3 ties".
    QString reportText(const LabelExportReport& report) const;
    void tell(const QString& problem);
    void allow();

    SessionBridge& m_bridge;
    LabelQueue m_queue;
    std::stop_source m_counting;
    QComboBox *m_form, *m_annotator, *m_ties, *m_bothBad;
    QCheckBox* m_provenance;
    QLineEdit* m_file;
    QLabel *m_help, *m_counts, *m_problem;
    QWidget* m_fields;
    JobProgress* m_progress;
    QPushButton *m_cancel, *m_write;
};

}  // namespace plumb::ui
