// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <unistd.h>

#include <QObject>
#include <QString>
#include <QTest>

/// The test classes of one program; each .cpp adds its own.
inline std::vector<std::function<std::unique_ptr<QObject>()>>& test_classes() {
    static std::vector<std::function<std::unique_ptr<QObject>()>> all;
    return all;
}

#define PLUMB_REGISTER_TEST(Class)                                                        \
    [[maybe_unused]] static const bool registered_##Class = [] {                          \
        test_classes().push_back([] { return std::unique_ptr<QObject>(new Class); });     \
        return true;                                                                      \
    }();

/// A folder of the reference data beside the project, or an empty path where it is missing: the
/// test then skips. $PLUMBLINE_SHARED overrides where it is looked for.
inline std::filesystem::path shared_folder(const std::string& below) {
    const char* given = std::getenv("PLUMBLINE_SHARED");
    const std::filesystem::path root =
        given ? given : std::filesystem::path(PLUMBLINE_SOURCE_DIR) / ".." / "shared";
    return std::filesystem::exists(root / below) ? root / below : std::filesystem::path();
}

/// An empty folder that is removed at the end of the scope.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "plumbline-test-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// Compares std::string with a readable message.
#define COMPARE_TEXT(actual, expected) \
    QCOMPARE(QString::fromStdString(actual), QString::fromStdString(expected))
/// Fails with the error's message where a Result is not ok. The expression is evaluated once.
#define VERIFY_OK(result)                                                                   \
    do {                                                                                    \
        const auto& verified = (result);                                                    \
        QVERIFY2(verified.ok(), verified.ok() ? "" : verified.error().message.c_str());     \
    } while (false)
