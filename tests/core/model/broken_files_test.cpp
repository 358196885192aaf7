// SPDX-License-Identifier: GPL-3.0-or-later
// Checkpoints from anywhere: whatever is wrong with them is said, without much memory.
#include <algorithm>
#include <fstream>

#include <sys/resource.h>
#include <sys/stat.h>

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "model/decoder.h"
#include "model/model_files.h"
#include "small_model.h"
#include "test_main.h"

using namespace plumb;
namespace fs = std::filesystem;

namespace {

using nlohmann::json;

constexpr std::int64_t most_memory = 600000000;

std::int64_t peak_memory() {
    struct rusage usage {};
    ::getrusage(RUSAGE_SELF, &usage);
    return std::int64_t{usage.ru_maxrss} * 1024;
}

void write_bytes(const fs::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
}

/// A safetensors file of this header, without data.
void write_header(const fs::path& file, const std::string& header) {
    const std::uint64_t size = header.size();
    write_bytes(file, std::string(reinterpret_cast<const char*>(&size), sizeof size) + header);
}

/// With double quotes in place of the single ones.
std::string quoted(std::string text) {
    std::replace(text.begin(), text.end(), '\'', '"');
    return text;
}

std::string repeated(const std::string& text, std::size_t bytes) {
    std::string all;
    if (text.empty()) return all;
    all.reserve(bytes + text.size());
    while (all.size() < bytes) all += text;
    return all;
}

/// A small model's folder, to be broken.
class Checkpoint {
public:
    Checkpoint() {
        Decoder model(small_model_config(), at::kCPU);
        model.initialise(1);
        const Status saved = model.save(path());
        if (!saved.ok()) throw std::runtime_error(saved.error().message);
    }
    fs::path path() const { return folder_.path(); }
    fs::path weights() const { return path() / "model.safetensors"; }
    fs::path index() const { return path() / "model.safetensors.index.json"; }

    void change_config(const json& changes) const {
        json config = json::parse(read_file(path() / "config.json").value());
        config.merge_patch(changes);
        write_bytes(path() / "config.json", config.dump());
    }
    /// The message of loading it, which must fail.
    std::string complaint() const {
        const std::int64_t before = peak_memory();
        const auto loaded = Decoder::load(path(), at::kCPU);
        if (loaded.ok()) return "it was loaded";
        if (peak_memory() - before > most_memory) return "it took too much memory";
        return loaded.error().message;
    }

private:
    TemporaryFolder folder_;
};

bool says(const std::string& message, const std::string& part) {
    if (message.find(part) != std::string::npos) return true;
    qWarning("%s", message.substr(0, 500).c_str());
    return false;
}

}  // namespace

