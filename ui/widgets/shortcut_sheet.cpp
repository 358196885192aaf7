// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/shortcut_sheet.h"

#include <algorithm>
#include <array>
#include <vector>

#include <QDialog>
#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>
#include <QShortcut>

#include "common/shortcuts.h"
#include "common/text.h"
#include "common/theme.h"

namespace plumb::ui {
namespace {

constexpr int sheet_width = 860;
constexpr const char* sheet_name = "shortcutSheet";
constexpr std::size_t column_count = 2;
constexpr int rows_of_a_title = 2;

using Group = std::vector<const Shortcut*>;

/// The rows of one place after another, as the table has them.
std::vector<Group> groups() {
    std::vector<Group> all;
    for (const Shortcut& row : shortcuts()) {
        if (all.empty() || all.back().front()->place != row.place) all.emplace_back();
        all.back().push_back(&row);
    }
    return all;
}

QWidget* makeGroup(const Group& group, QWidget* parent) {
    auto* part = new QWidget(parent);
    auto* grid = new QGridLayout(part);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(14);
    grid->setVerticalSpacing(3);
    grid->setColumnMinimumWidth(0, 104);
    grid->setColumnStretch(1, 1);
    auto* title = new QLabel(placeTitle(group.front()->place).toUpper(), part);
    title->setProperty("role", "section");
    grid->addWidget(title, 0, 0, 1, 2);
    for (const Shortcut* row : group) {
        auto* keys = new QLabel(toQString(row->keys), part);
        keys->setFont(monospacedFont());
        keys->setObjectName("keys:" + toQString(row->id));
        auto* text = new QLabel(toQString(row->text), part);
        text->setObjectName("text:" + toQString(row->id));
        text->setWordWrap(true);
        const int at = grid->rowCount();
        grid->addWidget(keys, at, 0, Qt::AlignTop);
        grid->addWidget(text, at, 1, Qt::AlignTop);
    }
    return part;
}

QWidget* makeColumns(QWidget* parent) {
    auto* page = new QWidget(parent);
    auto* layout = new QHBoxLayout(page);
    layout->setContentsMargins(16, 14, 16, 14);
    layout->setSpacing(28);
    std::array<QVBoxLayout*, column_count> columns{};
    std::array<std::size_t, column_count> heights{};
    for (QVBoxLayout*& column : columns) {
        column = new QVBoxLayout;
        column->setSpacing(14);
        layout->addLayout(column, 1);
    }
    for (const Group& group : groups()) {
        const auto lowest = static_cast<std::size_t>(
            std::min_element(heights.begin(), heights.end()) - heights.begin());
        columns[lowest]->addWidget(makeGroup(group, page));
        heights[lowest] += group.size() + rows_of_a_title;
    }
    for (QVBoxLayout* column : columns) column->addStretch();
    return page;
}

}  // namespace

void showShortcutSheet(QWidget* window) {
    if (auto* open = window->findChild<QDialog*>(sheet_name)) {
        open->close();
        return;
    }
    auto* sheet = new QDialog(window);
    sheet->setObjectName(sheet_name);
    sheet->setWindowTitle("Keys");
    sheet->setAttribute(Qt::WA_DeleteOnClose);
    auto* scroll = new QScrollArea(sheet);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setAccessibleName("All keys of the window");
    scroll->setWidget(makeColumns(scroll));
    auto* layout = new QVBoxLayout(sheet);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(scroll);
    auto* again = new QShortcut(sheet);
    again->setKeys(allKeysOf("showShortcuts"));
    QObject::connect(again, &QShortcut::activated, sheet, &QDialog::close);
    sheet->resize(QSize(sheet_width, scroll->widget()->sizeHint().height())
                      .boundedTo(window->size() - QSize(40, 80)));
    sheet->open();
}

}  // namespace plumb::ui
