// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/block_cache.h"

#include <cstring>

#include "test_main.h"

using namespace plumb;

namespace {

constexpr std::size_t megabyte = std::size_t{1} << 20;

BlockCache::Block written(BlockCache& cache, std::size_t bytes) {
    const BlockCache::Block block = cache.take(bytes);
    if (block.address) std::memset(block.address, 7, bytes);
    return block;
}

}  // namespace

class TestBlockCache : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_block_is_used_again() {
        BlockCache cache;
        cache.keep(true);
        const BlockCache::Block first = written(cache, 3 * megabyte + 5);
        QVERIFY(first.bytes >= 3 * megabyte + 5);
        cache.put(first);
        QCOMPARE(cache.kept(), first.bytes);
        const BlockCache::Block again = cache.take(3 * megabyte);
        QCOMPARE(again.address, first.address);
        QCOMPARE(cache.kept(), std::size_t{0});
        // A much smaller one would waste it.
        cache.put(again);
        const BlockCache::Block small = cache.take(megabyte);
        QVERIFY(small.address != first.address);
        cache.put(small);
    }

    void what_is_kept_never_adds_to_the_peak() {
        BlockCache cache;
        cache.keep(true);
        const BlockCache::Block one = written(cache, 4 * megabyte);
        const BlockCache::Block two = written(cache, 6 * megabyte);
        cache.put(one);
        cache.put(two);
        QCOMPARE(cache.kept(), 10 * megabyte);
        // Of the peak of ten, nine are to be in use: the larger one goes, and the other stays only
        // where there is room.
        const BlockCache::Block large = written(cache, 9 * megabyte);
        QCOMPARE(cache.kept(), std::size_t{0});
        cache.put(large);
        const BlockCache::Block little = written(cache, megabyte);
        QCOMPARE(cache.kept(), 9 * megabyte);
        cache.put(little);
    }

    void nothing_is_kept_unless_asked() {
        BlockCache cache;
        cache.put(written(cache, 2 * megabyte));
        QCOMPARE(cache.kept(), std::size_t{0});
        cache.keep(true);
        cache.put(written(cache, 2 * megabyte));
        QCOMPARE(cache.kept(), 2 * megabyte);
        cache.keep(false);
        QCOMPARE(cache.kept(), std::size_t{0});
    }

    void more_than_there_is_gives_nothing() {
        BlockCache cache;
        QCOMPARE(cache.take(std::size_t{1} << 60).address, nullptr);
        const BlockCache::Block block = written(cache, megabyte);
        QVERIFY(block.address);
        cache.put(block);
    }
};

PLUMB_REGISTER_TEST(TestBlockCache)
#include "block_cache_test.moc"
