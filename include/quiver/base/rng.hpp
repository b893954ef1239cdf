// Reproducible random numbers: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
// generators", 2014).
#pragma once

#include <cstdint>  // uint64_t

namespace quiver {

// Spreads every bit of the input over the output; a bijection. mix64(seed + i) is a random access
// generator.
constexpr uint64_t mix64(uint64_t x) noexcept {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

class Rng {
public:
    constexpr explicit Rng(uint64_t seed) noexcept : state_(seed) {}

    constexpr uint64_t next() noexcept {
        const uint64_t out = mix64(state_);
        state_ += 0x9e3779b97f4a7c15u;
        return out;
    }

    // 0 <= result < bound; the bias is below bound / 2^32.
    constexpr uint32_t below(uint32_t bound) noexcept {
        return static_cast<uint32_t>(((next() >> 32) * bound) >> 32);
    }

    // In [0, 1), all 24 bits of a float random.
    constexpr float uniform() noexcept { return static_cast<float>(next() >> 40) * 0x1p-24f; }

private:
    uint64_t state_;
};

}  // namespace quiver
