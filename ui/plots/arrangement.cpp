// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/arrangement.h"

#include <algorithm>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSettings>

#include "common/text.h"

namespace plumb::ui {
namespace {

std::optional<ChartSetup> readSetup(const QJsonObject& object) {
    ChartSetup setup;
    setup.group.title = toStd(object["title"].toString());
    for (const QJsonValue key : object["metrics"].toArray())
        if (key.isString()) setup.group.keys.push_back(toStd(key.toString()));
    setup.logarithmic = object["logarithmic"].toBool();
    setup.clipsOutliers = object["clipsOutliers"].toBool();
    if (setup.group.title.empty() || setup.group.keys.empty()) return std::nullopt;
    return setup;
}

QString arrangementKey(const QString& algorithm) { return "charts/arrangement/" + algorithm; }

}  // namespace

Arrangement arrangementOf(const std::vector<ChartGroup>& groups) {
    Arrangement charts;
    for (const ChartGroup& group : groups) charts.push_back({.group = group});
    return charts;
}

std::string freeTitle(const Arrangement& charts, const std::string& title,
                      std::optional<std::size_t> except) {
    const auto taken = [&](const std::string& wanted) {
        for (std::size_t i = 0; i < charts.size(); ++i)
            if (i != except && charts[i].group.title == wanted) return true;
        return false;
    };
    std::string free = title;
    for (int number = 2; taken(free); ++number) free = title + " " + std::to_string(number);
    return free;
}

QString writeArrangement(const Arrangement& charts) {
    QJsonArray list;
    for (const ChartSetup& setup : charts) {
        QJsonArray keys;
        for (const std::string& key : setup.group.keys) keys.append(toQString(key));
        list.append(QJsonObject{{"title", toQString(setup.group.title)},
                                {"metrics", keys},
                                {"logarithmic", setup.logarithmic},
                                {"clipsOutliers", setup.clipsOutliers}});
    }
    return QString::fromUtf8(QJsonDocument(list).toJson(QJsonDocument::Compact));
}

std::optional<Arrangement> readArrangement(const QString& json) {
    const QJsonDocument document = QJsonDocument::fromJson(json.toUtf8());
    if (!document.isArray()) return std::nullopt;
    Arrangement charts;
    for (const QJsonValue entry : document.array())
        if (auto setup = readSetup(entry.toObject())) {
            setup->group.title = freeTitle(charts, setup->group.title);
            charts.push_back(std::move(*setup));
        }
    return charts;
}

std::optional<Arrangement> keptArrangement(const QString& algorithm) {
    return readArrangement(QSettings().value(arrangementKey(algorithm)).toString());
}

void keepArrangement(const QString& algorithm, const std::optional<Arrangement>& charts) {
    QSettings settings;
    if (charts)
        settings.setValue(arrangementKey(algorithm), writeArrangement(*charts));
    else
        settings.remove(arrangementKey(algorithm));
}

ChartsView keptView(const QString& keptAs) {
    const QSettings settings;
    ChartsView view;
    view.axis = parse_x_axis(toStd(settings.value(keptAs + "/x").toString())).value_or(XAxis::step);
    view.logarithmicX = settings.value(keptAs + "/logarithmicX").toBool();
    bool isNumber = false;
    const double weight = settings.value(keptAs + "/smoothing").toDouble(&isNumber);
    if (isNumber && weight >= 0 && weight < 1) view.smoothing = weight;
    return view;
}

void keepView(const ChartsView& view, const QString& keptAs) {
    QSettings settings;
    settings.setValue(keptAs + "/x", toQString(x_axis_info(view.axis).id));
    settings.setValue(keptAs + "/logarithmicX", view.logarithmicX);
    if (view.smoothing)
        settings.setValue(keptAs + "/smoothing", *view.smoothing);
    else
        settings.remove(keptAs + "/smoothing");
}

}  // namespace plumb::ui
