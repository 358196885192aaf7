// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/kernels.h"

#include <array>
#include <cstdlib>

namespace plumb {

extern const Kernels plain_kernels;
#if defined(__x86_64__)
extern const Kernels avx2_kernels;
extern const Kernels avx512_kernels;
#endif

namespace {

struct Levels {
    std::array<const Kernels*, 3> usable = {&plain_kernels};
    std::int64_t count = 1;

    Levels() {
#if defined(__x86_64__)
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
            usable[static_cast<std::size_t>(count++)] = &avx2_kernels;
            if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                __builtin_cpu_supports("avx512vl"))
                usable[static_cast<std::size_t>(count++)] = &avx512_kernels;
        }
#endif
    }
};

const Levels& levels() {
    static const Levels found;
    return found;
}

const Kernels*& chosen_level() {
    static const Kernels* level = levels().usable[static_cast<std::size_t>(levels().count - 1)];
    return level;
}

}  // namespace

const Kernels& kernels() { return *chosen_level(); }

const Kernels* const* all_kernels(std::int64_t& count) {
    count = levels().count;
    return levels().usable.data();
}

void use_kernels(const Kernels& chosen) { chosen_level() = &chosen; }

}  // namespace plumb
