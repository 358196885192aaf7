// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/report_table_view.h"

#include <algorithm>

#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QScrollBar>
#include <QSettings>
#include <QTableView>
#include <QVBoxLayout>

#include "base/files.h"
#include "common/background.h"
#include "common/text.h"
#include "models/report_table_model.h"

namespace plumb::ui {
namespace {

constexpr int row_height = 25, widest_column = 300, narrowest_column = 52;

QString widthKey(const QString& table, const std::string& column) {
    return QString("compareTables/%1/%2").arg(table, toQString(column));
}

QPushButton* addButton(QHBoxLayout& layout, const QString& name, const QString& text,
                       QWidget* parent) {
    auto* button = new QPushButton(text, parent);
    button->setObjectName(name);
    button->setProperty("role", "flat");
    layout.addWidget(button);
    return button;
}

}  // namespace

ReportTableView::ReportTableView(const QString& name, QWidget* parent)
    : QFrame(parent),
      m_name(name),
      m_title(new QLabel(this)),
      m_notes(new QLabel(this)),
      m_view(new QTableView(this)),
      m_model(new ReportTableModel(this)),
      m_order(new ReportTableOrder(this)) {
    setProperty("role", "panel");
    m_title->setProperty("role", "title");
    m_notes->setProperty("role", "small");
    m_notes->setWordWrap(true);
    m_notes->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_notes->setObjectName("notes:" + name);
    m_order->setSourceModel(m_model);
    m_view->setObjectName("table:" + name);
    m_view->setModel(m_order);
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setShowGrid(false);
    m_view->setWordWrap(false);
    m_view->setIconSize({10, 10});
    m_view->setSortingEnabled(true);
    m_view->sortByColumn(-1, Qt::AscendingOrder);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_view->setTabKeyNavigation(false);
    m_view->verticalHeader()->hide();
    m_view->verticalHeader()->setDefaultSectionSize(row_height);
    m_view->horizontalHeader()->setHighlightSections(false);
    m_view->horizontalHeader()->setMinimumSectionSize(narrowest_column);
    m_view->horizontalHeader()->setSortIndicatorClearable(true);
    m_view->installEventFilter(this);

    auto* head = new QHBoxLayout;
    head->setSpacing(4);
    head->addWidget(m_title, 1);
    QPushButton* copies = addButton(*head, "copy:" + name, "Copy", this);
    copies->setToolTip("The chosen rows, or all of them (Ctrl+C)");
    QPushButton* saves = addButton(*head, "save:" + name, "CSV...", this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 6, 8, 8);
    layout->setSpacing(4);
    layout->addLayout(head);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_notes);
    connect(copies, &QPushButton::clicked, this, &ReportTableView::copy);
    connect(saves, &QPushButton::clicked, this, &ReportTableView::save);
    connect(m_view->horizontalHeader(), &QHeaderView::sectionResized, this,
            [this](int section, int, int width) {
                const auto& columns = m_model->table().columns;
                if (m_sizing || section >= static_cast<int>(columns.size())) return;
                QSettings().setValue(widthKey(m_name, columns[std::size_t(section)].id), width);
            });
}

const ReportTable& ReportTableView::table() const { return m_model->table(); }

void ReportTableView::setMostRows(int rows) {
    m_mostRows = rows;
    sizeRows();
}

void ReportTableView::setTable(const ReportTable& table) {
    m_model->setTable(table);
    m_title->setText(toQString(table.title));
    m_view->setAccessibleName(toQString(table.title));
    QStringList notes;
    for (const std::string& note : table.notes) notes << toQString(note);
    m_notes->setText(notes.join(" "));
    m_notes->setVisible(!notes.isEmpty());
    QStringList columns;
    for (const TableColumn& column : table.columns) columns << toQString(column.id);
    sizeColumns(columns != m_sized || table.rows.empty());
    m_sized = table.rows.empty() ? QStringList() : columns;
    sizeRows();
}

void ReportTableView::sizeColumns(bool anew) {
    m_sizing = true;
    const auto& columns = m_model->table().columns;
    std::vector<int> before(columns.size(), 0);
    for (std::size_t i = 0; !anew && i < columns.size(); ++i)
        before[i] = m_view->columnWidth(static_cast<int>(i));
    m_view->resizeColumnsToContents();
    const QSettings settings;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const int section = static_cast<int>(i);
        const int fits =
            std::max(before[i], std::min(m_view->columnWidth(section) + 10, widest_column));
        m_view->setColumnWidth(section,
                               settings.value(widthKey(m_name, columns[i].id), fits).toInt());
    }
    m_sizing = false;
}

void ReportTableView::sizeRows() {
    if (m_mostRows == 0) return;
    const int rows = std::clamp(m_model->rowCount(), 1, m_mostRows);
    // With room for the bar below, whether it is there or not.
    m_view->setFixedHeight(m_view->horizontalHeader()->sizeHint().height() + rows * row_height +
                           m_view->horizontalScrollBar()->sizeHint().height() + 2);
}

bool ReportTableView::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent*>(event)->matches(QKeySequence::Copy)) {
        copy();
        return true;
    }
    return QFrame::eventFilter(watched, event);
}

QString ReportTableView::copiedText() const {
    std::vector<int> rows;
    for (const QModelIndex& index : m_view->selectionModel()->selectedRows())
        rows.push_back(index.row());
    std::ranges::sort(rows);
    if (rows.empty())
        for (int row = 0; row < m_order->rowCount(); ++row) rows.push_back(row);
    QStringList lines;
    const auto line = [&](auto text) {
        QStringList cells;
        for (int column = 0; column < m_order->columnCount(); ++column) cells << text(column);
        lines << cells.join('\t');
    };
    line([&](int c) { return m_order->headerData(c, Qt::Horizontal).toString(); });
    for (const int row : rows)
        line([&](int c) { return m_order->index(row, c).data().toString(); });
    return lines.join('\n') + "\n";
}

void ReportTableView::copy() {
    QApplication::clipboard()->setText(copiedText());
    Q_EMIT told("Copied: " + m_title->text() + ".");
}

void ReportTableView::save() {
    auto* dialog = new QFileDialog(this, "Save table");
    dialog->setObjectName("tableFileDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix("csv");
    dialog->setNameFilter("Comma-separated values (*.csv)");
    dialog->selectFile(m_name + ".csv");
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
        runInBackground(
            this,
            [file, table = table()](const std::stop_token&) {
                return write_file_atomic(toStd(file), table_csv(table));
            },
            [this, file](const Status& status) {
                if (status)
                    Q_EMIT told("Saved to " + file + ".");
                else
                    Q_EMIT problem(toQString(status.error().message));
            });
    });
    dialog->open();
}

}  // namespace plumb::ui
