// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model_chooser.h"

#include <QFileDialog>
#include <QWheelEvent>

#include "common/text.h"

namespace plumb::ui {
namespace {

constexpr const char* folder_item = "?";
constexpr int fewest_characters = 24;

}  // namespace

ModelChooser::ModelChooser(const QString& name, const QString& emptyText, QWidget* parent)
    : QComboBox(parent), m_emptyText(emptyText) {
    setObjectName(name);
    setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    setMinimumContentsLength(fewest_characters);
    setFocusPolicy(Qt::StrongFocus);
    connect(this, &QComboBox::activated, this, [this](int index) {
        const QString model = itemData(index).toString();
        if (model == folder_item) {
            chooseFolder();
            return;
        }
        m_model = model;
        Q_EMIT chosen(model);
    });
    setRuns({});
}

void ModelChooser::setRuns(const std::vector<RunRecord>& runs) {
    m_runs = runs;
    fill();
}

void ModelChooser::fill() {
    clear();
    addItem(m_emptyText, "");
    for (const RunRecord& run : m_runs) {
        const QString id = QString::number(run.id);
        QString text = QString("Run %1, %2").arg(id, toQString(run.name));
        // The list of runs is older than the steps of one that goes on.
        if (run.step > 0) text += QString(", step %1").arg(run.step);
        if (run.step > 0 || id == m_model) addItem(text, id);
    }
    addItem("A folder ...", folder_item);
    if (findData(m_model) < 0) insertItem(1, m_model, m_model);
    setCurrentIndex(findData(m_model));
    setToolTip(currentText());
}

void ModelChooser::setModel(const QString& model) {
    m_model = model;
    fill();
}

void ModelChooser::setEmptyText(const QString& text) {
    m_emptyText = text;
    fill();
}

void ModelChooser::wheelEvent(QWheelEvent* event) { event->ignore(); }

void ModelChooser::chooseFolder() {
    setModel(m_model);
    auto* dialog = new QFileDialog(this, "Folder of a model");
    dialog->setObjectName(objectName() + "Dialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& folder) {
        setModel(folder);
        Q_EMIT chosen(folder);
    });
    dialog->open();
}

}  // namespace plumb::ui
