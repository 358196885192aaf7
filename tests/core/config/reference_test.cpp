// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/reference.h"

#include <cstdlib>
#include <filesystem>

#include "base/files.h"
#include "config/fields.h"
#include "test_main.h"

using namespace plumb;

class TestReference : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void every_setting_has_its_heading() {
        const std::string page = settings_reference();
        for (const Field& field : fields())
            QVERIFY2(page.find("### `" + std::string(field.key) + "`\n") != std::string::npos,
                     field.key.data());
    }

    void the_page_is_that_of_the_table() {
        const auto path = std::filesystem::path(PLUMBLINE_SOURCE_DIR) / "docs/settings.md";
        if (std::getenv("PLUMBLINE_UPDATE_DOCS"))
            VERIFY_OK(write_file_atomic(path, settings_reference()));
        const auto page = read_file(path);
        VERIFY_OK(page);
        QVERIFY2(*page == settings_reference(),
                 "docs/settings.md is old; run this with PLUMBLINE_UPDATE_DOCS=1");
    }
};

PLUMB_REGISTER_TEST(TestReference)
#include "reference_test.moc"
