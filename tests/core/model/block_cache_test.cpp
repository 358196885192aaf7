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
        QCOMPARE(cache.kept(), first.bytes - again.bytes);
        cache.put(again);
    }

    void a_block_is_cut_and_joined_again() {
        BlockCache cache;
        cache.keep(true);
        const BlockCache::Block whole = written(cache, 6 * megabyte);
        cache.put(whole);
        const BlockCache::Block parts[] = {written(cache, 2 * megabyte), written(cache, megabyte),
                                           written(cache, 3 * megabyte)};
        QCOMPARE(cache.kept(), std::size_t{0});
        const auto* end = static_cast<char*>(whole.address) + whole.bytes;
        for (const BlockCache::Block& part : parts)
            QVERIFY(part.address >= whole.address && part.address < end);
        // In an order in which one joins the range behind it, and the last both.
        for (const int i : {2, 0, 1}) cache.put(parts[i]);
        QCOMPARE(cache.kept(), 6 * megabyte);
        QCOMPARE(cache.take(6 * megabyte).address, whole.address);
        cache.put(whole);
    }

    void the_smallest_range_that_holds_it_is_cut() {
        BlockCache cache;
        cache.keep(true);
        // Those between keep the others apart.
        const BlockCache::Block large = written(cache, 5 * megabyte);
        const BlockCache::Block wall = written(cache, megabyte);
        const BlockCache::Block small = written(cache, 3 * megabyte);
        const BlockCache::Block end = written(cache, megabyte);
        cache.put(large);
        cache.put(small);
        const BlockCache::Block taken = written(cache, 2 * megabyte);
        QVERIFY(taken.address >= small.address &&
                taken.address < static_cast<char*>(small.address) + small.bytes);
        for (const BlockCache::Block& block : {wall, end, taken}) cache.put(block);
    }

    void what_is_kept_never_adds_to_the_peak() {
        BlockCache cache;
        cache.keep(true);
        const BlockCache::Block one = written(cache, 4 * megabyte);
        const BlockCache::Block two = written(cache, 6 * megabyte);
        cache.put(one);
        cache.put(two);
        QCOMPARE(cache.kept(), 10 * megabyte);
        // More than the peak: what is kept goes.
        const BlockCache::Block large = written(cache, 11 * megabyte);
        QCOMPARE(cache.kept(), std::size_t{0});
        cache.put(large);
        QCOMPARE(cache.kept(), 11 * megabyte);
        // Within it: what there is room for stays.
        const BlockCache::Block most = written(cache, 10 * megabyte);
        const BlockCache::Block other = written(cache, megabyte + 1);
        QVERIFY(cache.kept() < megabyte);
        for (const BlockCache::Block& block : {most, other}) cache.put(block);
        QVERIFY(cache.kept() <= 11 * megabyte + 4096);
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
