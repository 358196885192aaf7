// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "config/presets.h"
#include "core/session/small_run.h"

/// The cache of this program's runs: presets of one task and seed share their supervised start.
inline std::filesystem::path shared_cache() {
    static const TemporaryFolder folder;
    return folder.path();
}

/// A smoke preset with a seed, run from its start to its end.
class SmokeRun {
public:
    SmokeRun(const std::string& preset, int seed) : session_(shared_cache()) {
        auto settings = plumb::preset_settings(preset);
        if (!settings) qFatal("%s", settings.error().message.c_str());
        settings->seed = seed;
        settings->threads = 2;  // the numbers are those of a machine with two cores anywhere
        settings_ = *settings;
        run_ = session_.run(settings_, preset);
    }

    const plumb::Settings& settings() const { return settings_; }
    std::vector<plumb::MetricPoint> points(const std::string& key) {
        const auto found = session_.reader()->metric(run_, key);
        if (!found || found->empty()) qFatal("%s has no %s", settings_.preset.c_str(), key.c_str());
        return *found;
    }
    double first(const std::string& key) { return points(key).front().value; }
    double last(const std::string& key) { return points(key).back().value; }

    /// By how much the metric rose. Told in the output.
    double rise(const std::string& key) {
        qInfo("%s, seed %d: %s %.3f -> %.3f", settings_.preset.c_str(),
              static_cast<int>(settings_.seed), key.c_str(), first(key), last(key));
        return last(key) - first(key);
    }

private:
    SmallSession session_;
    plumb::Settings settings_;
    plumb::RunId run_ = 0;
};

inline void add_seeds(int count) {
    QTest::addColumn<int>("seed");
    for (int seed = 0; seed < count; ++seed) QTest::addRow("seed %d", seed) << seed;
}
