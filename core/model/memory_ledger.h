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

class Llama;

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

    std::int64_t of(MemoryOwner owner) const { return now[static_cast<std::size_t>(owner)]; }
    std::int64_t peak_of(MemoryOwner owner) const { return peak[static_cast<std::size_t>(owner)]; }
};

/// From here on LibTorch's memory on the CPU is accounted. Done once; what was given out before is
/// left out. Any thread.
void start_memory_accounting();
MemoryUse memory_use();
void reset_memory_peaks();
/// The tensor's storage belongs to the owner from now on. Nothing happens to memory that is not
/// accounted.
void account_as(const at::Tensor& tensor, MemoryOwner owner);
/// The same for the parameters of a model.
void account_as(const Llama& model, MemoryOwner owner);

/// Bytes of the process in memory, as the system counts them; 0 where it does not tell.
std::int64_t resident_bytes();

}  // namespace plumb
