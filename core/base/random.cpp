// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/random.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "base/check.h"

namespace plumb {
namespace {

// The finaliser of splitmix64 (Steele, Lea and Flood, 2014).
std::uint64_t mix(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

double to_unit(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1.0p-53; }

std::uint64_t rotate_left(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

}  // namespace

std::uint64_t derive_seed(std::uint64_t seed, std::string_view purpose) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a of the purpose
    for (unsigned char c : purpose) hash = (hash ^ c) * 0x100000001b3ULL;
    return mix(mix(seed) ^ hash);
}

double keyed_uniform(std::uint64_t seed, std::uint64_t step, std::uint64_t row,
                     std::uint64_t position) {
    return to_unit(mix(mix(mix(mix(seed) ^ step) ^ row) ^ position));
}

Random::Random(std::uint64_t seed) {
    for (auto& word : state_) word = mix(seed++);
}

std::uint64_t Random::next() {
    const std::uint64_t result = rotate_left(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = rotate_left(state_[3], 45);
    return result;
}

double Random::uniform() { return to_unit(next()); }

std::uint64_t Random::below(std::uint64_t bound) {
    PLUMB_CHECK(bound > 0, "empty range");
    // Rejects the few values that would make small results likelier than large ones.
    const std::uint64_t limit = bound * (UINT64_MAX / bound);
    std::uint64_t x = next();
    while (x >= limit) x = next();
    return x % bound;
}

double Random::normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

std::vector<std::int64_t> Random::permutation(std::int64_t count) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[below(i)]);
    return order;
}

}  // namespace plumb
