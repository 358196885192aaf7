// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/memory_ledger.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <mutex>
#include <new>
#include <string>

#include <ATen/ATen.h>
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#include "model/block_cache.h"
#include "model/decoder.h"

namespace plumb {
namespace {

using Counter = std::atomic<std::int64_t>;

struct Counters {
    std::array<Counter, memory_owners> now{}, peak{};
    Counter all{0}, peak_of_all{0};
    Counter run_peak{0};  ///< peak_of_all before it was reset

    static void raise(Counter& peak, std::int64_t value) {
        std::int64_t seen = peak.load(std::memory_order_relaxed);
        while (seen < value &&
               !peak.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
        }
    }
    void add(std::size_t owner, std::int64_t bytes) {
        raise(peak[owner], now[owner].fetch_add(bytes, std::memory_order_relaxed) + bytes);
        raise(peak_of_all, all.fetch_add(bytes, std::memory_order_relaxed) + bytes);
    }
};

Counters& counters() {
    static Counters all;
    return all;
}

/// The pages of this process, and the most of its own since a run began.
class ProcessPages {
public:
    void begin() {
        const std::lock_guard lock(mutex_);
        ask_for_new_peak();
        baseline_ = read().own;
        most_ = baseline_;
    }
    /// The system's own peak is of all pages: looked at over short spans, in which few pages of
    /// files are added, it tells the peak of the others.
    void reset_peak() {
        const std::lock_guard lock(mutex_);
        most_ = std::max(most_, read().most_own);
        ask_for_new_peak();
    }
    ProcessMemory look() {
        const std::lock_guard lock(mutex_);
        const Pages pages = read();
        return {pages.resident, std::max(most_, pages.most_own) - baseline_};
    }

private:
    struct Pages {
        std::int64_t resident = 0, own = 0, most_own = 0;
    };

    static Pages read() {
        std::ifstream file("/proc/self/status");
        std::int64_t most = 0, resident = 0, own = 0;
        for (std::string key, rest; file >> key; std::getline(file, rest)) {
            if (key == "VmHWM:") file >> most;
            if (key == "VmRSS:") file >> resident;
            if (key == "RssAnon:") file >> own;
        }
        constexpr std::int64_t kilobyte = 1024;
        const std::int64_t of_files = resident - own;
        return {resident * kilobyte, own * kilobyte, std::max(own, most - of_files) * kilobyte};
    }

    static void ask_for_new_peak() {
        std::ofstream("/proc/self/clear_refs") << '5';  // else the peak is that of the process
    }

    std::mutex mutex_;
    std::int64_t baseline_ = 0, most_ = 0;
};

ProcessPages& process_pages() {
    static ProcessPages pages;
    return pages;
}

/// Stands in front of each tensor's data, which is aligned as the header is.
struct alignas(64) Header {
    void* block;  ///< as the heap or the cache of blocks gave it
    std::int64_t bytes;
    std::size_t owner;
    std::size_t cached;  ///< bytes of a block of the cache; 0: from the heap
};
static_assert(sizeof(Header) == c10::gAlignment);

BlockCache& block_cache() {
    static auto* const cache = new BlockCache;  // tensors of static lifetime may outlive all else
    return *cache;
}

Header* header_of(void* data) { return static_cast<Header*>(data) - 1; }

void release(void* data) {
    if (!data) return;
    Header* header = header_of(data);
    counters().add(header->owner, -header->bytes);
    if (header->cached > 0)
        block_cache().put({header->block, header->cached});
    else
        std::free(header->block);
}

/// An account of what it gives out. Aligned by hand, not by posix_memalign as the default allocator
/// does it: before glibc 2.38 that takes no block back for a request of the same size, and the heap
/// grows by a quarter over what is in use.
class AccountingAllocator : public c10::Allocator {
public:
    c10::DataPtr allocate(std::size_t bytes) override {
        const c10::Device device(c10::DeviceType::CPU);
        if (bytes == 0) return {nullptr, nullptr, &release, device};
        std::size_t room = bytes + 2 * sizeof(Header);
        if (room <= bytes) throw std::bad_alloc();
        BlockCache::Block block;
        if (room >= BlockCache::smallest)
            block = block_cache().take(room);
        else
            block.address = std::malloc(room);
        if (!block.address) throw std::bad_alloc();
        void* place = block.address;
        std::align(alignof(Header), bytes + sizeof(Header), place, room);
        auto* header =
            new (place) Header{block.address, static_cast<std::int64_t>(bytes),
                               static_cast<std::size_t>(MemoryOwner::activations), block.bytes};
        counters().add(header->owner, header->bytes);
        void* data = header + 1;
        return {data, data, &release, device};
    }
    c10::DeleterFnPtr raw_deleter() const override { return &release; }
    void copy_data(void* target, const void* source, std::size_t bytes) const override {
        std::memcpy(target, source, bytes);
    }
};

}  // namespace

std::string_view memory_owner_name(MemoryOwner owner) {
    switch (owner) {
        case MemoryOwner::activations: return "activations";
        case MemoryOwner::policy: return "policy";
        case MemoryOwner::reference: return "reference";
        case MemoryOwner::reward_model: return "reward_model";
        case MemoryOwner::value_model: return "value_model";
        case MemoryOwner::gradients: return "gradients";
        case MemoryOwner::optimizer: return "optimizer";
        case MemoryOwner::cache: return "cache";
    }
    return {};
}

void begin_memory_account() {
    static std::once_flag once;
    std::call_once(once, [] {
        static AccountingAllocator accounting;
        constexpr std::uint8_t above_the_default = 1;
        c10::SetCPUAllocator(&accounting, above_the_default);
    });
    block_cache().keep(true);
    reset_memory_peaks();
    counters().run_peak = counters().all.load();
    process_pages().begin();
}

void end_memory_account() { block_cache().keep(false); }

MemoryUse memory_use() {
    MemoryUse use;
    const Counters& all = counters();
    for (std::size_t i = 0; i < memory_owners; ++i) {
        use.now[i] = all.now[i];
        use.peak[i] = all.peak[i];
    }
    use.peak_of_all = all.peak_of_all;
    use.run_peak = std::max(all.run_peak.load(), use.peak_of_all);
    return use;
}

ProcessMemory process_memory() { return process_pages().look(); }

void reset_memory_peaks() {
    Counters& all = counters();
    Counters::raise(all.run_peak, all.peak_of_all);
    for (std::size_t i = 0; i < memory_owners; ++i) all.peak[i] = all.now[i].load();
    all.peak_of_all = all.all.load();
    process_pages().reset_peak();
}

void account_as(const at::Tensor& tensor, MemoryOwner owner) {
    if (!tensor.defined() || !tensor.device().is_cpu()) return;
    const c10::DataPtr& data = tensor.storage().data_ptr();
    if (!data.get() || data.get_deleter() != &release) return;
    Header* header = header_of(data.get());
    counters().add(header->owner, -header->bytes);
    header->owner = static_cast<std::size_t>(owner);
    counters().add(header->owner, header->bytes);
}

void account_as(const Decoder& model, MemoryOwner owner) {
    if (model.has_adapter()) account_as(model.adapter_parameters(), owner);
    if (model.is_shared()) return;  // the rest is another model's
    account_as(model.flat_parameters(), owner);
    const RopeTables rope = model.rope();
    if (!rope.cos.defined()) return;
    account_as(rope.cos, owner);
    account_as(rope.sin, owner);
}

}  // namespace plumb
