// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/block_cache.h"

#include <algorithm>
#include <iterator>

#include <sys/mman.h>

namespace plumb {
namespace {

constexpr std::size_t page = 4096;

std::size_t rounded(std::size_t bytes) { return (bytes + page - 1) / page * page; }

/// A block that is larger than needed by an eighth at most stands in for one of the right size.
bool fits(std::size_t block, std::size_t bytes) { return block - bytes <= bytes / 8; }

void* from_system(std::size_t bytes) {
    void* const address =
        mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return address == MAP_FAILED ? nullptr : address;
}

}  // namespace

BlockCache::Block BlockCache::take(std::size_t bytes) {
    const std::size_t wanted = rounded(bytes);
    const std::lock_guard lock(mutex_);
    Block block{nullptr, wanted};
    const auto found = free_.lower_bound(wanted);
    if (found != free_.end() && fits(found->first, wanted)) {
        block = {found->second, found->first};
        kept_ -= found->first;
        free_.erase(found);
    } else {
        // Room is made from the largest block down: few calls, and pages that are soon needed again
        // more often lie in many smaller ones.
        const std::size_t most = std::max(most_used_, used_ + wanted);
        while (!free_.empty() && used_ + wanted + kept_ > most) release(std::prev(free_.end()));
        block.address = from_system(wanted);
        if (!block.address) {
            while (!free_.empty()) release(free_.begin());
            block.address = from_system(wanted);
        }
        if (!block.address) return {};
    }
    used_ += block.bytes;
    most_used_ = std::max(most_used_, used_);
    return block;
}

void BlockCache::put(Block block) {
    const std::lock_guard lock(mutex_);
    used_ -= block.bytes;
    if (!keeps_) {
        munmap(block.address, block.bytes);
        return;
    }
    kept_ += block.bytes;
    free_.emplace(block.bytes, block.address);
}

void BlockCache::keep(bool on) {
    const std::lock_guard lock(mutex_);
    keeps_ = on;
    while (!free_.empty()) release(free_.begin());
    most_used_ = used_;
}

std::size_t BlockCache::kept() const {
    const std::lock_guard lock(mutex_);
    return kept_;
}

void BlockCache::release(std::multimap<std::size_t, void*>::iterator block) {
    munmap(block->second, block->first);
    kept_ -= block->first;
    free_.erase(block);
}

}  // namespace plumb
