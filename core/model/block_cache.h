// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <utility>

namespace plumb {

/// Large blocks of memory that are used again and again: what a training step allocates is what the
/// step before it gave back. Asked of the system each time, every page would be cleared anew, which
/// took up to a seventh of a step. A block is cut from the smallest free range that holds it, and
/// joins its free neighbours when it comes back, so that steps of many lengths share the pages.
///
/// Nothing is kept before keep(). What is kept does not make the process larger: blocks in use and
/// blocks kept are together never more than the most that was in use at once. Any thread.
class BlockCache {
public:
    BlockCache() = default;
    BlockCache(const BlockCache&) = delete;
    BlockCache& operator=(const BlockCache&) = delete;
    ~BlockCache() { keep(false); }

    /// Smaller ones are left to the heap.
    static constexpr std::size_t smallest = std::size_t{1} << 20;

    struct Block {
        void* address = nullptr;  ///< nullptr: the system has no memory left
        std::size_t bytes = 0;    ///< at least those asked for; to be given to put()
    };
    /// A block of at least so many bytes, aligned to a page. Its contents are undefined.
    Block take(std::size_t bytes);
    void put(Block block);
    /// Whether blocks are kept from now on. The peak starts from what is in use, and what was kept
    /// goes back to the system.
    void keep(bool on);

    std::size_t kept() const;

private:
    void remember(char* address, std::size_t bytes);
    void forget(char* address);
    void release(std::size_t bytes);

    mutable std::mutex mutex_;
    std::map<char*, std::size_t> free_;  // ranges that do not touch
    std::set<std::pair<std::size_t, char*>> by_size_;
    bool keeps_ = false;
    std::size_t used_ = 0, most_used_ = 0, kept_ = 0;
};

}  // namespace plumb