class TestBrokenFiles : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_file_cut_off_anywhere_is_noticed() {
        const Checkpoint checkpoint;
        const std::string whole = read_file(checkpoint.weights()).value();
        for (std::size_t bytes = 0; bytes < whole.size(); bytes += 1 + whole.size() / 97) {
            write_bytes(checkpoint.weights(), whole.substr(0, bytes));
            QVERIFY(says(checkpoint.complaint(), "is not a valid safetensors file"));
        }
    }

    /// Somebody truncates the file between its header and its data: an error, no signal.
    void a_file_cut_off_meanwhile_is_an_error() {
        const Checkpoint checkpoint;
        const auto files = ModelFiles::open(checkpoint.path());
        VERIFY_OK(files);
        fs::resize_file(checkpoint.weights(), fs::file_size(checkpoint.weights()) / 2);
        Status status;
        for (const auto& [name, place] : files->tensors()) {
            const Status read = files->read(place, at::empty(place.stored.shape));
            if (!read.ok()) status = read;
        }
        QVERIFY(!status.ok());
        QVERIFY(says(status.error().message, "cut off while it was read"));
    }

    void hostile_headers_data() {
        QTest::addColumn<int>("kind");
        for (std::size_t kind = 0; kind < hostile_headers_.size(); ++kind)
            QTest::newRow(hostile_headers_[kind].name) << static_cast<int>(kind);
    }
    void hostile_headers() {
        QFETCH(int, kind);
        const HostileHeader& hostile = hostile_headers_[static_cast<std::size_t>(kind)];
        const Checkpoint checkpoint;
        write_header(checkpoint.weights(), hostile.begin + repeated(hostile.again, hostile.bytes));
        QVERIFY(says(checkpoint.complaint(), hostile.message));
    }

    void a_header_of_a_million_tensors_is_read() {
        const Checkpoint checkpoint;
        std::string header = "{";
        for (int i = 0; i < 1000000; ++i)
            header += (i ? ",\"" : "\"") + std::to_string(i) +
                      quoted("':{'dtype':'U8','shape':[0],'data_offsets':[0,0]}");
        write_header(checkpoint.weights(), header + "}");
        QVERIFY(says(checkpoint.complaint(), "tensor model.embed_tokens.weight is missing"));
    }

    void broken_indices_data() {
        QTest::addColumn<QByteArray>("index");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char* name, const std::string& index, const char* message) {
            QTest::newRow(name) << QByteArray::fromStdString(index) << QByteArray(message);
        };
        row("no map", quoted("{'weight_map': []}"), "weight_map");
        row("nothing in it", quoted("{'weight_map': {}}"), "weight_map");
        row("a shard above the folder", quoted("{'weight_map': {'a': '../model-1.safetensors'}}"),
            "in the same folder");
        row("an absolute path", quoted("{'weight_map': {'a': '/etc/passwd'}}"),
            "in the same folder");
        row("the folder itself", quoted("{'weight_map': {'a': '..'}}"), "in the same folder");
        row("no name", quoted("{'weight_map': {'a': 3}}"), "in the same folder");
        row("a missing shard", quoted("{'weight_map': {'a': 'none.safetensors'}}"),
            "none.safetensors");
        row("the index as its own shard",
            quoted("{'weight_map': {'a': 'model.safetensors.index.json'}}"),
            "not a valid safetensors file");
        row("nested deeply", quoted("{'weight_map': ") + repeated(quoted("{'a':"), 15000000),
            "nested");
        row("too large", quoted("{'weight_map': {'a': '") + std::string(20000000, 'x') + "\"}}",
            "more than such a file has");
        row("cut off", quoted("{'weight_map': {'a': '1.saf"), "not a JSON object");
    }
    void broken_indices() {
        QFETCH(QByteArray, index);
        QFETCH(QByteArray, message);
        const Checkpoint checkpoint;
        fs::remove(checkpoint.weights());
        write_bytes(checkpoint.index(), index.toStdString());
        QVERIFY(says(checkpoint.complaint(), message.toStdString()));
    }

    void broken_configurations_data() {
        QTest::addColumn<QByteArray>("config");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char* name, const std::string& config, const char* message) {
            QTest::newRow(name) << QByteArray::fromStdString(config) << QByteArray(message);
        };
        row("nested deeply", quoted("{'model_type':") + repeated("[", 3'900'000), "nested");
        row("too large", "{" + std::string(5000000, ' ') + "}", "more than such a file has");
        row("wide", quoted("{'model_type':[") + repeated("[],", 3'900'000) + "[]]}", "model_type");
        row("a key that is nested",
            quoted("{'model_type':") + std::string(60, '[') + std::string(60, ']') + "}",
            "model_type");
        row("empty", "", "not a JSON object");
        row("no text", std::string("\xff\xfe\x00\x01", 4), "not a JSON object");
        row("bytes that are no UTF-8", "{\"model_type\": [\"\xff\"]}", "JSON object");
    }
    void broken_configurations() {
        QFETCH(QByteArray, config);
        QFETCH(QByteArray, message);
        const Checkpoint checkpoint;
        write_bytes(checkpoint.path() / "config.json", config.toStdString());
        QVERIFY(says(checkpoint.complaint(), message.toStdString()));
    }

    /// Nothing is allocated for what the files do not hold.
    void absurd_sizes_are_refused_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<qint64>("value");
        QTest::addColumn<QString>("message");
        for (const char* key : {"vocab_size", "hidden_size", "intermediate_size",
                                "num_hidden_layers", "num_attention_heads", "head_dim"}) {
            QTest::addRow("%s beyond all", key)
                << key << std::numeric_limits<qint64>::max() << QString(key);
            QTest::addRow("%s below all", key)
                << key << std::numeric_limits<qint64>::min() << QString(key);
        }
        QTest::newRow("many words") << "vocab_size" << qint64{60000000} << "config.json asks for";
        QTest::newRow("wide") << "hidden_size" << qint64{1000000} << "config.json asks for";
        QTest::newRow("deep") << "num_hidden_layers" << qint64{4000} << "4000 layers";
        QTest::newRow("large heads") << "head_dim" << qint64{4096} << "config.json asks for";
    }
    void absurd_sizes_are_refused() {
        QFETCH(QString, key);
        QFETCH(qint64, value);
        QFETCH(QString, message);
        const Checkpoint checkpoint;
        checkpoint.change_config({{key.toStdString(), value}});
        QVERIFY(says(checkpoint.complaint(), message.toStdString()));
    }

    /// Positions cost nothing until they are used.
    void as_many_positions_as_a_number_holds_are_fine() {
        const Checkpoint checkpoint;
        checkpoint.change_config({{"max_position_embeddings", 2000000'000}});
        const std::int64_t before = peak_memory();
        VERIFY_OK(Decoder::load(checkpoint.path(), at::kCPU));
        QVERIFY(peak_memory() - before < most_memory);
    }

    void what_is_no_file_is_refused() {
        const Checkpoint checkpoint;
        fs::remove(checkpoint.weights());
        QVERIFY(::mkfifo(checkpoint.weights().c_str(), 0600) == 0);
        QVERIFY(says(checkpoint.complaint(), "not a regular file"));
        fs::remove(checkpoint.path() / "config.json");
        QVERIFY(::mkfifo((checkpoint.path() / "config.json").c_str(), 0600) == 0);
        QVERIFY(says(checkpoint.complaint(), "not a regular file"));
    }

private:
    struct HostileHeader {
        const char* name;
        std::string begin, again;  ///< again: so often that it fills the bytes
        std::size_t bytes;
        const char* message;
    };
    static constexpr std::size_t much = 99000000;
    const std::vector<HostileHeader> hostile_headers_ = {
        {"lists in lists", "", "[", much, "not a JSON object"},
        {"objects in objects", "", quoted("{'a':"), much, "is an object"},
        {"lists in a field", quoted("{'a':{'x':"), "[", much, "is a list"},
        {"numbers without end", quoted("{'a':{'dtype':'F32','shape':["), "1,", much,
         "too many dimensions"},
        {"numbers elsewhere", quoted("{'a':{'x':["), "1,", much, "not a JSON object"},
        {"a name without end", quoted("{'"), "a", much, "not a JSON object"},
        {"metadata without end", quoted("{'__metadata__':{'a':"), "[", much, "__metadata__"},
        {"no text at all", "", " ", much, "not a JSON object"},
        {"numbers that do not fit",
         quoted("{'a':{'dtype':'F32','shape':[99999999999999999999],'data_offsets':[0,4]}}"), "", 0,
         "shape"},
        {"a claim beyond the file",
         quoted("{'a':{'dtype':'F32','shape':[250000000000],'data_offsets':[0,1000000000000]}}"),
         "", 0, "cut off"},
    };
};

PLUMB_REGISTER_TEST(TestBrokenFiles)
#include "broken_files_test.moc"
