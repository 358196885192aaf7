// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/energy.h"

#include <filesystem>
#include <fstream>

#include "test_main.h"

using namespace plumb;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text << '\n';
}

void add_zone(const fs::path& folder, const std::string& zone, const std::string& name,
              std::int64_t microjoules) {
    write(folder / zone / "name", name);
    write(folder / zone / "energy_uj", std::to_string(microjoules));
    write(folder / zone / "max_energy_range_uj", "262143000000");
}

void set_counter(const fs::path& folder, const std::string& zone, std::int64_t microjoules) {
    write(folder / zone / "energy_uj", std::to_string(microjoules));
}

}  // namespace

class TestEnergy : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void packages_are_added_up_and_their_parts_left_out() {
        TemporaryFolder folder;
        add_zone(folder.path(), "intel-rapl:0", "package-0", 1'000'000);
        add_zone(folder.path(), "intel-rapl:1", "package-1", 5'000'000);
        add_zone(folder.path(), "intel-rapl:0:0", "core", 300'000);
        add_zone(folder.path(), "intel-rapl:2", "psys", 9'000'000);
        write(folder.path() / "intel-rapl" / "enabled", "1");
        EnergyMeter meter(folder.path());
        QCOMPARE(meter.joules().value(), 0.0);
        set_counter(folder.path(), "intel-rapl:0", 3'500'000);
        set_counter(folder.path(), "intel-rapl:1", 5'250'000);
        set_counter(folder.path(), "intel-rapl:0:0", 9'000'000);
        set_counter(folder.path(), "intel-rapl:2", 90'000'000);
        QCOMPARE(meter.joules().value(), 2.75);
        meter.restart();
        QCOMPARE(meter.joules().value(), 0.0);
    }

    void a_counter_that_begins_again_is_followed() {
        TemporaryFolder folder;
        add_zone(folder.path(), "intel-rapl:0", "package-0", 262'142'000'000);
        const EnergyMeter meter(folder.path());
        set_counter(folder.path(), "intel-rapl:0", 2'000'000);
        QCOMPARE(meter.joules().value(), 3.0);
    }

    void what_cannot_be_read_is_not_known() {
        TemporaryFolder folder;
        QVERIFY(!EnergyMeter(folder.path() / "missing").joules());
        QVERIFY(!EnergyMeter(folder.path()).joules());
        add_zone(folder.path(), "intel-rapl:0", "package-0", 1'000'000);
        add_zone(folder.path(), "intel-rapl:1", "package-1", 1'000'000);
        fs::remove(folder.path() / "intel-rapl:1" / "energy_uj");
        QVERIFY(!EnergyMeter(folder.path()).joules());
        // One that can be read only later has no beginning to be counted from.
        const EnergyMeter meter(folder.path());
        set_counter(folder.path(), "intel-rapl:1", 7);
        QVERIFY(!meter.joules());
        write(folder.path() / "intel-rapl:0" / "energy_uj", "none");
        QVERIFY(!EnergyMeter(folder.path()).joules());
    }

    void without_a_range_a_fall_is_not_known() {
        TemporaryFolder folder;
        add_zone(folder.path(), "intel-rapl:0", "package-0", 1'000'000);
        fs::remove(folder.path() / "intel-rapl:0" / "max_energy_range_uj");
        const EnergyMeter meter(folder.path());
        set_counter(folder.path(), "intel-rapl:0", 1'500'000);
        QCOMPARE(meter.joules().value(), 0.5);
        set_counter(folder.path(), "intel-rapl:0", 500'000);
        QVERIFY(!meter.joules());
    }
};

PLUMB_REGISTER_TEST(TestEnergy)
#include "energy_test.moc"
