// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/block_cache.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <sys/mman.h>

namespace plumb {
namespace {

constexpr std::size_t page = 4096;

std::size_t rounded(std::size_t bytes) { return (bytes + page - 1) / page * page; }

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
    if (const auto found = by_size_.lower_bound({wanted, nullptr}); found != by_size_.end()) {
        const auto [size, address] = *found;
        forget(address);
        if (size > wanted) remember(address + wanted, size - wanted);
        block.address = address;
    } else {
        const std::size_t most = std::max(most_used_, used_ + wanted);
        if (used_ + wanted + kept_ > most) release(used_ + wanted + kept_ - most);
        block.address = from_system(wanted);
        if (!block.address) {
            release(kept_);
            block.address = from_system(wanted);
        }
        if (!block.address) return {};
    }
    used_ += wanted;
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
    auto* address = static_cast<char*>(block.address);
    std::size_t size = block.bytes;
    if (const auto next = free_.find(address + size); next != free_.end()) {
        size += next->second;
        forget(next->first);
    }
    if (auto before = free_.lower_bound(address); before != free_.begin()) {
        --before;
        if (before->first + before->second == address) {
            address = before->first;
            size += before->second;
            forget(address);
        }
    }
    remember(address, size);
}

void BlockCache::keep(bool on) {
    const std::lock_guard lock(mutex_);
    keeps_ = on;
    release(kept_);
    most_used_ = used_;
}

std::size_t BlockCache::kept() const {
    const std::lock_guard lock(mutex_);
    return kept_;
}

void BlockCache::remember(char* address, std::size_t bytes) {
    free_.emplace(address, bytes);
    by_size_.emplace(bytes, address);
    kept_ += bytes;
}

void BlockCache::forget(char* address) {
    const auto found = free_.find(address);
    by_size_.erase({found->second, address});
    kept_ -= found->second;
    free_.erase(found);
}

/// The largest go first: few calls of the system, and what is left joins its neighbours later.
void BlockCache::release(std::size_t bytes) {
    while (bytes > 0) {
        const auto [size, address] = *std::prev(by_size_.end());
        const std::size_t part = std::min(size, bytes);
        forget(address);
        munmap(address + (size - part), part);
        if (part < size) remember(address, size - part);
        bytes -= part;
    }
}

}  // namespace plumb
