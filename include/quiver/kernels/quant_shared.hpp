// What the reference and every instruction set's quantisation kernels must compute alike.
//
// All of it is inlined by force: files compiled for different instruction sets include this header,
// and a function kept out of line in one of them would be shared with the others (see
// src/kernels/README.md).
#pragma once

#include <bit>      // std::endian
#include <cstddef>  // size_t
#include <cstdint>  // uint64_t

namespace quiver::kernels::quant {

// Of signs and a Hadamard matrix; see rotate() in quant_reference.hpp.
inline constexpr uint32_t kRotationRounds = 4;
inline constexpr uint32_t kMixBefore = 2;

[[gnu::always_inline]] constexpr size_t padded(size_t dims) { return (dims + 7) / 8 * 8; }

// The largest power of two that is at most n > 0.
[[gnu::always_inline]] constexpr size_t power_within(size_t n) {
    return size_t{1} << (63 - __builtin_clzll(n));
}

// Random signs of coordinates 64 * word .. 64 * word + 63 in a round: a counter put through a
// mixing function, so the rotation needs no memory. This is part of the page format.
[[gnu::always_inline]] constexpr uint64_t sign_word(uint64_t seed, uint32_t round, size_t word) {
    uint64_t z = seed + ((uint64_t{round} << 32) + word + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

// 1 / sqrt(n) for a power of two.
template <class T>
[[gnu::always_inline]] constexpr T inverse_sqrt(size_t n) {
    T scale = 1;
    for (; n >= 4; n /= 4) scale /= 2;
    return n == 2 ? scale * T(0.70710678118654752440) : scale;
}

template <class T>
inline constexpr T kHalfSqrt = T(0.70710678118654752440);

// Grid steps for residuals of `bits` bits, in units of the mean magnitude of their coordinates: the
// step that loses least of a Gaussian vector of about a hundred coordinates, and the factors tried
// around it. Not inline: the arrays of files for different instruction sets are not to be merged.
constexpr float kGridStep[9] = {0, 0, 1.235f, 0.729f, 0.410f, 0.221f, 0.110f, 0.0554f, 0.0273f};
inline constexpr int kStepTries = 5;
constexpr float kStepFactor[kStepTries] = {0.72f, 0.86f, 1.00f, 1.16f, 1.36f};

// Steps and sums outside of this are treated as zero: their inverses and products would not be
// finite.
inline constexpr float kSmallest = 1e-35f;
inline constexpr float kLargest = 1e38f;

// Query coordinates become integers such that the magnitudes of 4 neighbours sum to at most 255,
// rounding included.
inline constexpr float kLutRange = 253;

[[gnu::always_inline]] inline void store_little_endian(uint8_t* to, uint64_t x) {
    if constexpr (std::endian::native == std::endian::big) x = __builtin_bswap64(x);
    __builtin_memcpy(to, &x, sizeof(x));
}

// The 16 subset sums of 4 numbers as bytes, entry m the sum of the q[k] with bit k of m set, minus
// the smallest sum. Eight bytes are computed at once: no byte of the total over- or underflows, so
// no carry crosses a border.
[[gnu::always_inline]] inline void nibble_table(const int32_t* q, uint8_t* table) {
    int32_t smallest = 0;
    for (int k = 0; k < 4; ++k) smallest += q[k] & (q[k] >> 31);
    const auto times = [](int32_t x, uint64_t places) __attribute__((always_inline)) {
        return static_cast<uint64_t>(static_cast<int64_t>(x)) * places;
    };
    const uint64_t low = times(q[0], 0x0100010001000100u) + times(q[1], 0x0101000001010000u) +
                         times(q[2], 0x0101010100000000u) - times(smallest, 0x0101010101010101u);
    const uint64_t high = low + times(q[3], 0x0101010101010101u);
    store_little_endian(table, low);
    store_little_endian(table + 8, high);
}

}  // namespace quiver::kernels::quant
