// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QDialog>

#include "config/experiments.h"

class QCheckBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;

namespace plumb::ui {

/// Runs that are to be compared: what they are, a list of them, and a button that queues them.
/// Deletes itself when it closes.
class ExperimentDialog : public QDialog {
    Q_OBJECT

public:
    /// The runs as the form has them; empty where something is missing, which is told then.
    const std::optional<ExperimentPlan>& plan() const { return m_plan; }

Q_SIGNALS:
    void queueRequested(const plumb::ExperimentPlan& plan);

protected:
    /// name: begins the objectNames of the parts.
    ExperimentDialog(const QString& name, const QString& title, QWidget* parent);

    /// A row with room for an error below its editor.
    QLabel* addChecked(const QString& title, QWidget* editor, const QString& help);
    void addPlain(const QString& title, QWidget* editor, const QString& help);
    QLineEdit* makeLine(const QString& part, const QString& placeholder);
    /// The rows that every such form ends with. To be called once, last.
    void addEnd(const QString& seeds);
    /// Works the plan out anew.
    void check();
    static void setError(QLabel& label, const QString& text);
    QWidget* form() { return m_formWidget; }

    /// What is planned, without name and seeds; an empty optional where an error stands beside a
    /// field.
    virtual std::optional<Experiment> experiment() = 0;
    virtual void refine(ExperimentOptions& options) const = 0;

private:
    const QString m_name;
    QWidget* m_formWidget;
    QFormLayout* m_form;
    QLineEdit *m_comparison = nullptr, *m_seeds = nullptr;
    QCheckBox* m_shared = nullptr;
    QLabel *m_seedsError = nullptr, *m_problem = nullptr, *m_runsTitle = nullptr;
    QListWidget* m_runs = nullptr;
    QPushButton* m_queue = nullptr;
    std::optional<ExperimentPlan> m_plan;
};

}  // namespace plumb::ui
