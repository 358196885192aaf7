// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/no_charts.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace plumb::ui {

QWidget* makeNoCharts(std::function<void()> add, std::function<void()> reset, QWidget* parent) {
    auto* widget = new QWidget(parent);
    widget->setObjectName("noCharts");
    auto* text = new QLabel("There are no charts: all have been removed.", widget);
    text->setProperty("role", "muted");
    text->setAlignment(Qt::AlignCenter);
    auto* addButton = new QPushButton("Add a chart", widget);
    addButton->setObjectName("noChartsAdd");
    auto* resetButton = new QPushButton("Show the usual charts", widget);
    resetButton->setObjectName("noChartsReset");
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(addButton);
    buttons->addWidget(resetButton);
    buttons->addStretch();
    auto* layout = new QVBoxLayout(widget);
    layout->addStretch();
    layout->addWidget(text);
    layout->addLayout(buttons);
    layout->addStretch();
    widget->setFocusProxy(resetButton);
    QObject::connect(addButton, &QPushButton::clicked, widget, std::move(add));
    QObject::connect(resetButton, &QPushButton::clicked, widget, std::move(reset));
    return widget;
}

}  // namespace plumb::ui
