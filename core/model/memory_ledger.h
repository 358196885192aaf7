// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace at {
class Tensor;
}

namespace plumb {

class Decoder;

/// What memory on the CPU is held for.
enum class MemoryOwner {
    activations,  ///< everything that is not accounted as something else: whatever a step computes
    policy,
    reference,
    reward_model,
    value_model,
    gradients,
    optimizer,
    cache,  ///< keys and values of generation, and its own copy of the weights
};
inline constexpr std::size_t memory_owners = 8;
/// "policy", "reward_model", ...: the end of the metric's key.
std::string_view memory_owner_name(MemoryOwner owner);

/// Bytes that LibTorch's CPU allocator has given out.
struct MemoryUse {
    std::array<std::int64_t, memory_owners> now{};
    std::array<std::int64_t, memory_owners> peak{};  ///< since reset_memory_peaks()
    std::int64_t peak_of_all = 0;
    std::int64_t run_peak = 0;  ///< peak_of_all since begin_memory_account()

    std::int64_t of(MemoryOwner owner) const { return now[static_cast<std::size_t>(owner)]; }
    std::int64_t peak_of(MemoryOwner owner) const { return peak[static_cast<std::size_t>(owner)]; }
};

/// The process as the system counts it, in bytes; zeros where it does not tell.
struct ProcessMemory {
    std::int64_t resident = 0;  ///< all pages in memory, those of libraries and files included
    std::int64_t growth = 0;    ///< the most by which its own pages, with no file behind them, have
                                ///< become more since begin_memory_account()
};

/// From here on LibTorch's memory on the CPU is accounted; what was given out before is left out. A
/// run begins: the peaks of the run and the growth of the process start anew. Any thread, one run
/// at a time.
void begin_memory_account();
/// The run has ended: freed memory that was kept for its next step goes back to the system.
void end_memory_account();
MemoryUse memory_use();
ProcessMemory process_memory();
void reset_memory_peaks();
/// The tensor's storage belongs to the owner from now on. Nothing happens to memory that is not
/// accounted.
void account_as(const at::Tensor& tensor, MemoryOwner owner);
/// The same for a model: its parameters and rotary tables.
void account_as(const Decoder& model, MemoryOwner owner);

}  // namespace plumb
